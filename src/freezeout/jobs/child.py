"""A command that a job runs: its output line by line, and no life of its own."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from freezeout.errors import FreezeoutError

_PR_SET_PDEATHSIG = 1


def run(
    command: Sequence[str | Path],
    say: Callable[[str], None],
    *,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    seconds: float | None = None,
) -> tuple[int, list[str]]:
    """Run a command to its end and return its exit status and what it said.

    However this function is left, the command and all that it started are gone; they also go when
    this process is killed.

    Parameters
    ----------
    command : sequence
        The program and its words.
    say : callable
        Gets every line of output and error at once.
    cwd : Path
        Its working folder.
    env : mapping, optional
        Its whole environment; default: this process's.
    seconds : float, optional
        How long it may take.

    Raises
    ------
    FreezeoutError
        When it cannot be started or takes too long.
    """
    try:
        child = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            cwd=cwd,
            env=dict(env) if env is not None else None,
            start_new_session=True,
            preexec_fn=end_with_parent if sys.platform == "linux" else None,
        )
    except OSError as error:
        raise FreezeoutError(f"cannot start {command[0]}: {error.strerror}", code="no_process") from error
    late = threading.Event()

    def give_up() -> None:
        late.set()
        _end(child, signal.SIGKILL)

    timer = threading.Timer(seconds, give_up) if seconds else None
    said: list[str] = []
    try:
        if timer:
            timer.daemon = True
            timer.start()
        assert child.stdout is not None
        for line in child.stdout:
            said.append(line.rstrip("\n"))
            say(said[-1])
        child.wait()
    finally:
        if timer:
            timer.cancel()
        _stop(child)
        if child.stdout:
            child.stdout.close()
    if late.is_set():
        raise FreezeoutError(f"{Path(command[0]).name} did not end within {seconds:.0f} s", code="too_slow")
    return child.returncode, said


def end_with_parent() -> None:
    """Let the operating system end this process when its parent is gone (Linux)."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _stop(child: subprocess.Popen[str]) -> None:
    if child.poll() is None:
        _end(child, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(3)
    _end(child, signal.SIGKILL)
    child.wait()


def _end(child: subprocess.Popen[str], how: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, how)
