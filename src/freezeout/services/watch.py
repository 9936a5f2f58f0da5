"""What a ``freezeout up`` runs: what becomes of it is told, and a killed supervisor is replaced."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from freezeout.errors import FreezeoutError
from freezeout.services.status import Status
from freezeout.services.supervised import Supervised

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 60.0


class ServiceWatch:
    """Starts something, tells of it, and starts it again when its supervisor was killed.

    Parameters
    ----------
    title : str
        What it is called: data lake.
    begin : callable
        Starts it, or finds the one that runs.
    say : callable
        Gets every step and every trouble, as one line.

    Attributes
    ----------
    state : str
        starting, ready, degraded, failed, or down when somebody stopped it.
    url : str
        Its address once it was ready.
    message : str
        What is wrong with it.
    """

    def __init__(self, title: str, begin: Callable[[], Supervised[Any]], say: Callable[[str], None]) -> None:
        self.title, self._begin, self._say = title, begin, say
        self._running: Supervised[Any] | None = None
        self._step, self._remark = "", ""
        self._pause, self._next = _FIRST_PAUSE, 0.0
        self.state, self.url, self.message = "starting", "", ""

    def start(self) -> None:
        """Start it; that it cannot be started is told, and no error."""
        try:
            self._running = self._begin()
        except FreezeoutError as error:
            self._failed(str(error))

    def look(self) -> None:
        """See how it is."""
        if self._running is None:
            return
        status = self._running.status
        if status.state == "ready":
            self._ready(status)
        elif status.state in ("starting", "stopping"):
            self._tell(f"{self.title}: {status.message or status.state}")
        elif status.state == "degraded":
            self.state, self.message = "degraded", status.message
            self._tell(f"{self.title}: {status.message}")
        elif self._running.was_killed:
            self._again()
        elif status.state == "failed":
            self._failed(f"{status.message} ({status.hint})" if status.hint else status.message)
        else:
            self.state, self.url, self.message = "down", "", "somebody stopped it"
            self._tell(f"{self.title}: somebody stopped it")

    def stop(self) -> None:
        """Stop it when it was started here."""
        if self._running is not None and self._running.supervisor is not None:
            self._running.stop()

    def _ready(self, status: Status) -> None:
        if self.state != "ready":
            self.state, self.url, self.message = "ready", status.url, ""
            self._tell(f"{self.title}: ready at {status.url}")
        if status.remark != self._remark:
            self._remark = status.remark
            if status.remark:
                self._say(f"{self.title}: {status.remark}")
        if self._pause > _FIRST_PAUSE and time.monotonic() > self._next + _LONGEST_PAUSE:
            self._pause = _FIRST_PAUSE

    def _failed(self, why: str) -> None:
        self.state, self.url, self.message = "failed", "", why
        self._tell(f"the {self.title} is not there: {why}")

    def _again(self) -> None:
        now = time.monotonic()
        if self.state in ("ready", "degraded"):
            self.state, self.message = "degraded", "its supervisor was killed"
            self._tell(f"{self.title}: its supervisor was killed; starting it again")
        if self._next <= now:
            self._next = now + self._pause
            self._pause = min(2 * self._pause, _LONGEST_PAUSE)
            self.start()

    def _tell(self, line: str) -> None:
        step = line.partition(": ")[2].partition(": ")[0] if line.startswith(f"{self.title}: build") else line
        if step != self._step:
            self._step = step
            self._say(line)
