"""One process that the supervisor keeps alive: started again with growing pauses when it dies."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable

from freezeout.errors import FreezeoutError
from freezeout.jobs.child import ended_by
from freezeout.jobs.shield import undisturbed
from freezeout.jobs.store import now
from freezeout.services.identity import born
from freezeout.services.process import Process
from freezeout.services.status import ServiceState, ServiceStatus

_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 30.0
_WELL = 60.0


class Service:
    """One process that is kept alive.

    Parameters
    ----------
    name : str
        What it is called.
    start : callable
        Starts the process.
    ready : callable
        Whether it does its work.
    seconds : float
        How long it may take until it does.
    stop_by, stop_seconds :
        The signal that ends it in order, and how long that may take.
    last_words : callable
        Why it ended, of its log.
    """

    def __init__(
        self,
        name: str,
        start: Callable[[], Process],
        ready: Callable[[], bool],
        seconds: float = 120,
        stop_by: int = signal.SIGTERM,
        stop_seconds: float = 15,
        last_words: Callable[[Process], str] = Process.last_line,
    ) -> None:
        self.name = name
        self._start, self._ready, self._seconds = start, ready, seconds
        self._stop_by, self._stop_seconds = stop_by, stop_seconds
        self._last_words = last_words
        self._process: Process | None = None
        self._pause, self._next, self._since = _FIRST_PAUSE, 0.0, 0.0
        self.status = ServiceStatus("waiting")

    @property
    def ready(self) -> bool:
        """Whether it does its work."""
        return self.status.state == "ready"

    def tend(self) -> bool:
        """Look after it once: start it, start it again, see that it is ready; say whether it died."""
        if self._process is None:
            if time.monotonic() >= self._next:
                self._begin()
            return False
        status = self._process.child.poll()
        if status is not None:
            self._died(status)
            return True
        if not self.ready:
            if self._ready():
                self._say("ready")
            elif time.monotonic() - self._since > self._seconds:
                self._end()
                self._failed(f"not ready in {self._seconds:.0f} s")
                return True
        elif self._pause > _FIRST_PAUSE and time.monotonic() - self._since > _WELL:
            self._pause = _FIRST_PAUSE
        return False

    def stop(self) -> None:
        """End it in order."""
        if self._process is not None:
            self._end()
        if self.status.state != "waiting":
            self._say("stopped")

    def rest(self, why: str) -> None:
        """End it until another, which it needs, is there again; that is no fault of its own."""
        if self._process is not None:
            self._end()
        self._next = 0.0
        self._say("restarting", message=why)

    def _begin(self) -> None:
        again = self.status.state == "restarting"
        try:
            with undisturbed():
                self._process = self._start()
        except FreezeoutError as error:
            return self._failed(str(error))
        self._since = time.monotonic()
        message = self.status.message if again else ""
        self._say("restarting" if again else "starting", message=message)

    def _died(self, status: int) -> None:
        assert self._process is not None
        how = f"ended by {ended_by(status)}" if status < 0 else f"ended with {status}"
        last = self._last_words(self._process)
        self._end()
        self._failed(how + (f": {last}" if status > 0 else ""))

    def _failed(self, why: str) -> None:
        self._next = time.monotonic() + self._pause
        self._pause = min(2 * self._pause, _LONGEST_PAUSE)
        self._say("restarting", message=why, died=True)

    def _end(self) -> None:
        assert self._process is not None
        with undisturbed():
            self._process.stop(self._stop_seconds, self._stop_by)
            self._process = None

    def _say(self, state: ServiceState, message: str = "", died: bool = False) -> None:
        pid = self._process.child.pid if self._process else None
        old = self.status
        self.status = ServiceStatus(
            state,
            pid=pid,
            born=None if pid is None else old.born if pid == old.pid else born(pid),
            restarts=old.restarts + died,
            since=old.since if state == old.state else now(),
            message=message,
        )
