"""Files into the lake: copied to a storage, then registered, kept and described; or not at all."""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from freezeout.errors import FreezeoutError, InputError
from freezeout.files import disk_errors
from freezeout.jobs.reporter import Reporter
from freezeout.lake import registration as lake_names
from freezeout.lake.connection import Connection, connection
from freezeout.lake.copying import Sums, copy
from freezeout.lake.did import DID
from freezeout.lake.get import amount
from freezeout.lake.journal import Journal, journal
from freezeout.lake.plan import Item, Plan, plan
from freezeout.lake.registration import Known, Stored
from freezeout.lake.session import Session
from freezeout.lake.storage import Storage, storage

_HANDS = 4
_ABANDONED = 86400


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
    reporter = reporter or Reporter()
    with Session(connection, reporter) as session:
        place = storage(session, rse or connection.here)
        with journal(connection.url, place.rse, plan) as notes:
            found = _Putting(session, plan, place, notes, reporter, register).do(metadata or {}, lifetime)
            if complete and plan.dataset is not None:
                lake_names.close(session, plan.dataset)
            return found


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

    def __init__(
        self, session: Session, plan: Plan, place: Storage, notes: Journal, reporter: Reporter, register: bool
    ) -> None:
        self._session, self._plan, self._place = session, plan, place
        self._notes, self._reporter, self._register = notes, reporter, register
        self._total = sum(item.path.stat().st_size for item in plan.items)
        self._done = 0
        self._lock = threading.Lock()

    def do(self, metadata: Mapping[str, object], lifetime: int | None) -> list[DID]:
        """All of it."""
        session, rse, dataset = self._session, self._place.rse, self._plan.dataset
        self._reporter.progress(None, "asking the lake what it has")
        there = lake_names.known(session, [item.did for item in self._plan.items])
        inside = self._inside_dataset()
        self._compare(there)
        new = [item for item in self._plan.items if not _is_kept(there.get(item.did))]
        lake_names.require_quota(session, rse, sum(item.path.stat().st_size for item in new))
        stored = self._placed(new)
        mine = [file for file in stored if file.did not in there]
        if dataset is not None:
            everything = [item.did for item in self._plan.items]
            if inside is None:
                self._new_dataset(dataset, stored, everything, metadata, lifetime, mine)
            else:
                self._add(stored, mine)
                self._attach(dataset, [did for did in everything if did not in inside])
                self._keep([dataset], lifetime, mine)
                lake_names.add_metadata(session, [dataset], metadata)
            return [dataset, *everything]
        self._add(stored, mine)
        self._keep([item.did for item in self._plan.items], lifetime, mine)
        lake_names.add_metadata(session, [item.did for item in self._plan.items], metadata)
        return [item.did for item in self._plan.items]

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

    def _compare(self, there: Mapping[DID, Known]) -> None:
        """Refuse names that are taken by other content, before anything is written."""
        for item in self._plan.items:
            row = there.get(item.did)
            if row is None:
                continue
            if row.type != "FILE":
                raise InputError(f"{item.did} is a {row.type.lower()} already", code="did_exists")
            sums = self._sums(item.path)
            if (row.bytes, row.adler32) != (sums.bytes, sums.adler32) or (row.md5 and row.md5 != sums.md5):
                raise InputError(
                    f"{item.did} is there with other content: {row.bytes} bytes with the Adler-32 "
                    f"{row.adler32}, and {item.path} has {sums.bytes} with {sums.adler32}",
                    hint="what is in the lake does not change: choose another name",
                    code="did_exists",
                )

    def _sums(self, path: Path) -> Sums:
        found = self._notes.sums(path)
        if found is None:
            found = copy(path, None)
            self._notes.remember(path, found)
        return found

    # to the storage

    def _placed(self, items: Sequence[Item]) -> list[Stored]:
        """Bring the bytes of these files to the storage."""
        if not items:
            return []
        self._tell(self._total - sum(item.path.stat().st_size for item in items))
        work: Callable[[Item], Stored]
        if self._register:
            work = self._lying_there
            self._require_place(items)
        else:
            addresses = self._place.addresses(self._session, [item.did for item in items])
            local = self._place.local(self._session)

            def work(item: Item) -> Stored:
                pfn = addresses[item.did]
                target = self._place.path(self._session, pfn) if local else None
                if target is None:
                    return self._sent(item, pfn)
                return Stored(item.did, self._copied(item, target))

        with ThreadPoolExecutor(_HANDS, "put") as hands:
            waiting = [hands.submit(work, item) for item in items]
            try:
                return [one.result() for one in waiting]
            except BaseException:
                for one in waiting:
                    one.cancel()
                self._stopped = True
                raise

    _stopped = False

    def _require_place(self, items: Sequence[Item]) -> None:
        """Where places follow from names, a file elsewhere cannot be registered."""
        if not self._place.deterministic:
            return
        addresses = self._place.addresses(self._session, [item.did for item in items])
        for item in items:
            wanted = self._place.path(self._session, addresses[item.did])
            if wanted is None or not wanted.exists() or not wanted.samefile(item.path):
                raise InputError(
                    f"{item.path} cannot be registered at {self._place.rse}: there {item.did} is {wanted}",
                    hint="register it at a storage for files that lie anywhere: --rse INPLACE",
                    code="not_on_storage",
                )

    def _lying_there(self, item: Item) -> Stored:
        pfn = self._place.address_of(item.path)
        earlier = self._notes.sums(item.path)
        sums = earlier or copy(item.path, None, self._tell)
        if earlier:
            self._tell(earlier.bytes)
        else:
            self._notes.remember(item.path, sums)
        return Stored(item.did, sums, "" if self._place.deterministic else pfn)

    def _copied(self, item: Item, target: Path) -> Sums:
        with disk_errors(target):
            target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f".{target.name[:150]}.{secrets.token_hex(6)}.upload")
        before = item.path.stat()
        self._notes.began(part)
        try:
            sums = copy(item.path, part, self._tell)
            after = item.path.stat()
            if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
                raise InputError(
                    f"{item.path} was changed while it was read", hint="put it when nobody writes to it",
                    code="file_changed",
                )  # fmt: skip
            self._notes.remember(item.path, sums)
            with disk_errors(target):
                part.chmod(0o644)
                try:
                    os.link(part, target)
                except FileExistsError:
                    self._over(item, part, target, sums)
        finally:
            part.unlink(missing_ok=True)
        return sums

    def _over(self, item: Item, part: Path, target: Path, sums: Sums) -> None:
        """Deal with a file that lies at the place of one that the lake does not know."""
        left = copy(target, None, md5=False)
        if (left.bytes, left.adler32) == (sums.bytes, sums.adler32):
            return
        if time.time() - target.stat().st_mtime < _ABANDONED:
            raise InputError(
                f"something else is being put as {item.did}, or was and was broken off",
                hint="choose another name, or try again in a day",
                code="did_busy",
            )
        os.replace(part, target)

    def _sent(self, item: Item, pfn: str) -> Stored:
        from freezeout.lake.remote_storage import upload

        sums = self._sums(item.path)
        upload(self._session.connection, item, self._place.rse, sums)
        self._tell(sums.bytes)
        return Stored(item.did, sums)

    # to the catalogue

    def _add(self, stored: Sequence[Stored], mine: Sequence[Stored]) -> None:
        def told(done: int) -> None:
            self._reporter.progress(None, f"registering: {done} of {len(stored)} files")

        try:
            lake_names.add_files(self._session, self._place.rse, stored, told)
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
            lake_names.add_dataset(self._session, dataset, self._place.rse, everything, metadata, lifetime)
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
            lake_names.add_rules(self._session, dids, self._place.rse, lifetime)
        except FreezeoutError as error:
            self._refused(error, mine)

    def _refused(self, error: FreezeoutError, mine: Sequence[Stored]) -> None:
        """What the lake will not keep does not stay in it, nor on the storage."""
        quota = error.code == "quota_exceeded" or "quota" in error.message
        if not quota and error.code != "lake_denied":
            raise error
        names = [file.did for file in mine]
        there = lake_names.known(self._session, names, replicas=False)
        lake_names.take_back(self._session, self._place.rse, [did for did in names if did in there])
        self._remove([file for file in mine if file.did not in there])
        if not quota:
            raise error
        said = error.message.partition(" says: ")[2] or "nothing was kept"
        raise lake_names.over_quota(self._session.connection.account, self._place.rse, said) from error

    def _remove(self, mine: Sequence[Stored]) -> None:
        addresses = self._place.addresses(self._session, [file.did for file in mine])
        for pfn in addresses.values():
            path = self._place.path(self._session, pfn)
            if path is not None and not self._register:
                path.unlink(missing_ok=True)

    def _tell(self, bytes: int) -> None:
        if self._stopped:
            raise InterruptedError("the others have failed")
        with self._lock:
            self._done += bytes
            done = self._done
        self._reporter.progress(
            done / self._total if self._total else None,
            f"{'reading' if self._register else 'putting'}: {amount(done)} of {amount(self._total)}",
        )


def _is_kept(row: Known | None) -> bool:
    return row is not None and bool(row.available)
