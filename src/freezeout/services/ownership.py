"""Who runs something of a home: a lock that lasts as long as its process, however that ends."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from freezeout.errors import FreezeoutError, InputError
from freezeout.files import disk_errors


def take(lock: Path) -> int | None:
    """The lock, or None when another has it; it lasts until it is closed.

    Raises
    ------
    InputError
        When the file cannot be made.
    FreezeoutError
        When the disk knows no locks.
    """
    with disk_errors(lock):
        handle = os.open(lock, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    except OSError as error:
        os.close(handle)
        raise FreezeoutError(
            f"{lock.parent} is on a disk without locks: {error.strerror}",
            hint="move FREEZEOUT_HOME to a local disk",
            code="no_locks",
        ) from error
    return handle


def is_taken(lock: Path) -> bool:
    """Whether somebody has it.

    Raises
    ------
    InputError
        When the file is there and cannot be opened.
    """
    try:
        handle = os.open(lock, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise InputError(f"cannot use {lock.parent}: {error.strerror}", code="path_unusable") from error
    try:
        # shared: those who ask do not take each other for the owner
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False
