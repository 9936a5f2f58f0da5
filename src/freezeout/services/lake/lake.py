"""The embedded lake, for those who start it: the command line, the Jupyter server, tests."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from freezeout.errors import FreezeoutError
from freezeout.files import disk_errors
from freezeout.jobs.reporter import Reporter
from freezeout.services import identity
from freezeout.services.lake.place import Place, place, private_folder
from freezeout.services.lake.status import LakeStatus, is_owned, last_status, read_status
from freezeout.services.lake.supervisor import TAKEN
from freezeout.settings import home

_QUIET = 180.0
_BEAT = 0.1
# in order; or so early that it was not yet able to do that, and had begun nothing
_STOPPED = (0, -signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP)

Watch = Callable[[LakeStatus], None]


@dataclass
class Lake:
    """An embedded lake that runs or is about to.

    Attributes
    ----------
    place : Place
        Its folder.
    supervisor : Popen or None
        The process that this one started; None when another process has started the lake, which then
        ends with that one.
    """

    place: Place
    supervisor: subprocess.Popen[bytes] | None = None

    @classmethod
    def start(cls, inputs: bool = True) -> Lake:
        """Start the lake of this user's home, or find the one that runs; returns at once.

        It ends with this process, however this process ends. The first start builds Rucio's
        environment; `wait` tells how far it is.

        Parameters
        ----------
        inputs : bool
            Register the experiments' inputs once it is ready; nobody waits for that.
        """
        where = place()
        if is_owned(where):
            return cls(where)
        log = where.log("supervisor")
        private_folder(where.root)
        with disk_errors(log):
            handle = os.open(
                private_folder(log.parent) / log.name, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600
            )
        words = ["-P", "-m", "freezeout.services.lake.supervisor", "--parent", str(os.getpid())]
        words += ["--inputs"] if inputs else []
        try:
            child = subprocess.Popen(
                [sys.executable, *words],
                stdin=subprocess.DEVNULL, stdout=handle, stderr=handle, start_new_session=True,
                cwd=where.root, env={**os.environ, "FREEZEOUT_HOME": str(home())},
            )  # fmt: skip
        except OSError as error:
            raise FreezeoutError(f"cannot start a process: {error}", code="no_process") from error
        finally:
            os.close(handle)
        return cls(where, child)

    @property
    def status(self) -> LakeStatus:
        """How it is now."""
        if self.supervisor is None:
            return read_status(self.place)
        ended = self.supervisor.poll()
        if ended == TAKEN:
            self.supervisor = None
            return read_status(self.place)
        found = last_status(self.place)
        if found is not None and found.pid == self.supervisor.pid:
            if ended is None or found.state == "failed":
                return found
        elif ended is None:
            return LakeStatus("starting")
        if ended in _STOPPED:
            return LakeStatus("down")
        return LakeStatus("failed", message=f"the lake's supervisor ended with {ended}", code="lake_failed",
                          hint=f"log: {self.place.log('supervisor')}")  # fmt: skip

    @property
    def url(self) -> str:
        """Where Rucio's server answers."""
        return self.status.url

    @property
    def was_killed(self) -> bool:
        """Whether the supervisor of this one ended without being asked to."""
        ended = self.supervisor.poll() if self.supervisor else None
        return ended is not None and ended < 0 and ended not in _STOPPED

    def wait(self, watch: Watch | None = None, quiet: float = _QUIET) -> LakeStatus:
        """Wait until all of it is ready.

        Parameters
        ----------
        watch : callable, optional
            Called with every new status.
        quiet : float, seconds
            How long it may stay at one step.

        Raises
        ------
        FreezeoutError
            When it cannot be started, is stopped by somebody, or stays at one step for too long.
        """
        seen, since = None, time.monotonic()
        while True:
            status = self.status
            if status != seen:
                seen, since = status, time.monotonic()
                if watch:
                    watch(status)
            if status.state == "ready":
                return status
            if status.state == "failed":
                raise FreezeoutError(status.message, hint=status.hint, code=status.code)
            if status.state == "down":
                raise FreezeoutError("the lake was stopped", hint="start it again", code="lake_stopped")
            if time.monotonic() - since > quiet:
                raise FreezeoutError(
                    f"the lake was not ready in {quiet:.0f} s: {status.message or status.state}",
                    hint="freezeout doctor",
                    code="lake_slow",
                )
            time.sleep(_BEAT)

    def stop(self, seconds: float = 60) -> None:
        """Stop all of it in order, whoever started it, and return when nothing is left.

        Raises
        ------
        FreezeoutError
            When it does not end, or runs on another machine.
        """
        if self.supervisor is not None:
            self.supervisor.terminate()
            try:
                self.supervisor.wait(seconds)
            except subprocess.TimeoutExpired:
                self.supervisor.kill()  # its processes end with it
                self.supervisor.wait()
            if self.supervisor.returncode != TAKEN:
                return
        found = last_status(self.place)
        if found is not None and found.host not in ("", identity.host()):
            raise FreezeoutError(f"the lake runs on {found.host}", hint="stop it there", code="other_host")
        if found is not None and is_owned(self.place):
            identity.send(found.pid, found.born, signal.SIGTERM)
        if not identity.until(lambda: not is_owned(self.place), seconds):
            raise FreezeoutError("the lake does not end", hint="freezeout doctor", code="lake_busy")


def await_lake(reporter: Reporter, pid: int | None = None, birth: str | None = None) -> dict[str, str]:
    """The work of a job that follows the start of a lake to its end; its result is the lake's address.

    Parameters
    ----------
    pid, birth : int and str, optional
        The supervisor that was started for it: until it has said a word, what is known is of one before.
    """
    where = place()

    def told() -> bool:
        found = last_status(where)
        return (found is not None and found.pid == pid) or not identity.is_alive(pid, birth)

    def watch(status: LakeStatus) -> None:
        reporter.progress(status.progress, status.message or status.state)

    identity.until(told, _QUIET)
    return {"url": Lake(where).wait(watch).url}
