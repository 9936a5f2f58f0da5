"""Bad replicas become good again, from another copy or because the file is back; orphans go."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

from rucio.core.replica import get_replicas_state, update_replicas_states
from rucio.core.rse import get_rse_name
from rucio.core.rule import update_rules_for_bad_replica
from rucio.db.sqla import models
from rucio.db.sqla.constants import OBSOLETE, DatabaseOperationType, ReplicaState
from rucio.db.sqla.session import db_session
from sqlalchemy import select, update

from freezeout.services.lake.inside import storage, work
from freezeout.services.lake.inside.copying import Sums, sums_of

_LOG = logging.getLogger("freezeout.recovery")
_AT_ONCE = 200
_seen: dict[tuple[str, str, str], Any] = {}


def recover() -> None:
    """Mend bad replicas.

    One whose file is in order (again) is available again. Else it is copied anew when there is another
    one. Rucio's own necromancer would give up the last copy for good: it detaches the file from its
    datasets, and nothing brings it back when the disk does. Here it stays bad until it is in order.
    """
    bad = models.RSEFileAssociation
    with db_session(DatabaseOperationType.READ) as session:
        found = session.execute(
            select(bad.scope, bad.name, bad.rse_id, bad.bytes, bad.adler32, bad.md5, bad.path)
            .where(bad.state == ReplicaState.BAD)
            .order_by(bad.updated_at)
            .limit(_AT_ONCE)
        ).all()
    for one in found:
        with db_session(DatabaseOperationType.WRITE) as session:
            where = f"{one.scope}:{one.name} at {get_rse_name(rse_id=one.rse_id, session=session)}"
            if _is_in_order(one, session):
                update_replicas_states(
                    [
                        {
                            "scope": one.scope,
                            "name": one.name,
                            "rse_id": one.rse_id,
                            "state": ReplicaState.AVAILABLE,
                        }
                    ],
                    session=session,
                )
                _LOG.info("%s is in order again", where)
            elif get_replicas_state(scope=one.scope, name=one.name, session=session).get(
                ReplicaState.AVAILABLE
            ):
                update_rules_for_bad_replica(
                    scope=one.scope, name=one.name, rse_id=one.rse_id, nowait=True, session=session
                )
                _LOG.info("%s is bad; it is copied anew from another one", where)
            else:
                _touch(one, session)


def give_up_orphans() -> None:
    """Let the reaper have what uploads left that ended before a rule protected them."""
    now = datetime.now(UTC).replace(tzinfo=None)
    with db_session(DatabaseOperationType.WRITE) as session:
        given_up = session.execute(
            update(models.RSEFileAssociation)
            .where(work.orphaned(now))
            .values(state=ReplicaState.UNAVAILABLE, tombstone=OBSOLETE)
            .execution_options(synchronize_session=False)
        ).rowcount
    if given_up:
        _LOG.info("%d unfinished uploads are given up", given_up)


def _is_in_order(replica: Any, session: Any) -> bool:
    path = storage.path(replica.rse_id, replica.scope, replica.name, replica.path, session)
    key = (str(replica.scope), replica.name, replica.rse_id)
    try:
        state = path.stat()
    except OSError:
        _seen.pop(key, None)
        return False
    looks = (state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns)
    if state.st_size != replica.bytes or _seen.get(key) == looks:
        return False
    wanted = Sums(replica.bytes, replica.adler32, replica.md5)
    if not (wanted.adler32 or wanted.md5):
        return False
    if wanted.differences(sums_of(path, wanted)) is None:
        _seen.pop(key, None)
        return True
    _seen[key] = looks
    return False


def _touch(replica: Any, session: Any) -> None:
    row = models.RSEFileAssociation
    session.execute(
        update(row)
        .where(
            row.scope == replica.scope,
            row.name == replica.name,
            row.rse_id == replica.rse_id,
            row.state == ReplicaState.BAD,
        )
        .values(updated_at=datetime.now(UTC).replace(tzinfo=None))
        .execution_options(synchronize_session=False)
    )
