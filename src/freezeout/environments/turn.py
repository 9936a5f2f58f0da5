"""One at a time builds or removes an environment."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from freezeout.environments.installation import root
from freezeout.errors import InputError
from freezeout.files import disk_errors

_MOMENT = 1.0


@contextmanager
def only_builder(name: str, seconds: float | None = _MOMENT) -> Iterator[None]:
    """Have an environment's builds for oneself.

    Parameters
    ----------
    name : str
        The environment.
    seconds : float or None
        How long to wait for another: by default as long as it takes to clear an old build out of
        sight; None waits for a whole build.

    Raises
    ------
    InputError
        When another has it for longer.
    """
    folder = root(name)
    with disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / ".builder", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        if seconds is None:
            fcntl.flock(handle, fcntl.LOCK_EX)
        elif not _locked(handle, seconds):
            raise InputError(
                f"somebody is building or removing '{name}'",
                hint="wait for it; 'freezeout jobs' shows how far it is",
                code="environment_busy",
            )
        yield
    finally:
        os.close(handle)


def _locked(handle: int, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except OSError:
            if time.monotonic() > end:
                return False
            time.sleep(0.05)
