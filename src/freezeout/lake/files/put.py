"""Files into the lake: copied to a storage, then registered, kept and described; or not at all."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from freezeout.errors import FreezeoutError, InputError
from freezeout.jobs.reporter import Reporter
from freezeout.lake.catalogue.metadata import check_metadata
from freezeout.lake.catalogue.rules import checked_lifetime
from freezeout.lake.did import DID
from freezeout.lake.files import registration as lake_names
from freezeout.lake.files.deposit import Deposit, remove
from freezeout.lake.files.journal import abandoned, journal
from freezeout.lake.files.plan import Item, Plan, plan
from freezeout.lake.files.registration import Known, Stored
from freezeout.lake.files.session import Session
from freezeout.lake.files.storage import storage
from freezeout.lake.sites.connection import Connection
from freezeout.lake.sites.known import connection

_REMOVAL = 60.0
_PAUSE = 1.0
_VANISHED = ("did_not_found", "rule_not_found", "replica_not_found")


def put(
    paths: Sequence[Path | str] | Path | str,
    did: str | DID | None = None,
    *,
    dataset: str | DID | None = None,
    metadata: Mapping[str, object] | None = None,
    rse: str = "",
    lifetime: int | None = None,
    register: bool = False,
    lake: str = "",
    reporter: Reporter | None = None,
) -> list[DID]:
    """Put files, or a folder as a dataset, into the lake.

    It appears when it is complete. Done again with the same files it goes on where it was broken off,
    and changes nothing when all is there.

    Parameters
    ----------
    paths : path or sequence of path
        Files, or a folder.
    did : str or DID, optional
        What the one file, or the folder's dataset, is called; a name alone is one in the user's own scope.
    dataset : str or DID, optional
        The dataset that all are put in.
    metadata : mapping, optional
        Set on the dataset, or on each file when there is none.
    rse : str, optional
        The storage; default: the one that is near.
    lifetime : int, optional
        Seconds after which the lake may let go of it.
    register : bool
        The files lie on the storage already: register them there without a copy.
    lake : str
        Which lake, when more than one is connected.

    Returns
    -------
    list of DID
        The dataset first when there is one, then the files.

    Raises
    ------
    InputError
        When a name is taken by other content, a file cannot be read, or the quota does not allow it.
    FreezeoutError
        When the lake or the storage fails.
    """
    many = [paths] if isinstance(paths, (str, os.PathLike)) else list(paths)
    reporter = reporter or Reporter()
    target = connection(lake)
    wanted = plan(many, target.scope, did, dataset)
    return deliver(
        target, wanted, metadata=metadata, rse=rse, lifetime=lifetime, register=register, reporter=reporter
    )


def deliver(
    connection: Connection,
    plan: Plan,
    *,
    metadata: Mapping[str, object] | None = None,
    rse: str = "",
    lifetime: int | None = None,
    register: bool = False,
    complete: bool = False,
    reporter: Reporter | None = None,
) -> list[DID]:
    """Put what is planned into one lake; with `complete` nothing more can be put into the dataset later."""
    said, lifetime = dict(metadata or {}), checked_lifetime(lifetime)
    check_metadata(said)
    reporter = reporter or Reporter()
    with Session(connection, reporter) as session:
        place = storage(session, rse or connection.here)
        _forget_abandoned(session, place.rse)
        with journal(connection.identity, place.rse, plan, reporter) as notes:
            deposit = Deposit(session, place, notes, reporter, register)
            found = _Putting(session, plan, place.rse, deposit, reporter).do(said, lifetime)
            if complete and plan.dataset is not None:
                lake_names.close(session, plan.dataset)
            return found


def _forget_abandoned(session: Session, rse: str) -> None:
    """Remove from the storage what puts have left there that nobody has gone on with for long."""
    with abandoned(session.connection.identity, rse) as placed:
        if placed:
            there = lake_names.known(session, [one.did for one in placed], replicas=False)
            remove(one for one in placed if one.did not in there)


def upload_job(
    reporter: Reporter,
    connection: str,
    paths: list[str],
    scope: str = "",
    did: str | None = None,
    dataset: str | None = None,
    rse: str = "",
    lifetime: int | None = None,
    metadata: dict[str, object] | None = None,
) -> dict[str, Any]:
    """The work of a job: `put`."""
    if scope and did is None and dataset is None and len(paths) == 1:
        did = f"{scope}:{Path(paths[0]).name}"
    elif scope and dataset is not None and ":" not in dataset:
        dataset = f"{scope}:{dataset}"
    found = put(
        paths, did, dataset=dataset, metadata=metadata, rse=rse, lifetime=lifetime, lake=connection,
        reporter=reporter,
    )  # fmt: skip
    return {"did": str(found[0]), "dids": [str(one) for one in found[:1000]], "count": len(found)}


class _Putting:
    """One put, step by step."""

    def __init__(self, session: Session, plan: Plan, rse: str, deposit: Deposit, reporter: Reporter) -> None:
        self._session, self._plan, self._rse = session, plan, rse
        self._deposit, self._reporter = deposit, reporter

    def do(self, metadata: Mapping[str, object], lifetime: int | None) -> list[DID]:
        """All of it; what was being removed at the same time is put there anew."""
        until = time.monotonic() + _REMOVAL
        while True:
            try:
                there = self._known(until)
                done = self._put(there, metadata, lifetime)
                if all(row.available for row in lake_names.known(self._session, list(there)).values()):
                    return done
                error = InputError("what was put is being removed", code="did_busy")
            except InputError as vanished:
                if vanished.code not in _VANISHED:
                    raise
                error = vanished
            if time.monotonic() > until:
                raise error
            self._reporter.progress(None, "waiting: something of it is being removed from the lake")
            time.sleep(_PAUSE)

    def _put(
        self, there: Mapping[DID, Known], metadata: Mapping[str, object], lifetime: int | None
    ) -> list[DID]:
        session, dataset = self._session, self._plan.dataset
        inside = self._inside_dataset()
        self._deposit.mend(
            self._deposit.lost([i for i in self._plan.items if self._rse in _places(there, i)])
        )
        new = [item for item in self._plan.items if not _places(there, item)]
        lake_names.require_quota(session, self._rse, _bytes(new))
        stored = self._brought(new)
        mine = [file for file in stored if file.did not in there]
        everything = [item.did for item in self._plan.items]
        if dataset is not None and inside is None:
            self._new_dataset(dataset, stored, everything, metadata, lifetime, mine)
            return [dataset, *everything]
        self._add(stored, mine)
        if dataset is not None:
            self._attach(dataset, [did for did in everything if did not in (inside or ())])
        kept = everything if dataset is None else [dataset]
        self._keep(kept, lifetime, mine)
        lake_names.add_metadata(session, kept, metadata)
        return everything if dataset is None else [dataset, *everything]

    def _inside_dataset(self) -> set[DID] | None:
        """What the dataset holds already; None when there is no such dataset yet."""
        dataset = self._plan.dataset
        if dataset is None:
            return None
        row = lake_names.known(self._session, [dataset], replicas=False).get(dataset)
        if row is None:
            return None
        if row.type != "DATASET":
            raise InputError(f"{dataset} is a {row.type.lower()}, not a dataset", code="did_exists")
        return lake_names.contents(self._session, dataset)

    def _known(self, until: float) -> dict[DID, Known]:
        """What the lake has of these names: the same content, as what is removed is waited for."""
        self._reporter.progress(None, "asking the lake what it has")
        dataset = [] if self._plan.dataset is None else [self._plan.dataset]
        while True:
            there = lake_names.known(self._session, [item.did for item in self._plan.items])
            wrong = [item for item in self._plan.items if self._is_other(item, there.get(item.did))]
            above = lake_names.known(self._session, dataset, replicas=False)
            going = [did for did, row in {**above, **there}.items() if _is_going(row)]
            going += [item.did for item in wrong if not lake_names.is_kept(self._session, item.did)]
            if not going or time.monotonic() > until:
                break
            self._reporter.progress(None, f"waiting: {going[0]} is being removed from the lake")
            time.sleep(_PAUSE)
        for item in wrong:
            row, sums = there[item.did], self._deposit.sums(item.path)
            raise InputError(
                f"{item.did} is there with other content: {row.bytes} bytes with the Adler-32 "
                f"{row.adler32}, and {item.path} has {sums.bytes} with {sums.adler32}",
                hint="what is in the lake does not change: choose another name",
                code="did_exists",
            )
        return there

    def _is_other(self, item: Item, row: Known | None) -> bool:
        """Whether the name is taken by other content."""
        if row is None:
            return False
        if row.type != "FILE":
            raise InputError(f"{item.did} is a {row.type.lower()} already", code="did_exists")
        sums = self._deposit.sums(item.path)
        same = (row.bytes, row.adler32) == (sums.bytes, sums.adler32)
        return not same or bool(row.md5 and row.md5 != sums.md5)

    def _brought(self, new: Sequence[Item]) -> list[Stored]:
        """Bring the bytes of these files to the storage."""
        try:
            return self._deposit.bring(new, _bytes(self._plan.items) - _bytes(new))
        except InputError:
            # the user has to mend something, and may let it be: nothing is kept for another time
            with contextlib.suppress(FreezeoutError):
                brought = self._deposit.brought
                there = lake_names.known(self._session, brought, replicas=False)
                self._deposit.take_away(did for did in brought if did not in there)
            raise

    def _add(self, stored: Sequence[Stored], mine: Sequence[Stored]) -> None:
        def told(done: int) -> None:
            self._reporter.progress(None, f"registering: {done} of {len(stored)} files")

        try:
            lake_names.add_files(self._session, self._rse, stored, told)
        except FreezeoutError as error:
            self._refused(error, mine)

    def _new_dataset(
        self,
        dataset: DID,
        stored: Sequence[Stored],
        everything: Sequence[DID],
        metadata: Mapping[str, object],
        lifetime: int | None,
        mine: Sequence[Stored],
    ) -> None:
        self._add(stored, mine)
        self._reporter.progress(None, f"registering: {dataset}")
        try:
            lake_names.add_dataset(self._session, dataset, self._rse, everything, metadata, lifetime)
        except FreezeoutError as error:
            self._refused(error, mine)

    def _attach(self, dataset: DID, dids: Sequence[DID]) -> None:
        if not dids:
            return
        try:
            lake_names.attach(self._session, dataset, dids)
        except InputError as error:
            if "closed" not in error.message:
                raise
            raise InputError(
                f"{dataset} is complete: nothing can be added to it", hint="choose another dataset",
                code="dataset_closed",
            ) from error  # fmt: skip

    def _keep(self, dids: Sequence[DID], lifetime: int | None, mine: Sequence[Stored]) -> None:
        self._reporter.progress(None, "asking the lake to keep it")
        try:
            lake_names.add_rules(self._session, dids, self._rse, lifetime)
        except FreezeoutError as error:
            self._refused(error, mine)

    def _refused(self, error: FreezeoutError, mine: Sequence[Stored]) -> None:
        """What the lake will not keep does not stay in it, nor on the storage."""
        quota = error.code == "quota_exceeded" or "quota" in error.message
        if not quota and error.code != "lake_denied":
            raise error
        names = [file.did for file in mine]
        there = lake_names.known(self._session, names, replicas=False)
        lake_names.take_back(self._session, self._rse, [did for did in names if did in there])
        self._deposit.take_away(did for did in names if did not in there)
        if not quota and "creation of new DIDs" in error.message:
            raise InputError(
                f"the account '{self._session.connection.account}' may not put data into the scope "
                f"{', '.join(sorted({did.scope for did in names}))}",
                hint="choose a scope of your own: 'freezeout lake ls' shows them", code="lake_denied",
            ) from error  # fmt: skip
        if not quota:
            raise error
        said = error.message.partition(" says: ")[2] or "nothing was kept"
        raise lake_names.over_quota(self._session.connection.account, self._rse, said) from error


def _bytes(items: Sequence[Item]) -> int:
    return sum(item.path.stat().st_size for item in items)


def _places(there: Mapping[DID, Known], item: Item) -> frozenset[str]:
    row = there.get(item.did)
    return frozenset() if row is None else row.available


def _is_going(row: Known) -> bool:
    return row.ended or (bool(row.going) and not row.available)
