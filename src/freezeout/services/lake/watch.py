"""The lake of a ``freezeout up``: what becomes of it is told, and a killed supervisor is replaced."""

from __future__ import annotations

import time
from collections.abc import Callable

from freezeout.errors import FreezeoutError
from freezeout.services.lake.lake import Lake
from freezeout.services.lake.status import LakeStatus

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 60.0


class LakeWatch:
    """Starts the lake, tells of it, and starts it again when its supervisor was killed.

    Parameters
    ----------
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

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._lake: Lake | None = None
        self._step, self._inputs = "", ""
        self._pause, self._next = _FIRST_PAUSE, 0.0
        self.state, self.url, self.message = "starting", "", ""

    def start(self) -> None:
        """Start it; that it cannot be started is told, and no error."""
        try:
            self._lake = Lake.start()
        except FreezeoutError as error:
            self._failed(str(error))

    def look(self) -> None:
        """See how it is."""
        if self._lake is None:
            return
        status = self._lake.status
        if status.state == "ready":
            self._ready(status)
        elif status.state in ("starting", "stopping"):
            self._tell(f"data lake: {status.message or status.state}")
        elif status.state == "degraded":
            self.state, self.message = "degraded", status.message
            self._tell(f"data lake: {status.message}")
        elif self._lake.was_killed:
            self._again()
        elif status.state == "failed":
            self._failed(f"{status.message} ({status.hint})" if status.hint else status.message)
        else:
            self.state, self.url, self.message = "down", "", "somebody stopped it"
            self._tell("data lake: somebody stopped it")

    def stop(self) -> None:
        """Stop it when it was started here."""
        if self._lake is not None and self._lake.supervisor is not None:
            self._lake.stop()

    def _ready(self, status: LakeStatus) -> None:
        if self.state != "ready":
            self.state, self.url, self.message = "ready", status.url, ""
            self._tell(f"data lake: ready at {status.url}")
        if status.inputs not in (self._inputs, "", "registering"):
            self._inputs = status.inputs
            if status.inputs != "registered":
                self._say(f"data lake: not all inputs of the experiments are in it: {status.inputs}")
        if self._pause > _FIRST_PAUSE and time.monotonic() > self._next + _LONGEST_PAUSE:
            self._pause = _FIRST_PAUSE

    def _failed(self, why: str) -> None:
        self.state, self.url, self.message = "failed", "", why
        self._tell(f"the data lake is not there: {why}")

    def _again(self) -> None:
        now = time.monotonic()
        if self.state in ("ready", "degraded"):
            self.state, self.message = "degraded", "its supervisor was killed"
            self._tell("data lake: its supervisor was killed; starting it again")
        if self._next <= now:
            self._next = now + self._pause
            self._pause = min(2 * self._pause, _LONGEST_PAUSE)
            self.start()

    def _tell(self, line: str) -> None:
        step = line.partition(": ")[2].partition(": ")[0] if line.startswith("data lake: build") else line
        if step != self._step:
            self._step = step
            self._say(line)
