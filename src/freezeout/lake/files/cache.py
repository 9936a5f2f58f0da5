"""Files of lakes that are here already, kept once for all processes of a user.

Each file has a folder of its own, named after lake, data identifier and checksum. Its lock is held while
it is fetched, so that of two processes one fetches and the other waits; ``entry.json`` is written last
and says what the file was when its checksum was found right.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from freezeout.errors import FreezeoutError
from freezeout.files import disk_errors, write_atomically
from freezeout.jobs.reporter import Reporter
from freezeout.lake.did import DID
from freezeout.lake.files.copying import Sums, copy
from freezeout.lake.sites.connection import Connection
from freezeout.settings import home

_SCHEMA_VERSION = 1
_ENTRY, _LOCK, _PART = "entry.json", ".lock", ".part"
_STILL_FRESH = 3600


@dataclass(frozen=True)
class Cached:
    """One file of the cache.

    Attributes
    ----------
    path : Path
        Of the file, which may be read and not changed.
    data : dict
        All of ``entry.json``.
    """

    path: Path
    data: dict[str, Any]

    @property
    def used_at(self) -> float:
        """When it was last asked for, in seconds since 1970."""
        try:
            return self.path.with_name(_ENTRY).stat().st_mtime
        except OSError:
            return 0.0


class Slot:
    """The place of one file in the cache, there or not.

    Parameters
    ----------
    connection : Connection
        The lake.
    did : DID
        The file.
    adler32 : str
        What the lake says of it.
    """

    def __init__(self, connection: Connection, did: DID, adler32: str) -> None:
        self._about = {"lake": connection.identity, "did": str(did), "adler32": adler32}
        tag = hashlib.sha256("\n".join(self._about.values()).encode()).hexdigest()
        self.folder = folder() / tag[:2] / tag[2:34]
        name = did.name.rpartition("/")[2]
        self.path = self.folder / (name if name not in ("", ".", "..") else "file")

    @property
    def part(self) -> Path:
        """Where the file is written before it is known to be right."""
        return self.folder / _PART

    def find(self, verify: bool = False) -> Path | None:
        """The file when it is there and nobody changed it; read again as a whole when that is asked for."""
        entry = _entry(self.folder)
        if entry is None or entry.path != self.path or not _unchanged(entry, verify):
            return None
        with contextlib.suppress(OSError):
            if time.time() - entry.used_at > _STILL_FRESH:
                os.utime(self.folder / _ENTRY)
        return self.path

    @contextmanager
    def held(self, reporter: Reporter) -> Iterator[None]:
        """Be the only one who fetches this file; whoever holds it is waited for."""
        with disk_errors(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = os.open(self.folder / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except OSError:
                    reporter.progress(None, f"waiting: another process fetches {self._about['did']}")
                    time.sleep(0.1)
            yield
        except BaseException:
            self.part.unlink(missing_ok=True)
            raise
        finally:
            os.close(lock)

    def keep(self, sums: Sums) -> Path:
        """Take what lies at `part` for the file."""
        with disk_errors(self.path):
            self.part.chmod(0o444)
            self.part.replace(self.path)
            found = self.path.stat()
        entry = {
            "schema_version": _SCHEMA_VERSION, **self._about, "bytes": sums.bytes, "md5": sums.md5,
            "name": self.path.name, "mtime_ns": found.st_mtime_ns, "inode": found.st_ino,
        }  # fmt: skip
        # lost with the power, it is fetched again
        write_atomically(self.folder / _ENTRY, json.dumps(entry, indent=1), flush=False)
        return self.path


def folder() -> Path:
    """Where the cache is."""
    return home() / "lake-cache"


def entries() -> list[Cached]:
    """All files of the cache, the one last asked for first."""
    found = [_entry(path.parent) for path in folder().glob(f"??/*/{_ENTRY}")]
    return sorted((one for one in found if one is not None), key=lambda one: one.used_at, reverse=True)


def clear(bytes: int = 0) -> tuple[int, int]:
    """Remove files, those first that nobody asked for longest, until at most `bytes` are left.

    What is being fetched stays.

    Returns
    -------
    tuple of int
        How many files were removed, and their bytes.
    """
    kept = removed = freed = 0
    for one in entries():
        size = int(one.data["bytes"])
        if (bytes and kept + size <= bytes) or not _remove(one.path.parent):
            kept += size
            continue
        removed, freed = removed + 1, freed + size
    for place in folder().glob("??/*"):
        if not (place / _ENTRY).exists():
            _remove(place)  # begun by a process that was killed
    return removed, freed


def _remove(place: Path) -> bool:
    try:
        lock = os.open(place / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        (place / _ENTRY).unlink(missing_ok=True)  # first: half removed, it is not there
        shutil.rmtree(place, ignore_errors=True)
    except OSError:
        return False
    finally:
        os.close(lock)
    return True


def _entry(place: Path) -> Cached | None:
    try:
        data = json.loads((place / _ENTRY).read_text(encoding="utf-8"))
        if data["schema_version"] != _SCHEMA_VERSION:
            return None
        sizes = all(isinstance(data[name], int) for name in ("bytes", "mtime_ns", "inode"))
        texts = all(isinstance(data[name], str) for name in ("did", "lake", "name", "adler32", "md5"))
        return Cached(place / data["name"], data) if sizes and texts and "/" not in data["name"] else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _unchanged(entry: Cached, verify: bool) -> bool:
    try:
        found = entry.path.stat()
    except OSError:
        return False
    data = entry.data
    if (found.st_size, found.st_mtime_ns, found.st_ino) != (data["bytes"], data["mtime_ns"], data["inode"]):
        return False
    if not verify:
        return True
    try:
        sums = copy(entry.path, None, md5=bool(data["md5"]))
    except FreezeoutError:
        return False
    return sums == Sums(data["bytes"], data["adler32"] or sums.adler32, data["md5"])
