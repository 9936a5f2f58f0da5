"""Copy one file so that nobody ever sees half of it, and nothing wrong: the sums are taken on the way.

Nothing here knows of Rucio.
"""

from __future__ import annotations

import errno
import hashlib
import os
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_BLOCK = 4 << 20

Publish = Callable[[Callable[[], object]], None]


class CopyFailed(Exception):
    """The file was not copied; the message says why."""


class SourceFailed(CopyFailed):
    """This source cannot be used; another one perhaps can."""


class Stopped(Exception):
    """The copy was called off."""


@dataclass(frozen=True)
class Sums:
    """What a file has to be like.

    Attributes
    ----------
    size : int
        Bytes.
    adler32, md5 : str or None
        Checksums as hexadecimal digits; one that is None is not looked at.
    """

    size: int
    adler32: str | None
    md5: str | None

    def differences(self, found: Sums) -> str | None:
        """What is wrong with a file that was found to be like that; None when nothing is."""
        if found.size != self.size:
            return f"size mismatch: {found.size} bytes, the catalogue says {self.size}"
        for name in ("adler32", "md5"):
            wanted, have = getattr(self, name), getattr(found, name)
            if wanted and have != wanted:
                return f"{name} mismatch: the file has {have}, the catalogue says {wanted}"
        return None


def unfinished(target: Path, id: str) -> Path:
    """Where a file lies while it is copied: beside its place, under a name that is never too long."""
    return target.with_name(f".{id}.part")


def copy(
    source: Path,
    target: Path,
    part: Path,
    wanted: Sums,
    below: Path,
    stop: Callable[[], bool],
    publish: Publish,
) -> None:
    """Copy a file and put it into its place if, and only if, it is what it should be.

    Parameters
    ----------
    source, target : Path
        From where, to where. A target that is there is replaced, unless it is in order already.
    part : Path
        Where it lies meanwhile: `unfinished`.
    wanted : Sums
        What the file has to be like.
    below : Path
        The storage element's folder, which has to be there already: one that was moved or is not
        mounted is not made anew.
    stop : callable
        Asked between two blocks whether to go on.
    publish : callable
        Does the renaming it is given, or raises `Stopped`.

    Raises
    ------
    SourceFailed
        When the source is missing, unreadable or not what it should be.
    CopyFailed
        When the target cannot be written.
    Stopped
        When it was called off.
    """
    if _is_in_order(target, wanted, stop):
        return
    try:
        _make_folder(target, below)
        _copy(source, part, wanted, stop)
        publish(lambda: part.replace(target))
        _sync_folder(target.parent)
    except OSError as error:
        raise CopyFailed(_reason(error, target)) from error
    finally:
        part.unlink(missing_ok=True)


def sums_of(path: Path, wanted: Sums) -> Sums:
    """What a file is like, as far as ``wanted`` asks for it."""
    with path.open("rb", buffering=0) as stream:
        return _read(stream, None, wanted, lambda: False)


def _is_in_order(target: Path, wanted: Sums, stop: Callable[[], bool]) -> bool:
    try:
        if target.stat().st_size != wanted.size or not (wanted.adler32 or wanted.md5):
            return False
        with target.open("rb") as stream:
            return wanted.differences(_read(stream, None, wanted, stop)) is None
    except OSError:
        return False


def _make_folder(target: Path, below: Path) -> None:
    if not below.is_dir():
        raise CopyFailed(f"the folder of the storage element is not there: {below}")
    target.parent.mkdir(parents=True, exist_ok=True)
    room = os.statvfs(target.parent)
    if room.f_bavail == 0:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _copy(source: Path, part: Path, wanted: Sums, stop: Callable[[], bool]) -> None:
    try:
        reading = source.open("rb", buffering=0)
    except OSError as error:
        raise SourceFailed(_reason(error, source)) from error
    with reading:
        if os.fstat(reading.fileno()).st_size != wanted.size:
            raise SourceFailed(
                f"size mismatch: {os.fstat(reading.fileno()).st_size} bytes, "
                f"the catalogue says {wanted.size}: {source}"
            )
        free = os.statvfs(part.parent)
        if wanted.size > free.f_bavail * free.f_frsize:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        with open(part, "wb", buffering=0) as writing:
            found = _read(reading, writing, wanted, stop)
            wrong = wanted.differences(found)
            if wrong:
                raise SourceFailed(f"{wrong}: {source}")
            os.fsync(writing.fileno())


def _read(stream: BinaryIO, onto: BinaryIO | None, wanted: Sums, stop: Callable[[], bool]) -> Sums:
    size, adler = 0, 1
    # an adler32 is quick; the md5 only where there is nothing else
    md5 = hashlib.md5(usedforsecurity=False) if wanted.md5 and not wanted.adler32 else None
    block = memoryview(bytearray(_BLOCK))
    while True:
        if stop():
            raise Stopped
        try:
            count = stream.readinto(block)  # type: ignore[attr-defined]
        except OSError as error:
            raise SourceFailed(_reason(error, Path(str(stream.name)))) from error
        if not count:
            break
        size += count
        adler = zlib.adler32(block[:count], adler)
        if md5:
            md5.update(block[:count])
        if onto:
            rest = block[:count]
            while rest:
                rest = rest[onto.write(rest) :]
    return Sums(size, f"{adler:08x}", md5.hexdigest() if md5 else wanted.md5)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _reason(error: OSError, path: Path) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"no space left on the disk of {path}"
    return f"{error.strerror or error}: {path}"
