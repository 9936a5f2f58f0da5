"""What the supervisors have in common: they start processes, watch them, and end with who asked for it.

However one ends, nothing that it started is left.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from types import FrameType
from typing import Generic

from freezeout.errors import FreezeoutError
from freezeout.jobs.job import Cancelled
from freezeout.jobs.shield import stoppable, undisturbed
from freezeout.jobs.store import now
from freezeout.services.folders import Place
from freezeout.services.identity import born, host
from freezeout.services.service import Service
from freezeout.services.status import AnyStatus, ServiceStatus, State, take, write

TAKEN = 75
"""Exit status when another supervisor is there already."""

_BEAT = 0.2
_LOG_BYTES = 10_000_000
_LITTLE_ROOM = 20e6
_TRIES = 3
_LOOK_EVERY = 0.5


class Supervisor(Generic[AnyStatus]):
    """Some processes that belong together.

    Parameters
    ----------
    place : Place
        Their folder.
    status : Status
        What is known of them before anything is started.
    failed_code : str
        Of the error when one of them does not start.
    """

    def __init__(self, place: Place, status: AnyStatus, failed_code: str) -> None:
        self._root_place = place
        self._failed_code = failed_code
        self._services: dict[str, Service] = {}
        self._written: AnyStatus | None = None
        self._status: AnyStatus = replace(
            status, pid=os.getpid(), born=born(os.getpid()), host=host(), started_at=now()
        )

    def begin(self, things: ExitStack) -> None:
        """Make ready what the processes need, and make them known; `things` are closed at the end."""
        raise FreezeoutError("this supervisor has nothing to begin")

    def tend(self) -> None:
        """Look after all processes once."""
        for one in self._services.values():
            one.tend()

    def when_ready(self) -> None:
        """What is done each time that all are found ready."""

    def run(self) -> None:
        """Start everything and look after it until somebody stops this process.

        Raises
        ------
        FreezeoutError
            When it cannot be started; the status says so, too.
        """
        try:
            self.say(message="starting")
            with ExitStack() as things:
                self.begin(things)
                while True:
                    self.tend()
                    self._report()
                    self._keep_logs_short()
                    time.sleep(_BEAT)
        except FreezeoutError as error:
            if error.code == "cancelled":  # the build of an environment, by whom stops us
                raise Cancelled from error
            self.stop(self._status.state)
            self._status = replace(
                self._status, state="failed", message=error.message, code=error.code, hint=error.hint,
                progress=None,
            )  # fmt: skip
            self.tell()
            raise
        except (Cancelled, KeyboardInterrupt):
            self.stop("stopping")
            self._root_place.state_file.unlink(missing_ok=True)

    def stop(self, state: State) -> None:
        """End all, in the order in which they need each other."""
        with undisturbed():
            self.say(state)
            for service in reversed(self._services.values()):
                service.stop()
                self.tell()

    def say(self, state: State | None = None, message: str = "", progress: float | None = None) -> None:
        """Tell what is under way."""
        self._status = replace(
            self._status, state=state or self._status.state, message=message, progress=progress
        )
        self.tell()

    def tell(self) -> None:
        """Tell how it is, when that has changed."""
        services = {name: one.status for name, one in self._services.items()}
        told = replace(self._status, services=services)
        if told != self._written:
            # a full disk does not end what still runs
            with contextlib.suppress(FreezeoutError):
                write(self._root_place, told)
                self._written = told

    def require_start(self, one: Service, called: str = "", code: str = "", hint: str = "") -> None:
        """Give up when a process does not come up, however often it is tried."""
        if one.status.restarts >= _TRIES:
            raise FreezeoutError(
                f"{called or one.name} does not start: {one.status.message}{self._no_room()}",
                hint=f"log: {self._root_place.log(one.name)}{hint}",
                code=code or self._failed_code,
            )

    def _report(self) -> None:
        missing = [one for one in self._services.values() if not one.ready]
        if not missing:
            self.when_ready()
            self.say("ready")
        elif self._status.state != "starting":
            self.say("degraded", "; ".join(f"{s.name} {_why(s.status)}" for s in missing) + self._no_room())
        else:
            self.tell()
            for one in missing:
                self.require_start(one)

    def _no_room(self) -> str:
        root = self._root_place.root
        free = shutil.disk_usage(root).free
        return f" (only {free / 1e6:.0f} MB are free at {root})" if free < _LITTLE_ROOM else ""

    def _keep_logs_short(self) -> None:
        for log in (self._root_place.log(name) for name in (*self._services, "supervisor")):
            with contextlib.suppress(OSError):
                if log.stat().st_size > _LOG_BYTES:
                    shutil.copyfile(log, log.with_suffix(".log.1"))
                    os.truncate(log, 0)


def _why(status: ServiceStatus) -> str:
    return f"{status.state}: {status.message}" if status.message else status.state


def arguments(program: str) -> argparse.ArgumentParser:
    """What every supervisor is told when it is started."""
    parser = argparse.ArgumentParser(prog=f"python -m {program}")
    parser.add_argument("--parent", type=int, metavar="PID", help="end when this parent is gone")
    return parser


def supervise(place: Place, parent: int | None, make: Callable[[], Supervisor[AnyStatus]]) -> int:
    """Run a supervisor until it is stopped, as the only one; the exit status says why it ended.

    Parameters
    ----------
    place : Place
        What it owns.
    parent : int or None
        The process that it ends with.
    make : callable
        Makes it.
    """
    # whatever the user's own says, nobody else writes into it
    os.umask(os.umask(0o077) | 0o022)
    try:
        owner = take(place)
        if owner is None:
            return TAKEN
        with stoppable(), _bound_to(parent):
            make().run()
        return 0
    except FreezeoutError as error:
        sys.stderr.write(f"{now()} {error}\n")
        return error.exit_status
    except (Cancelled, KeyboardInterrupt):
        return 0


@contextmanager
def _bound_to(parent: int | None) -> Iterator[None]:
    """Stop this process when its parent is gone.

    By a clock, not by a thread: a process with threads had better not start others as we do.
    """

    def look(_number: int, _frame: FrameType | None) -> None:
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGTERM)

    if parent is not None:
        signal.signal(signal.SIGALRM, look)
        signal.setitimer(signal.ITIMER_REAL, _LOOK_EVERY, _LOOK_EVERY)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
