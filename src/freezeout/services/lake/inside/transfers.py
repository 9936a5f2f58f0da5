"""The transfers under way: done outside the one who asks, and remembered on disk.

Each is one small file in a folder. A process that is killed finds its unfinished ones there and
begins them again; finished ones wait there until their result is known to have arrived.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import time
from typing import Any

from freezeout.services.lake.inside.copying import CopyFailed, SourceFailed, Stopped, Sums, copy, unfinished

WORKERS = 3
"""Copies at a time: one disk does not get quicker by more."""


@dataclass
class Transfer:
    """One file on its way.

    Attributes
    ----------
    id : str
        Of Rucio's request.
    scope, name : str
        The file's.
    sources : list of [storage element's id, path]
        Tried one after another.
    target, below : str
        The file, and the storage element's folder.
    size, adler32, md5
        What it has to be like.
    state : str
        ``queued``, ``done`` or ``failed``.
    source : str or None
        The storage element it came from.
    broken : list of [storage element's id, path, reason]
        Sources that failed.
    """

    id: str
    scope: str
    name: str
    sources: list[list[str]]
    target: str
    below: str
    size: int
    adler32: str | None
    md5: str | None = None
    state: str = "queued"
    source: str | None = None
    error: str | None = None
    started_at: float | None = None
    ended_at: float | None = None
    broken: list[list[str]] = field(default_factory=list)


class Transfers:
    """All transfers of this process and those it found.

    Parameters
    ----------
    folder : Path
        Where they are remembered.
    ended : callable
        Called from a worker when one has ended.
    """

    def __init__(self, folder: Path, ended: Callable[[], object] = lambda: None) -> None:
        self._folder = folder
        self._ended = ended
        self._lock = threading.Lock()
        self._all: dict[str, Transfer] = {}
        self._called_off: set[str] = set()
        self._known_bad: dict[tuple[str, ...], str] = {}
        self._closing = False
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="copy")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in folder.glob(".*.json"):
            path.unlink(missing_ok=True)
        for path in sorted(folder.glob("*.json")):
            try:
                found = Transfer(**json.loads(path.read_text()))
            except (OSError, ValueError, TypeError):
                path.unlink(missing_ok=True)
                continue
            self._all[found.id] = found
            if found.state == "queued":
                self._pool.submit(self._run, found)

    def submit(self, transfer: Transfer) -> None:
        """Take on a transfer; one that is known already is not begun twice."""
        with self._lock:
            if transfer.id in self._all:
                return
            self._keep(transfer)
            self._all[transfer.id] = transfer
        self._pool.submit(self._run, transfer)

    def get(self, id: str) -> Transfer | None:
        """A transfer by its id; None when there is none."""
        with self._lock:
            return self._all.get(id)

    def ids(self) -> list[str]:
        """Those that are remembered."""
        with self._lock:
            return list(self._all)

    def ended(self) -> bool:
        """Whether any has a result."""
        with self._lock:
            return any(one.state != "queued" for one in self._all.values())

    def corrupt(self) -> list[tuple[str, str, str, str]]:
        """Scope, name, storage element and reason of sources that were wrong where another one was right."""
        with self._lock:
            return [
                (one.scope, one.name, rse, reason)
                for one in self._all.values()
                for rse, _, reason in one.broken
                if one.state == "done" and "mismatch" in reason
            ]

    def forget(self, ids: Iterable[str]) -> None:
        """Forget transfers; those under way are called off, and what they have written is removed.

        When it returns, a file is either in its place for good or will never be.
        """
        for id in ids:
            with self._lock:
                gone = self._all.pop(id, None)
                if gone is None:
                    continue
                if gone.state == "queued":
                    self._called_off.add(id)
                    unfinished(Path(gone.target), id).unlink(missing_ok=True)
                self._path(id).unlink(missing_ok=True)

    def close(self) -> None:
        """Stop copying, quickly; what is unfinished begins again with the next process."""
        self._closing = True
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _run(self, transfer: Transfer) -> None:
        try:
            transfer.started_at = time()
            try:
                transfer.source = self._try_sources(transfer)
                state, error = "done", None
            except Stopped:
                with self._lock:
                    self._called_off.discard(transfer.id)
                return
            except CopyFailed as failure:
                state, error = "failed", str(failure)
            except Exception as failure:
                state, error = "failed", f"{type(failure).__name__}: {failure}"
            transfer.ended_at, transfer.error, transfer.state = time(), error, state
            with self._lock:
                if transfer.id in self._all:
                    # a disk too full for these few bytes: the result is remembered by this process only
                    with suppress(OSError):
                        self._keep(transfer)
                self._called_off.discard(transfer.id)
        finally:
            self._ended()

    def _try_sources(self, transfer: Transfer) -> str:
        wanted = Sums(transfer.size, transfer.adler32, transfer.md5)
        target = Path(transfer.target)
        part = unfinished(target, transfer.id)
        failures = []
        transfer.broken = []

        def stop() -> bool:
            return self._closing or transfer.id in self._called_off

        def publish(rename: Callable[[], object]) -> None:
            with self._lock:
                if stop():
                    raise Stopped
                rename()

        for rse, path in transfer.sources:
            seen = _fingerprint(path, wanted)
            try:
                if seen in self._known_bad:
                    raise SourceFailed(self._known_bad[seen])
                copy(Path(path), target, part, wanted, Path(transfer.below), stop, publish)
                return rse
            except SourceFailed as failure:
                failures.append(str(failure))
                transfer.broken.append([rse, path, str(failure)])
                if seen and "mismatch" in str(failure):
                    # retries come every few seconds: the same bytes are not read again for each
                    self._known_bad[seen] = str(failure)
        raise CopyFailed("; ".join(failures) or "no source")

    def _keep(self, transfer: Transfer) -> None:
        beside = self._folder / f".{transfer.id}.json"
        beside.write_text(json.dumps(asdict(transfer)))
        beside.replace(self._path(transfer.id))

    def _path(self, id: str) -> Path:
        return self._folder / f"{id}.json"


def _fingerprint(path: str, wanted: Sums) -> tuple[Any, ...]:
    try:
        found = Path(path).stat()
    except OSError:
        return ()
    return (path, found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns, wanted)
