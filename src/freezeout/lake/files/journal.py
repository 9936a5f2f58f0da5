"""What a put has done so far, for the one that goes on after it was killed.

One file for each put, named after what it puts where; its lock is held by the process that does it.
It remembers checksums, so that no file is read twice, and what was written to the storage, so that nothing
is forgotten there: unfinished copies, and whole ones of which the lake was not told.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from freezeout.files import disk_errors
from freezeout.jobs.reporter import Reporter
from freezeout.lake.did import DID
from freezeout.lake.files.copying import Sums
from freezeout.lake.files.plan import Plan
from freezeout.settings import home

_KEPT_SECONDS = 14 * 86400
_SUMS = {"path", "stamp", "bytes", "adler32", "md5"}
_PLACED = {"placed", "inode", "did"}
_PAUSE = 0.2


class Placed(NamedTuple):
    """A file at its place on the storage, as this very put has brought it there."""

    did: DID
    path: Path
    inode: int

    def is_there(self) -> bool:
        """Whether it still lies there, and not another in its place."""
        try:
            return self.path.lstat().st_ino == self.inode
        except OSError:
            return False


class Journal:
    """The journal of one put.

    Attributes
    ----------
    left : sequence of Placed
        What puts that ended before their time have brought to the storage, this one's earlier tries
        among them.
    """

    def __init__(self, stream: TextIO, rows: Sequence[dict[str, Any]], left: Sequence[Placed]) -> None:
        self._stream = stream
        self._known = {row["path"]: row for row in rows if "path" in row}
        self._lock = threading.Lock()
        self.left = (*left, *_placed(rows))

    def sums(self, path: Path) -> Sums | None:
        """Checksums that were taken before, of a file that was not touched since."""
        row = self._known.get(str(path))
        if row is None or row["stamp"] != _stamp(path):
            return None
        return Sums(row["bytes"], row["adler32"], row["md5"])

    def remember(self, path: Path, sums: Sums) -> None:
        """Keep the checksums of a file."""
        row = {"path": str(path), "stamp": _stamp(path), "bytes": sums.bytes, "adler32": sums.adler32,
               "md5": sums.md5}  # fmt: skip
        with self._lock:
            self._known[str(path)] = row
        self._write(row)

    def began(self, part: Path) -> None:
        """A copy is about to be made there."""
        self._write({"part": str(part)})

    def placed(self, one: Placed) -> None:
        """A whole copy is about to be where the lake will be told that it is."""
        self._write({"placed": str(one.path), "inode": one.inode, "did": str(one.did)})

    def _write(self, row: dict[str, Any]) -> None:
        with self._lock, disk_errors(self._stream.name):
            self._stream.write(json.dumps(row) + "\n")
            self._stream.flush()


@contextmanager
def journal(lake: str, rse: str, plan: Plan, reporter: Reporter) -> Iterator[Journal]:
    """The journal of this put; who does the same put at the same time is waited for.

    It goes when the block ends well.
    """
    left = _sweep()
    names = sorted(f"{item.path}\t{item.did}" for item in plan.items)
    tag = hashlib.sha256("\n".join([lake, rse, str(plan.dataset), *names]).encode()).hexdigest()[:32]
    path = _folder() / f"{tag}.jsonl"
    with _held(path, reporter) as stream:
        rows = _rows(stream)
        _forget_parts(rows)
        if not rows:
            with disk_errors(path):
                stream.write(json.dumps({"lake": lake, "rse": rse}) + "\n")
                stream.flush()
        yield Journal(stream, rows, left)
        path.unlink(missing_ok=True)


@contextmanager
def abandoned(lake: str, rse: str) -> Iterator[list[Placed]]:
    """What puts have brought to this storage that nobody has gone on with for long.

    When the block ends well they are forgotten.
    """
    found: list[Placed] = []
    with contextlib.ExitStack() as held:
        old = []
        for path in _folder().glob("*.jsonl"):
            with contextlib.suppress(OSError):
                if time.time() - path.stat().st_mtime < _KEPT_SECONDS:
                    continue
                stream = held.enter_context(open(path, encoding="utf-8"))
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                rows = _rows(stream)
                if {"lake": lake, "rse": rse} in rows or not _placed(rows):
                    found += _placed(rows)
                    old.append(path)
        yield found
        for path in old:
            path.unlink(missing_ok=True)


@contextmanager
def _held(path: Path, reporter: Reporter) -> Iterator[TextIO]:
    while True:
        with disk_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(path, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600)
        with _closing(os.fdopen(handle, "a+", encoding="utf-8")) as stream:
            while True:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except OSError:
                    reporter.progress(None, "waiting: another process puts the same files there")
                    time.sleep(_PAUSE)
            try:
                same = path.stat().st_ino == os.fstat(handle).st_ino
            except OSError:
                same = False
            if same:
                yield stream
                return
            # who held it has done it, and taken the file away


@contextmanager
def _closing(stream: TextIO) -> Iterator[TextIO]:
    """Close it at the end: what a full disk did not take was told when it was written."""
    try:
        yield stream
    finally:
        with contextlib.suppress(OSError):
            stream.close()


def _folder() -> Path:
    return home() / "lake-cache" / "puts"


def _stamp(path: Path) -> list[int]:
    with disk_errors(path):
        found = path.stat()
    return [found.st_size, found.st_mtime_ns, found.st_ino]


def _rows(stream: TextIO) -> list[dict[str, Any]]:
    stream.seek(0)
    rows = []
    for line in stream:
        try:
            row = json.loads(line)
        except ValueError:
            continue  # killed in the middle of the line
        if isinstance(row, dict) and (
            row.keys() & {"part", "lake"} or row.keys() >= _SUMS or row.keys() >= _PLACED
        ):
            rows.append(row)
    return rows


def _placed(rows: Sequence[dict[str, Any]]) -> list[Placed]:
    return [
        Placed(DID.parse(row["did"]), Path(row["placed"]), row["inode"]) for row in rows if "placed" in row
    ]


def _forget_parts(rows: Sequence[dict[str, Any]]) -> None:
    for row in rows:
        if "part" in row:
            with contextlib.suppress(OSError):
                Path(row["part"]).unlink(missing_ok=True)


def _sweep() -> list[Placed]:
    """Remove unfinished copies of puts that were killed; return the finished ones."""
    left: list[Placed] = []
    for path in _folder().glob("*.jsonl"):
        with contextlib.suppress(OSError), open(path, encoding="utf-8") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            rows = _rows(stream)
            _forget_parts(rows)
            left += _placed(rows)
    return left
