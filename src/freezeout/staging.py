"""A folder that appears whole or not at all."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from freezeout.errors import InputError
from freezeout.files import disk_errors

_SUFFIX = ".partial"
_LOCK = ".owner"
_ROOM = 8 << 20


@contextmanager
def staged(destination: Path) -> Iterator[Path]:
    """Give a hidden folder beside `destination`, which becomes it when the block ends well.

    Whatever ends the block otherwise, kill -9 included, leaves no `destination`. What a killed
    process left behind is removed by the next one.

    Raises
    ------
    InputError
        When the folder cannot be made or the disk has no room.
    """
    parent = destination.parent
    made = _make(parent)
    staging = parent / f".{destination.name}{_SUFFIX}"
    try:
        with disk_errors(parent):
            _require_room(parent)
            remove_abandoned(parent)
            staging.mkdir()
            lock = os.open(staging / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield staging
            with disk_errors(destination):
                (staging / _LOCK).unlink()
                _flush(staging)
                os.rename(staging, destination)
                _flush(parent)
        finally:
            os.close(lock)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        for folder in made:
            with contextlib.suppress(OSError):
                folder.rmdir()
        raise


def remove_abandoned(parent: Path) -> None:
    """Remove staging folders whose process is gone: its lock went with it."""
    for staging in parent.glob(f".*{_SUFFIX}"):
        try:
            lock = os.open(staging / _LOCK, os.O_RDWR)
        except OSError:
            continue  # just made, or just finished
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(staging, ignore_errors=True)
        except OSError:
            pass
        finally:
            os.close(lock)


def _make(folder: Path) -> list[Path]:
    """Make `folder` and return the folders that were made, innermost first."""
    missing = []
    here = folder
    while not here.exists() and here != here.parent:
        missing.append(here)
        here = here.parent
    with disk_errors(folder):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except BaseException:
            for made in missing:
                with contextlib.suppress(OSError):
                    made.rmdir()
            raise
    return missing


def _require_room(folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < _ROOM:
        raise InputError(
            f"no space left in {folder}: {free >> 10} kB free, {_ROOM >> 10} kB are needed",
            hint="free some space or choose another folder",
            code="disk_full",
        )


def _flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
