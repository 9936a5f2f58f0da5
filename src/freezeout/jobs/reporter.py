"""What the work of a job is handed: where to say how far it is."""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Callable
from typing import TextIO

from freezeout.errors import FreezeoutError
from freezeout.jobs import store
from freezeout.jobs.redact import redactor

_AT_MOST_EVERY = 0.2
_LOG_BYTES = 4_000_000
_TAIL_BYTES = 200_000


class Reporter:
    """Progress and log of work that need not know whose job it is; this one tells nobody."""

    def progress(self, fraction: float | None, message: str) -> None:
        """Say how far the work is, from 0 to 1 or None, and what it does.

        What follows a colon in the message is detail of the same step.
        """

    def log(self, line: str) -> None:
        """Add a line to the log."""


class JobReporter(Reporter):
    """The reporter of a job: progress never goes back, and a log that gets too long loses its middle."""

    def __init__(
        self, id: str, stream: TextIO, watch: Callable[[float | None, str], None] | None = None
    ) -> None:
        self._id, self._stream, self._watch = id, stream, watch
        self._hide = redactor()
        self._step, self._told, self._furthest = "", 0.0, 0.0
        self._room, self._left_out = _LOG_BYTES, 0
        self._tail: deque[str] = deque()
        self._tail_bytes = 0

    def progress(self, fraction: float | None, message: str) -> None:
        """Store it, not more often than anybody can see; a new step at once."""
        message = self._hide(message)
        if fraction is not None:
            self._furthest = fraction = max(self._furthest, min(fraction, 1.0))
        if self._watch:
            self._watch(fraction, message)
        time_, step = time.monotonic(), message.partition(":")[0]
        if step == self._step and time_ - self._told < _AT_MOST_EVERY:
            return
        if step != self._step:
            self.log(message)
        self._step, self._told = step, time_
        # work does not fail because nobody can be told how far it is
        with contextlib.suppress(FreezeoutError):
            store.update(self._id, progress=fraction, message=message)

    def log(self, line: str) -> None:
        """Add a line to the job's log."""
        line = self._hide(line.rstrip("\n")) + "\n"
        size = len(line.encode(errors="replace"))
        if self._room >= size and not self._tail:
            self._room -= size
            self._write(line)
            return
        self._tail.append(line)
        self._tail_bytes += size
        while self._tail_bytes > _TAIL_BYTES:
            lost = len(self._tail.popleft().encode(errors="replace"))
            self._tail_bytes -= lost
            self._left_out += lost

    def close(self) -> None:
        """Write the end of a log that was too long."""
        if self._left_out:
            self._write(f"[… {self._left_out} bytes of the log are left out …]\n")
        self._write("".join(self._tail))
        self._tail.clear()

    def _write(self, text: str) -> None:
        # nor because the disk is too full for its log
        with contextlib.suppress(OSError):
            self._stream.write(text)
            self._stream.flush()
