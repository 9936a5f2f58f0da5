"""What the work of a job is handed: where to say how far it is."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TextIO

from freezeout.jobs import store

_AT_MOST_EVERY = 0.2


class Reporter:
    """Progress and log of work that need not know whose job it is; this one tells nobody."""

    def progress(self, fraction: float | None, message: str) -> None:
        """Say how far the work is, from 0 to 1 or None, and what it does."""

    def log(self, line: str) -> None:
        """Add a line to the log."""


class JobReporter(Reporter):
    """The reporter of a job."""

    def __init__(
        self, id: str, stream: TextIO, watch: Callable[[float | None, str], None] | None = None
    ) -> None:
        self._id, self._stream, self._watch = id, stream, watch
        self._message = ""
        self._told = 0.0

    def progress(self, fraction: float | None, message: str) -> None:
        """Store it, not more often than anybody can see; a new step at once."""
        if self._watch:
            self._watch(fraction, message)
        time_ = time.monotonic()
        if message == self._message and time_ - self._told < _AT_MOST_EVERY:
            return
        if message != self._message:
            self.log(message)
        self._message, self._told = message, time_
        store.update(self._id, progress=fraction, message=message)

    def log(self, line: str) -> None:
        """Add a line to the job's log."""
        self._stream.write(line.rstrip("\n") + "\n")
        self._stream.flush()
