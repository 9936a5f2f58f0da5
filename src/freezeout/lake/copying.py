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


@dataclass(frozen=True)
class Sums:
    """Size and checksums of a file, as Rucio writes them; `md5` is empty when it was not asked for."""

    bytes: int
    adler32: str
    md5: str = ""


def copy(
    source: Path, target: Path | None, tell: Callable[[int], None] | None = None, md5: bool = True
) -> Sums:
    """Copy `source` to `target` (None: only read it), flush it to disk, and return what was read.

    Parameters
    ----------
    tell : callable, optional
        Gets the number of bytes of each block that is done.

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
                writing = stack.enter_context(open(target, "wb", buffering=0))
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
                    _write(writing.fileno(), block)
            adler32 = zlib.adler32(block, adler32)
            size += len(block)
            if tell:
                tell(len(block))
            while len(waiting) > _AHEAD:
                waiting.popleft().result()
        if writing is not None:
            with disk_errors(str(target)):
                os.fsync(writing.fileno())
        while waiting:
            waiting.popleft().result()
    return Sums(size, f"{adler32:08x}", digest.hexdigest() if md5 else "")


def _write(handle: int, block: bytes) -> None:
    rest = memoryview(block)
    while rest:
        rest = rest[os.write(handle, rest) :]
