"""How far long work is, on standard error: one line on a terminal, a line per step elsewhere."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from freezeout.cli.output import say
from freezeout.errors import FreezeoutError
from freezeout.jobs.job import Cancelled
from freezeout.jobs.reporter import Reporter

_BAR = 20
_CLEAR = "\r\x1b[K"


class Progress(Reporter):
    """Draws what a job reports; call it, or hand it to work as its reporter."""

    def __init__(self, label: str, talks: bool = False) -> None:
        self._label, self._talks = label, talks
        self._step = ""
        self._drawn = False
        self._screen = sys.stderr is not None and sys.stderr.isatty()

    def __call__(self, fraction: float | None, message: str) -> None:
        """Draw a bar with the message, or say the message when it is of a new step."""
        if self._screen:
            return self._draw(fraction, message)
        step = message.partition(":")[0]
        if message and step != self._step:
            self._step = step
            say(f"{self._label}: {message}")

    def progress(self, fraction: float | None, message: str) -> None:
        """The same, for work that wants a reporter."""
        self(fraction, message)

    def log(self, line: str) -> None:
        """Say the line, when what the work logs is for who waits for it."""
        if self._talks:
            self.end()
            say(f"{self._label}: {line}")

    def end(self) -> None:
        """Wipe the bar, so that other words can follow."""
        if self._drawn:
            say(_CLEAR, end="")
            self._drawn = False

    def _draw(self, fraction: float | None, message: str) -> None:
        full = round(_BAR * min(max(fraction or 0.0, 0.0), 1.0))
        share = "    " if fraction is None else f"{100 * fraction:3.0f}%"
        line = f"{self._label} [{'#' * full}{'.' * (_BAR - full)}] {share} {message}"
        width = shutil.get_terminal_size((100, 24)).columns - 1
        say(_CLEAR + line[:width], end="")
        self._drawn = True


@contextmanager
def watched(label: str, talks: bool = False) -> Iterator[Progress]:
    """Progress for the length of a block; one that talks says what is logged, too.

    Raises
    ------
    FreezeoutError
        When somebody cancels the job in the block.
    """
    progress = Progress(label, talks)
    try:
        yield progress
    except Cancelled:
        raise FreezeoutError(
            f"{label} was cancelled", hint="nothing half-made was kept", code="cancelled"
        ) from None
    finally:
        progress.end()


def asked(question: str) -> bool:
    """Whether the user agrees; an empty answer does. Only for terminals."""
    say(f"{question} [Y/n] ", end="")
    answer = sys.stdin.readline()
    if not answer:
        say("")
        return False
    return answer.strip().lower() in ("", "y", "yes")


def at_terminal() -> bool:
    """Whether somebody can be asked."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))
