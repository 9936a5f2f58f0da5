"""Files brought to a storage, before the lake is told of them.

Each is copied beside its place under a name of its own, and linked into place when it is whole. One that
lies in the place already, and of which the lake knows nothing, was left by a put that came to no end.
"""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from freezeout.errors import InputError
from freezeout.files import disk_errors, put_into_place
from freezeout.jobs.reporter import Reporter
from freezeout.lake.did import DID
from freezeout.lake.files.amount import amount
from freezeout.lake.files.copying import Sums, copy
from freezeout.lake.files.journal import Journal, Placed
from freezeout.lake.files.plan import Item
from freezeout.lake.files.registration import Stored
from freezeout.lake.files.session import Session
from freezeout.lake.files.storage import Storage

_HANDS = 4
_ABANDONED = 86400


class Deposit:
    """What one put brings to a storage.

    Parameters
    ----------
    session : Session
        Of the lake.
    place : Storage
        The storage element.
    notes : Journal
        Of the put.
    reporter : Reporter
        Told how many bytes are there.
    register : bool
        The files lie there already: they are read, and not copied.
    """

    def __init__(
        self, session: Session, place: Storage, notes: Journal, reporter: Reporter, register: bool = False
    ) -> None:
        self._session, self._place, self._notes = session, place, notes
        self._reporter, self._register = reporter, register
        self._lock = threading.Lock()
        self._stopped = False
        self._done = self._total = 0
        self._placed: list[Placed] = []

    def sums(self, path: Path) -> Sums:
        """Checksums of a file, which is read when that was not done before."""
        found = self._notes.sums(path)
        if found is None:
            found = _read(path)
            self._notes.remember(path, found)
        return found

    def bring(self, items: Sequence[Item], already: int = 0) -> list[Stored]:
        """Bring these files there; `already` is how many bytes of the put are.

        Raises
        ------
        InputError
            When a file cannot be read or is changed meanwhile, or the storage has no room.
        """
        if not items:
            return []
        self._total = already + sum(item.path.stat().st_size for item in items)
        self._tell(already)
        work = self._reading(items) if self._register else self._carrying(items)
        with ThreadPoolExecutor(_HANDS, "put") as hands:
            waiting = [hands.submit(work, item) for item in items]
            try:
                return [one.result() for one in waiting]
            except BaseException:
                for one in waiting:
                    one.cancel()
                self._stopped = True
                raise

    def lost(self, items: Sequence[Item]) -> list[Item]:
        """Those that should lie there with the bytes that they have here, and do not."""
        # elsewhere a file may lie at another address than a new one would get
        known = self._place.deterministic and self._place.local(self._session) is not None
        if self._register or not known or not items:
            return []
        addresses = self._place.addresses(self._session, [item.did for item in items])

        def is_lost(item: Item) -> bool:
            target = self._place.path(self._session, addresses[item.did])
            wanted = self.sums(item.path)
            try:
                if target is None or target.stat().st_size != wanted.bytes:
                    return target is not None
                return copy(target, None, md5=False).adler32 != wanted.adler32
            except (OSError, InputError):
                return True

        with ThreadPoolExecutor(_HANDS, "look") as hands:
            return [item for item, gone in zip(items, hands.map(is_lost, items), strict=True) if gone]

    def mend(self, items: Sequence[Item]) -> None:
        """Put bytes that were lost where the lake believes them to be."""
        if not items:
            return
        addresses = self._place.addresses(self._session, [item.did for item in items])
        for item in items:
            target = self._place.path(self._session, addresses[item.did])
            if target is not None:
                self._reporter.log(f"{item.did} was lost or damaged at {self._place.rse}: put there again")
                self._copied(item, target, over=True)

    @property
    def brought(self) -> list[DID]:
        """What this put has copied there so far."""
        return [one.did for one in self._placed]

    def take_away(self, dids: Iterable[DID]) -> None:
        """Remove of what was copied there these, which the lake does not know."""
        wanted = set(dids)
        remove(one for one in self._placed if one.did in wanted)

    # where they lie

    def _reading(self, items: Sequence[Item]) -> Callable[[Item], Stored]:
        if self._place.deterministic:
            self._require_place(items)
        return self._lying_there

    def _require_place(self, items: Sequence[Item]) -> None:
        """Where places follow from names, a file elsewhere cannot be registered."""
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
        sums = self._notes.sums(item.path)
        if sums is None:
            sums = _read(item.path, tell=self._tell)
            self._notes.remember(item.path, sums)
        else:
            self._tell(sums.bytes)
        return Stored(item.did, sums, "" if self._place.deterministic else pfn)

    # copied there

    def _carrying(self, items: Sequence[Item]) -> Callable[[Item], Stored]:
        self._place.require_reach(self._session)
        addresses = self._place.addresses(self._session, [item.did for item in items])
        if self._place.local(self._session) is None:
            return self._sent

        def carry(item: Item) -> Stored:
            target = self._place.path(self._session, addresses[item.did])
            return self._sent(item) if target is None else Stored(item.did, self._copied(item, target))

        return carry

    def _copied(self, item: Item, target: Path, over: bool = False) -> Sums:
        with disk_errors(target):
            target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f".{target.name[:150]}.{secrets.token_hex(6)}.upload")
        self._notes.began(part)
        try:
            sums = _read(item.path, part, None if over else self._tell)
            self._notes.remember(item.path, sums)
            with disk_errors(target):
                part.chmod(0o644)
                one = Placed(item.did, target, part.stat().st_ino)
            if over:
                with disk_errors(target):
                    os.replace(part, target)
                return sums
            self._notes.placed(one)
            try:
                put_into_place(part, target)
            except FileExistsError:
                self._require_left(item, target, sums)
                with disk_errors(target):
                    os.replace(part, target)
            self._placed.append(one)
        finally:
            part.unlink(missing_ok=True)
        return sums

    def _require_left(self, item: Item, target: Path, sums: Sums) -> None:
        """Refuse when what lies in the place may be what somebody puts there at this moment."""
        if any(one.path == target and one.is_there() for one in self._notes.left):
            return
        left = copy(target, None, md5=False)
        if (left.bytes, left.adler32) == (sums.bytes, sums.adler32):
            return
        if time.time() - target.stat().st_mtime < _ABANDONED:
            raise InputError(
                f"something else is being put as {item.did}, or was and was broken off",
                hint="choose another name, or try again in a day",
                code="did_busy",
            )

    def _sent(self, item: Item) -> Stored:
        from freezeout.lake.files.remote_storage import upload

        sums = self.sums(item.path)
        upload(self._session.connection, item, self._place.rse, sums)
        self._tell(sums.bytes)
        return Stored(item.did, sums)

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


def remove(placed: Iterable[Placed]) -> None:
    """Remove files from a storage, unless others lie in their place by now."""
    for one in placed:
        if one.is_there():
            with disk_errors(one.path):
                one.path.unlink(missing_ok=True)


def _read(path: Path, target: Path | None = None, tell: Callable[[int], None] | None = None) -> Sums:
    """Read a file, and copy it, while nobody changes it."""
    with disk_errors(path):
        before = path.stat()
    read = 0

    def told(bytes: int) -> None:
        nonlocal read
        read += bytes
        if read > before.st_size:
            raise changed  # and it may go on to grow
        if tell:
            tell(bytes)

    changed = InputError(
        f"{path} was changed while it was read", hint="put it when nobody writes to it", code="file_changed"
    )
    sums = copy(path, target, told, flush=True)
    with disk_errors(path):
        after = path.stat()
    same = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
    if not same or sums.bytes != after.st_size:
        raise changed
    return sums
