"""A second process of the command line, and a terminal for it."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest

COMMAND = [sys.executable, "-m", "freezeout.cli"]


@pytest.fixture
def background() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts ``freezeout`` with these words; what still runs at the end of the test is ended."""
    started: list[subprocess.Popen[str]] = []

    def start(*words: str) -> subprocess.Popen[str]:
        child = subprocess.Popen(
            [*COMMAND, *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=_as_at_a_terminal,
        )
        started.append(child)
        return child

    yield start
    for child in started:
        child.kill()
        child.communicate()


def _as_at_a_terminal() -> None:
    """These tests may be a shell's background job, or under nohup, which have them ignored."""
    for stop in (signal.SIGINT, signal.SIGHUP):
        signal.signal(stop, signal.SIG_DFL)


@pytest.fixture
def terminal() -> Callable[..., tuple[int, str]]:
    """Runs ``freezeout`` at a terminal where `answer` is typed, and returns status and screen."""

    def run(*words: str, answer: str = "") -> tuple[int, str]:
        ours, theirs = pty.openpty()
        child = subprocess.Popen([*COMMAND, *words], stdin=theirs, stdout=theirs, stderr=theirs)
        os.close(theirs)
        seen, typed, end = b"", False, time.monotonic() + 100
        try:
            while time.monotonic() < end:
                if select.select([ours], [], [], 0.1)[0]:
                    try:
                        data = os.read(ours, 4096)
                    except OSError:  # the other side is closed
                        break
                    if not data:
                        break
                    seen += data
                if answer and not typed and b"[Y/n]" in seen:
                    os.write(ours, answer.encode())
                    typed = True
                if child.poll() is not None and not select.select([ours], [], [], 0)[0]:
                    break
            return child.wait(10), seen.decode()
        finally:
            child.kill()
            child.wait()
            os.close(ours)

    return run
