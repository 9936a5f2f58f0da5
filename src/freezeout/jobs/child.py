"""A command that a job runs: its output line by line, and no life of its own."""

from __future__ import annotations

import codecs
import contextlib
import ctypes
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from freezeout.errors import FreezeoutError
from freezeout.jobs.redact import redactor
from freezeout.jobs.shield import undisturbed

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_REMEMBERED = 2000
_LONGEST_LINE = 4096
_CHUNK = 1 << 16
_AFTERWARDS = 0.3
_STILL_TALKING = 5.0
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|.?)")
_CONTROLS = {code: "\ufffd" for code in range(32) if chr(code) != "\t"} | {127: "\ufffd"}


def run(
    command: Sequence[str | Path],
    say: Callable[[str], None],
    *,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    seconds: float | None = None,
) -> tuple[int, list[str]]:
    """Run a command to its end and return its exit status and the last 2000 lines that it said.

    However this function is left, the command and its process group are gone; on Linux the command
    goes when this process is killed, too.

    Parameters
    ----------
    command : sequence
        The program and its words.
    say : callable
        Gets every line of output and error at once; as text, and without secrets.
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
    child: subprocess.Popen[bytes] | None = None
    said: deque[str] = deque(maxlen=_REMEMBERED)
    try:
        # stopped between the start and the assignment, nobody would know of the child
        with undisturbed():
            child = _start(command, cwd, env)
        hide = redactor(env)
        for raw in _lines(child, seconds):
            line = hide(_clean(raw))
            said.append(line)
            say(line)
        if child.poll() is None and not _ends(child, seconds):
            raise _Late
    except _Late:
        name = Path(command[0]).name
        raise FreezeoutError(f"{name} did not end within {seconds:.0f} s", code="too_slow") from None
    finally:
        with undisturbed():
            if child is not None:
                _stop(child)
    assert child is not None
    return child.returncode, list(said)


def ended_by(status: int) -> str:
    """The name of the signal that ended a command, of those that have one.

    Examples
    --------
    >>> ended_by(-9), ended_by(-40)
    ('SIGKILL', 'signal 40')
    """
    number = -status
    return signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"


class _Late(Exception):
    """The time is over."""


def _start(
    command: Sequence[str | Path], cwd: Path, env: Mapping[str, str] | None
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
            cwd=cwd,
            env=dict(env) if env is not None else None,
            start_new_session=True,
            preexec_fn=_end_with(os.getpid()) if _LIBC is not None else None,
        )
    except OSError as error:
        raise FreezeoutError(f"cannot start {command[0]}: {error.strerror}", code="no_process") from error


def end_with_parent(how: int = signal.SIGTERM) -> None:
    """Let the operating system end this process when its parent is gone (Linux)."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, how)


def _end_with(parent: int) -> Callable[[], None]:
    def ask() -> None:
        end_with_parent(signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)

    return ask


def _lines(child: subprocess.Popen[bytes], seconds: float | None) -> Iterator[str]:
    """Lines as they come, until the command has ended or closed its output."""
    assert child.stdout is not None
    handle, until = child.stdout.fileno(), time.monotonic() + seconds if seconds else None
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    rest, ended_at = "", None
    while True:
        ready = select.select([handle], [], [], 0.1)[0]
        if ready:
            data = os.read(handle, _CHUNK)
            rest += decoder.decode(data, final=not data)
            *whole, rest = re.split(r"\r\n|\r(?!$)|\n", rest)
            yield from whole
            while len(rest) > _LONGEST_LINE:
                yield rest[:_LONGEST_LINE]
                rest = rest[_LONGEST_LINE:]
            if not data:
                break
        # something that it left behind may keep the pipe open for ever
        if ended_at is None and child.poll() is not None:
            ended_at = time.monotonic()
        if ended_at is not None and time.monotonic() - ended_at > (_STILL_TALKING if ready else _AFTERWARDS):
            break
        if until is not None and time.monotonic() > until:
            raise _Late
    if rest.rstrip("\r"):
        yield rest


def _clean(line: str) -> str:
    line = _ESCAPES.sub("", line.rstrip("\r"))[:_LONGEST_LINE]
    return line.translate(_CONTROLS)


def _ends(child: subprocess.Popen[bytes], seconds: float | None) -> bool:
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def _stop(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        _end(child, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(3)
    _end(child, signal.SIGKILL)
    child.wait()
    if child.stdout:
        child.stdout.close()


def _end(child: subprocess.Popen[bytes], how: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, how)
