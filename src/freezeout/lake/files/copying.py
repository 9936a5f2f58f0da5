"""Copying a file and taking its checksums in one reading."""

from __future__ import annotations

import hashlib
import os
import zlib
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from freezeout.files import disk_errors

_BLOCK = 4 << 20
_AHEAD = 4
_UNFLUSHED = 64 << 20


@dataclass(frozen=True)
class Sums:
    """Size and checksums of a file, as Rucio writes them; `md5` is empty when it was not asked for."""

    bytes: int
    adler32: str
    md5: str = ""


def copy(
    source: Path,
    target: Path | None,
    tell: Callable[[int], None] | None = None,
    md5: bool = True,
    flush: bool = False,
) -> Sums:
    """Copy `source` to `target` (None: only read it), and return what was read.

    Parameters
    ----------
    tell : callable, optional
        Gets the number of bytes of each block that is done.
    flush : bool
        Come back when all of `target` is on the disk, and outlives a loss of power.

    Raises
    ------
    InputError
        When `source` cannot be read or `target` cannot be written; what is half written stays.
    """
    adler32, size, digest = 1, 0, hashlib.md5(usedforsecurity=False)
    waiting: deque[Future[None]] = deque()
    with ExitStack() as stack:
        with disk_errors(source):
            reading = stack.enter_context(open(source, "rb", buffering=0))
        writing = None
        if target is not None:
            with disk_errors(target):
                writing = stack.enter_context(_Writing(target, flush))
        pool: ThreadPoolExecutor | None = None
        while True:
            with disk_errors(source):
                block = reading.read(_BLOCK)
            if not block:
                break
            if md5 and len(block) < _BLOCK:
                while waiting:
                    waiting.popleft().result()
                digest.update(block)
            elif md5:
                # the digest takes longer than all the rest, and lets others work meanwhile
                pool = pool or stack.enter_context(ThreadPoolExecutor(1, "md5"))
                waiting.append(pool.submit(digest.update, block))
            if writing is not None:
                with disk_errors(str(target)):
                    writing.write(block)
            adler32 = zlib.adler32(block, adler32)
            size += len(block)
            if tell:
                tell(len(block))
            while len(waiting) > _AHEAD:
                waiting.popleft().result()
        if writing is not None:
            with disk_errors(str(target)):
                writing.finish()
        while waiting:
            waiting.popleft().result()
    return Sums(size, f"{adler32:08x}", digest.hexdigest() if md5 else "")


class _Writing:
    """A file that is written, and flushed to the disk all the while, so that little is left for the end."""

    def __init__(self, path: Path, flush: bool) -> None:
        self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
        self._pool = ThreadPoolExecutor(1, "flush") if flush else None
        self._flushing: Future[None] | None = None
        self._unflushed = 0

    def __enter__(self) -> _Writing:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown()
        os.close(self._handle)

    def write(self, block: bytes) -> None:
        """Write all of it."""
        rest = memoryview(block)
        while rest:
            rest = rest[os.write(self._handle, rest) :]
        self._unflushed += len(block)
        if self._pool is not None and self._unflushed >= _UNFLUSHED:
            if self._flushing is not None and not self._flushing.done():
                return
            self._settled()
            self._flushing = self._pool.submit(os.fsync, self._handle)
            self._unflushed = 0

    def finish(self) -> None:
        """Come back when it is on the disk, if that is asked for."""
        self._settled()
        if self._pool is not None:
            os.fsync(self._handle)

    def _settled(self) -> None:
        if self._flushing is not None:
            self._flushing.result()
            self._flushing = None
