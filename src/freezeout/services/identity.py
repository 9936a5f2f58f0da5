"""Which process it is: an id alone may by now be another's."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path


def born(pid: int) -> str | None:
    """What tells a process from every other that ever has the same id; None when it is gone."""
    if sys.platform == "linux":
        try:
            fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
            boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        except OSError:
            return None
        return None if fields[0] in "ZX" else f"{boot}:{fields[19]}"
    listed = subprocess.run(
        ["ps", "-p", str(pid), "-o", "stat=,lstart="], capture_output=True, text=True, check=False
    ).stdout.split(maxsplit=1)
    return None if len(listed) < 2 or listed[0].startswith("Z") else listed[1].strip()


def host() -> str:
    """The name of this machine, since a home may be shared by several."""
    return socket.gethostname()


def is_alive(pid: int | None, birth: str | None) -> bool:
    """Whether that very process still runs."""
    return pid is not None and birth is not None and born(pid) == birth


def send(pid: int | None, birth: str | None, how: int) -> bool:
    """Send a signal to that very process, and say whether it was there."""
    if pid is None or not is_alive(pid, birth):
        return False
    try:
        os.kill(pid, how)
    except ProcessLookupError:
        return False
    return True


def end(pid: int | None, birth: str | None, seconds: float, how: int = signal.SIGTERM) -> bool:
    """End that very process: politely, then not; say whether it is gone."""
    if not send(pid, birth, how):
        return True
    if until(lambda: not is_alive(pid, birth), seconds):
        return True
    with contextlib.suppress(PermissionError):
        send(pid, birth, signal.SIGKILL)
    return until(lambda: not is_alive(pid, birth), 5)


def until(true: Callable[[], object], seconds: float) -> bool:
    """Wait for something to be true, and say whether it came to be."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
