"""Set up Rucio's database: tables, accounts, storage elements, scopes. Doing it again changes nothing.

``python -m freezeout.services.lake.inside.bootstrap`` reads what to make as JSON on standard input:
``{"account": name, "password": secret, "rses": {name: folder}, "scopes": {scope: account}}``.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from typing import Any

from rucio.common.config import config_get
from rucio.common.exception import IdentityError, IdentityNotFound
from rucio.common.types import InternalAccount, InternalScope
from rucio.core import account as accounts
from rucio.core import account_limit as limits
from rucio.core import distance as distances
from rucio.core import identity as identities
from rucio.core import rse as rses
from rucio.core import scope as scopes
from rucio.db.sqla import models
from rucio.db.sqla.constants import AccountType, IdentityType
from rucio.db.sqla.session import get_engine, get_session
from rucio.db.sqla.util import build_database, create_base_vo, create_root_account
from sqlalchemy import inspect, text, update

_PROTOCOL = {
    "scheme": "file",
    "hostname": "localhost",
    "port": 0,
    "impl": "rucio.rse.protocols.posix.Default",
    "domains": {
        "lan": {"read": 1, "write": 1, "delete": 1},
        "wan": {"read": 1, "write": 1, "delete": 1, "third_party_copy_read": 1, "third_party_copy_write": 1},
    },
    "extended_attributes": None,
}
# files that lie anywhere are registered here: read where they are, never written to and never deleted
IN_PLACE = "INPLACE"
_PROTOCOL_IN_PLACE = {
    **_PROTOCOL,
    "prefix": "/",
    # by 'write' Rucio means here that it may be told of files; nothing is copied to this place
    "domains": {"lan": {"read": 1, "write": 1}, "wan": {"read": 1, "write": 1, "third_party_copy_read": 1}},
}
ROOT = InternalAccount("root")


def main() -> None:
    """Make what is asked for on standard input."""
    wanted = json.load(sys.stdin)
    _tables()
    session = get_session()()
    with session.begin():
        _password("root", config_get("bootstrap", "userpass_pwd"), session)
        _account(wanted["account"], wanted["password"], session)
    for name, folder in wanted["rses"].items():
        with session.begin():
            _rse(name, folder, session)
    with session.begin():
        _in_place(session)
    with session.begin():
        _neighbours([*wanted["rses"], IN_PLACE], wanted["account"], session)
    with session.begin():
        for scope, owner in wanted["scopes"].items():
            if not scopes.check_scope(InternalScope(scope), session=session):
                scopes.add_scope(InternalScope(scope), InternalAccount(owner), session=session)


def _tables() -> None:
    engine = get_engine()
    if not inspect(engine).has_table("alembic_version"):
        build_database()
    with engine.connect() as connection:
        if connection.execute(text("SELECT count(*) FROM vos")).scalar() == 0:
            create_base_vo()
        if connection.execute(text("SELECT count(*) FROM accounts WHERE account = 'root'")).scalar() == 0:
            create_root_account()


def _account(name: str, password: str, session: Any) -> None:
    owner = InternalAccount(name)
    if not accounts.account_exists(owner, session=session):
        accounts.add_account(owner, AccountType.USER, f"{name}@localhost", session=session)
    _password(name, password, session)
    if not identities.exist_identity_account(name, IdentityType.USERPASS, owner, session=session):
        identities.add_account_identity(
            name, IdentityType.USERPASS, owner, f"{name}@localhost", session=session
        )


def _password(name: str, password: str, session: Any) -> None:
    """Make a login, or make it have the password that the lake's folder holds: that one counts."""
    try:
        identities.verify_identity(name, IdentityType.USERPASS, password, session=session)
    except IdentityError:
        identities.add_identity(name, IdentityType.USERPASS, f"{name}@localhost", password, session=session)
    except IdentityNotFound:
        salt = os.urandom(255)
        row = models.Identity
        session.execute(
            update(row)
            .where(row.identity == name, row.identity_type == IdentityType.USERPASS)
            .values(salt=salt, password=hashlib.sha256(salt + password.encode()).hexdigest())
            .execution_options(synchronize_session=False)
        )


def _rse(name: str, folder: str, session: Any) -> None:
    if not rses.rse_exists(name, session=session):
        rses.add_rse(name, session=session)
    id = rses.get_rse_id(name, session=session)
    prefix = folder.rstrip("/") + "/"
    there = rses.get_rse_protocols(id, session=session)["protocols"]
    if [p["prefix"] for p in there] != [prefix]:
        # the lake's folder was moved
        if there:
            rses.del_protocols(id, "file", session=session)
        rses.add_protocol(id, {**_PROTOCOL, "prefix": prefix}, session=session)


def _in_place(session: Any) -> None:
    if not rses.rse_exists(IN_PLACE, session=session):
        rses.add_rse(IN_PLACE, deterministic=False, availability_delete=False, session=session)
    id = rses.get_rse_id(IN_PLACE, session=session)
    if not rses.get_rse_protocols(id, session=session)["protocols"]:
        rses.add_protocol(id, _PROTOCOL_IN_PLACE, session=session)


def _neighbours(names: list[str], account: str, session: Any) -> None:
    ids = {name: rses.get_rse_id(name, session=session) for name in names}
    for source in ids.values():
        for target in ids.values():
            if source != target and not distances.get_distances(source, target, session=session):
                distances.add_distance(source, target, distance=1, session=session)
    for id in ids.values():
        for one in (ROOT, InternalAccount(account)):
            if limits.get_local_account_limit(one, session=session, rse_ids=id) is None:
                limits.set_local_account_limit(one, id, -1, session=session)


if __name__ == "__main__":
    main()
