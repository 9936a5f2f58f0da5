"""What a put has done so far, for the one that goes on after it was killed.

One file for each put, named after what it puts where; its lock is held by the process that does it.
It remembers checksums, so that no file is read twice, and unfinished copies, so that none is forgotten.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from freezeout.errors import InputError
from freezeout.files import disk_errors
from freezeout.lake.copying import Sums
from freezeout.lake.plan import Plan
from freezeout.settings import home

_KEPT_SECONDS = 14 * 86400
_SUMS = {"path", "stamp", "bytes", "adler32", "md5"}


class Journal:
    """The journal of one put."""

    def __init__(self, stream: TextIO, known: dict[str, dict[str, Any]]) -> None:
        self._stream, self._known = stream, known
        self._lock = threading.Lock()

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

    def _write(self, row: dict[str, Any]) -> None:
        with self._lock, disk_errors(self._stream.name):
            self._stream.write(json.dumps(row) + "\n")
            self._stream.flush()


@contextmanager
def journal(lake: str, rse: str, plan: Plan) -> Iterator[Journal]:
    """The journal of this put, which nobody else does at the same time; it goes when the block ends well.

    Raises
    ------
    InputError
        When another process does the same put.
    """
    _sweep()
    names = sorted(f"{item.path}\t{item.did}" for item in plan.items)
    tag = hashlib.sha256("\n".join([lake, rse, str(plan.dataset), *names]).encode()).hexdigest()[:32]
    path = _folder() / f"{tag}.jsonl"
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600)
    with os.fdopen(handle, "a+", encoding="utf-8") as stream:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise InputError(
                "another process puts the same files there", hint="wait for its end", code="put_busy"
            ) from None
        rows = _rows(stream)
        _forget_parts(rows)
        known = {row["path"]: row for row in rows if "path" in row}
        yield Journal(stream, known)
        path.unlink(missing_ok=True)


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
        if isinstance(row, dict) and ("part" in row or set(row) >= _SUMS):
            rows.append(row)
    return rows


def _forget_parts(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        if "part" in row:
            with contextlib.suppress(OSError):
                Path(row["part"]).unlink(missing_ok=True)


def _sweep() -> None:
    """Remove what puts that were killed have left on storage, and old journals."""
    for path in _folder().glob("*.jsonl"):
        with contextlib.suppress(OSError), open(path, encoding="utf-8") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _forget_parts(_rows(stream))
            if time.time() - path.stat().st_mtime > _KEPT_SECONDS:
                path.unlink()
