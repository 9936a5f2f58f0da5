"""Something that a supervisor runs, for those who start it: the command line, the Jupyter server, tests."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic

from freezeout.errors import FreezeoutError
from freezeout.files import disk_errors
from freezeout.jobs.reporter import Reporter
from freezeout.services import identity, status
from freezeout.services.folders import Place, private_folder
from freezeout.services.status import AnyStatus, Status
from freezeout.services.supervisor import TAKEN
from freezeout.settings import home

QUIET = 180.0
_BEAT = 0.1
# in order; or so early that it was not yet able to do that, and had begun nothing
_STOPPED = (0, -signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP)

Watch = Callable[[Any], None]


@dataclass
class Supervised(Generic[AnyStatus]):
    """Something that runs under a supervisor, or is about to.

    A kind of it says what it is in `title` and `word` (of its errors' codes), which `module` supervises it
    and which `kind` of status tells of it.

    Attributes
    ----------
    place : Place
        Its folder.
    supervisor : Popen or None
        The process that this one started; None when another process has started it, and it then ends
        with that one.
    """

    place: Place
    supervisor: subprocess.Popen[bytes] | None = None

    title: ClassVar[str]
    word: ClassVar[str]
    module: ClassVar[str]
    kind: ClassVar[type[Status]]

    def begin(self, more: Sequence[str] = ()) -> None:
        """Start the supervisor, unless there is one; returns at once.

        It ends with this process, however this process ends.
        """
        if status.is_owned(self.place):
            return
        log = self.place.log("supervisor")
        private_folder(self.place.root)
        with disk_errors(log):
            handle = os.open(
                private_folder(log.parent) / log.name, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600
            )
        words = ["-P", "-m", self.module, "--parent", str(os.getpid()), *more]
        try:
            self.supervisor = subprocess.Popen(
                [sys.executable, *words],
                stdin=subprocess.DEVNULL, stdout=handle, stderr=handle, start_new_session=True,
                cwd=self.place.root, env={**os.environ, "FREEZEOUT_HOME": str(home())},
            )  # fmt: skip
        except OSError as error:
            raise FreezeoutError(f"cannot start a process: {error}", code="no_process") from error
        finally:
            os.close(handle)

    @property
    def status(self) -> AnyStatus:
        """How it is now."""
        ended = self.supervisor.poll() if self.supervisor else None
        if ended == TAKEN or (ended is not None and status.is_owned(self.place)):
            # it is another's by now
            self.supervisor = None
        if self.supervisor is None:
            return self._kind(status.read(self.place, self.kind))
        found = status.last(self.place, self.kind)
        if found is not None and found.pid == self.supervisor.pid:
            if ended is None or found.state == "failed":
                return self._kind(found)
        elif ended is None:
            return self._kind(self.kind("starting"))
        if ended in _STOPPED:
            return self._kind(self.kind("down"))
        return self._kind(
            self.kind(
                "failed", message=f"{self.title}'s supervisor ended with {ended}",
                code=f"{self.word}_failed", hint=f"log: {self.place.log('supervisor')}",
            )
        )  # fmt: skip

    @staticmethod
    def _kind(found: Any) -> AnyStatus:
        kept: AnyStatus = found
        return kept

    @property
    def url(self) -> str:
        """Where its server answers."""
        return self.status.url

    @property
    def was_killed(self) -> bool:
        """Whether the supervisor of this one ended without being asked to."""
        ended = self.supervisor.poll() if self.supervisor else None
        return ended is not None and ended < 0 and ended not in _STOPPED

    def wait(self, watch: Watch | None = None, quiet: float = QUIET) -> AnyStatus:
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
            now = self.status
            if now != seen:
                seen, since = now, time.monotonic()
                if watch:
                    watch(now)
            if now.state == "ready":
                return now
            if now.state == "failed":
                raise FreezeoutError(now.message, hint=now.hint, code=now.code)
            if now.state == "down":
                raise FreezeoutError(f"{self.title} was stopped", hint="start it again",
                                     code=f"{self.word}_stopped")  # fmt: skip
            if time.monotonic() - since > quiet:
                raise FreezeoutError(
                    f"{self.title} was not ready in {quiet:.0f} s: {now.message or now.state}",
                    hint="freezeout doctor",
                    code=f"{self.word}_slow",
                )
            time.sleep(_BEAT)

    def stop(self, seconds: float = 60) -> None:
        """Stop all of it in order, whoever started it, and return when nothing is left.

        Raises
        ------
        FreezeoutError
            When it does not end, or runs on another machine.
        """
        if self.supervisor is not None and self.supervisor.poll() is None:
            self.supervisor.terminate()
            try:
                self.supervisor.wait(seconds)
            except subprocess.TimeoutExpired:
                self.supervisor.kill()  # its processes end with it
                self.supervisor.wait()
            if self.supervisor.returncode != TAKEN:
                return
        found = status.last(self.place, self.kind)
        if found is not None and found.host not in ("", identity.host()):
            raise FreezeoutError(f"{self.title} runs on {found.host}", hint="stop it there",
                                 code="other_host")  # fmt: skip
        if found is not None and status.is_owned(self.place):
            identity.send(found.pid, found.born, signal.SIGTERM)
        if not identity.until(lambda: not status.is_owned(self.place), seconds):
            raise FreezeoutError(f"{self.title} does not end", hint="freezeout doctor",
                                 code=f"{self.word}_busy")  # fmt: skip

    def await_ready(self, reporter: Reporter, pid: int | None = None, birth: str | None = None) -> str:
        """Follow its start to the end, as the work of a job does; its address.

        Parameters
        ----------
        reporter : Reporter
            Of the job.
        pid, birth : int and str, optional
            The supervisor that was started for it: until it has said a word, what is known is of one
            before.
        """

        def told() -> bool:
            found = status.last(self.place, self.kind)
            return (found is not None and found.pid == pid) or not identity.is_alive(pid, birth)

        def watch(now: Status) -> None:
            reporter.progress(now.progress, now.message or now.state)

        identity.until(told, QUIET)
        return self.wait(watch).url
