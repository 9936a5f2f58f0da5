"""Telling the lake of files that lie on a storage, of their dataset, and of the rule that keeps them.

Every step may be done twice: what is there already is left as it is.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar
from urllib.parse import quote

from freezeout.errors import FreezeoutError, InputError
from freezeout.lake.catalogue.times import seconds_left
from freezeout.lake.did import DID
from freezeout.lake.files.copying import Sums
from freezeout.lake.files.session import Session, address

MOST = 1000
"""How many data identifiers Rucio takes in one call."""

T = TypeVar("T")
_ENDING = 60.0
_PAUSE = 0.5


@dataclass(frozen=True)
class Stored:
    """A file that lies on a storage; `pfn` is said where it does not follow from the name."""

    did: DID
    sums: Sums
    pfn: str = ""

    def row(self) -> dict[str, object]:
        """What Rucio is told."""
        said: dict[str, object] = {
            "scope": self.did.scope, "name": self.did.name, "bytes": self.sums.bytes,
            "adler32": self.sums.adler32,
        }  # fmt: skip
        if self.sums.md5:
            said["md5"] = self.sums.md5
        if self.pfn:
            said["pfn"] = self.pfn
        return said


@dataclass(frozen=True)
class Known:
    """What the lake knows of a name.

    Attributes
    ----------
    available : frozenset of str
        The storages that hold the file.
    going : frozenset of str
        Those that it is being removed from.
    ended : bool
        It was removed, and is there until the lake's daemons come to it.
    """

    type: str
    bytes: int | None
    adler32: str
    md5: str
    available: frozenset[str] = frozenset()
    going: frozenset[str] = frozenset()
    ended: bool = False


def known(session: Session, dids: Sequence[DID], replicas: bool = True) -> dict[DID, Known]:
    """Those of the names that the lake knows, with the storages that hold the files."""
    found: dict[DID, dict[str, Any]] = {}
    for some in chunks(dids):
        body = {"dids": [_names(did) for did in some]}
        for row in session.insist(lambda body=body: session.rows("POST", "dids/bulkmeta", body)):  # type: ignore[misc]
            found[DID(row["scope"], row["name"])] = row
    states: dict[DID, Mapping[str, str]] = {}
    files = [did for did, row in found.items() if row["did_type"] == "FILE"] if replicas else []
    for some in chunks(files):
        asked = {"dids": [_names(did) for did in some], "all_states": True, "sort": "random"}
        for row in session.insist(lambda body=asked: session.rows("POST", "replicas/list", body)):  # type: ignore[misc]
            states[DID(row["scope"], row["name"])] = row["states"]
    return {
        did: Known(
            row["did_type"], row["bytes"], (row["adler32"] or "").lower(), (row["md5"] or "").lower(),
            frozenset(rse for rse, state in states.get(did, {}).items() if state == "AVAILABLE"),
            frozenset(rse for rse, state in states.get(did, {}).items() if state == "BEING_DELETED"),
            (left := seconds_left(row.get("expired_at"))) is not None and left <= 0,
        )
        for did, row in found.items()
    }  # fmt: skip


def require_quota(session: Session, rse: str, bytes: int) -> None:
    """Refuse early what the account has no room for; the lake itself decides later.

    Raises
    ------
    InputError
        Naming what is wanted and what is left.
    """
    account = session.connection.account
    path = f"accounts/{quote(account, safe='')}/usage/local"
    for row in session.insist(lambda: session.rows("GET", path)):
        left = row.get("bytes_remaining")
        if row.get("rse") != rse or left is None or left == math.inf or row.get("bytes_limit") in (-1, None):
            continue
        if bytes > left:
            raise over_quota(account, rse, f"{bytes} bytes are wanted and {max(int(left), 0)} are left")


def over_quota(account: str, rse: str, why: str) -> InputError:
    """The error of an account whose room is used up."""
    return InputError(
        f"the quota of the account '{account}' at {rse} does not allow it: {why}",
        hint="remove data that nobody needs ('freezeout lake rm'), or choose another storage with --rse",
        code="quota_exceeded",
    )


def add_files(
    session: Session, rse: str, files: Sequence[Stored], told: Callable[[int], None] | None = None
) -> None:
    """Register replicas of files, the files themselves where they are new; a thousand in a call."""
    done = 0
    for some in chunks(files):
        body = {"rse": rse, "files": [file.row() for file in some], "ignore_availability": False}

        def add(body: dict[str, Any] = body, some: Sequence[Stored] = some) -> None:
            try:
                session.request("POST", "replicas/", body)
            except FreezeoutError as error:
                # killed or cut off the last time after it was done; anything else is told
                there = known(session, [file.did for file in some])
                if not all(_is_in(rse, file, there.get(file.did)) for file in some):
                    raise error from None

        session.insist(add)
        done += len(some)
        if told:
            told(done)


def _is_in(rse: str, file: Stored, there: Known | None) -> bool:
    return there is not None and rse in there.available and there.adler32 == file.sums.adler32


def add_dataset(
    session: Session,
    dataset: DID,
    rse: str,
    files: Sequence[DID],
    metadata: Mapping[str, object],
    lifetime: int | None,
) -> None:
    """Make a new dataset of files that the lake knows, with metadata and a rule.

    It appears with all its files. Up to a thousand, the rule is made at the same stroke; for more it is
    handed to the lake's daemons, which take their time to apply it.
    """
    names = [_names(did) for did in files]
    rule = _rule(session.connection.account, rse, lifetime)
    body: dict[str, object] = {"type": "DATASET", "meta": dict(metadata), "dids": names}

    def add() -> None:
        try:
            if len(files) <= MOST:
                session.request("POST", address(dataset), {**body, "statuses": {}, "rules": [rule]})
            else:
                session.request("POST", "dids", [{**_names(dataset), **body}])
        except InputError as error:
            # done, and then cut off before we were told
            if error.code != "did_exists" or contents(session, dataset) != set(files):
                raise

    session.insist(add)
    if len(files) > MOST:
        add_rules(session, [dataset], rse, lifetime, later=True)


def attach(session: Session, dataset: DID, files: Sequence[DID]) -> None:
    """Put files into a dataset that is there; those that are in it stay."""
    for some in chunks(files):
        body = {
            "attachments": [{**_names(dataset), "dids": [_names(did) for did in some]}],
            "ignore_duplicate": True,
        }
        session.insist(lambda body=body: session.request("POST", "dids/attachments", body))  # type: ignore[misc]


def contents(session: Session, dataset: DID) -> set[DID]:
    """The files that are in a dataset."""
    rows = session.insist(lambda: session.rows("GET", address(dataset, "files")))
    return {DID(row["scope"], row["name"]) for row in rows}


def add_rules(
    session: Session, dids: Sequence[DID], rse: str, lifetime: int | None, later: bool = False
) -> None:
    """Let each be kept at this storage; a rule of ours that does so already is prolonged if need be.

    With `later` the lake's daemons apply it, so that nobody waits for it.
    """
    for some in chunks(dids):
        missing = [did for did in some if not _keeps(session, did, rse, lifetime)]
        if not missing:
            continue
        rule = _rule(session.connection.account, rse, lifetime)
        body = {"dids": [_names(did) for did in missing], **rule, "asynchronous": later}

        def add(body: dict[str, Any] = body, missing: Sequence[DID] = missing) -> None:
            try:
                session.request("POST", "rules/", body)
            except FreezeoutError:
                if not all(_own_rule(session, did, rse) for did in missing):
                    raise

        session.insist(add)


def is_kept(session: Session, did: DID) -> bool:
    """Whether any rule keeps a file, its own or one of what it is part of."""
    paths = [address(did, of) for of in ("rules", "associated_rules")]
    rules = [row for path in paths for row in session.insist(lambda path=path: session.rows("GET", path))]  # type: ignore[misc]
    return any((left := seconds_left(row["expires_at"])) is None or left > 0 for row in rules)


def _own_rule(session: Session, did: DID, rse: str) -> dict[str, Any] | None:
    ours = session.connection.account
    for row in session.insist(lambda: session.rows("GET", address(did, "rules"))):
        if row["rse_expression"] == rse and row["account"] == ours:
            found: dict[str, Any] = row
            return found
    return None


def _prolong(session: Session, rule: str, lifetime: int | None) -> None:
    options = {"options": {"lifetime": lifetime}}
    session.insist(lambda: session.request("PUT", f"rules/{rule}", options))


def _keeps(session: Session, did: DID, rse: str, lifetime: int | None) -> bool:
    """Whether a rule of ours keeps it there so long; one that has ended is waited for, until it is gone."""
    until = time.monotonic() + _ENDING
    while (row := _own_rule(session, did, rse)) is not None:
        left = seconds_left(row["expires_at"])
        if left is None or (lifetime is not None and lifetime <= left):
            return True
        if left <= 0 and time.monotonic() < until:
            time.sleep(_PAUSE)
            continue
        try:
            _prolong(session, row["id"], lifetime)
            return True
        except InputError as error:
            if error.code != "rule_not_found":
                raise
    return False


def add_metadata(session: Session, dids: Sequence[DID], metadata: Mapping[str, object]) -> None:
    """Set the same metadata on each."""
    if not metadata:
        return
    for did in dids:
        body = {"meta": dict(metadata), "recursive": False}
        session.insist(lambda did=did, body=body: session.request("POST", address(did, "meta"), body))  # type: ignore[misc]


def take_back(session: Session, rse: str, dids: Sequence[DID]) -> None:
    """Let go of files that were registered and cannot be kept; the lake's own daemons remove them."""
    for some in chunks(dids):
        body = {"replicas": [{"rse": rse, **_names(did)} for did in some]}
        session.insist(lambda body=body: session.request("POST", "replicas/tombstone", body))  # type: ignore[misc]


def close(session: Session, dataset: DID) -> None:
    """Nothing more is put into a dataset."""
    if session.insist(lambda: session.get(address(dataset))).get("open"):
        session.insist(lambda: session.request("PUT", address(dataset, "status"), {"open": False}))


def chunks(values: Sequence[T], most: int = MOST) -> Iterator[list[T]]:
    """Parts of a sequence.

    Examples
    --------
    >>> list(chunks([1, 2, 3], 2))
    [[1, 2], [3]]
    """
    rest = iter(values)
    while some := list(islice(rest, most)):
        yield some


def _names(did: DID) -> dict[str, str]:
    return {"scope": did.scope, "name": did.name}


def _rule(account: str, rse: str, lifetime: int | None) -> dict[str, object]:
    return {
        "account": account, "copies": 1, "rse_expression": rse, "grouping": "DATASET", "weight": None,
        "lifetime": lifetime, "locked": False, "activity": "User Subscriptions",
    }  # fmt: skip
