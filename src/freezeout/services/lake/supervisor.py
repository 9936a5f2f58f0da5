"""The process that starts the embedded lake, watches it, and ends with the one who asked for it.

``python -m freezeout.services.lake.supervisor [--parent PID]`` runs until it gets SIGTERM, or until
the process PID, when it is its parent, is gone. However it ends, nothing that it started is left.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from freezeout.errors import FreezeoutError
from freezeout.jobs.job import Cancelled
from freezeout.jobs.shield import stoppable, undisturbed
from freezeout.jobs.store import now
from freezeout.services.identity import born, host
from freezeout.services.lake import config, postgres, rucio
from freezeout.services.lake.place import Place, account, place
from freezeout.services.lake.service import Service
from freezeout.services.lake.status import LakeStatus, ServiceStatus, State, take, write_status
from freezeout.services.process import Process, answers

if TYPE_CHECKING:
    from freezeout.environments.installation import Installation

ENVIRONMENT = "rucio-server"
TAKEN = 75
"""Exit status when another supervisor has the lake."""

_BEAT = 0.2
_LOG_BYTES = 10_000_000
_LITTLE_ROOM = 20e6
_TRIES = 3
_LONGEST_SET_UP = 300
_LOOK_EVERY = 0.5


class Supervisor:
    """The embedded lake's processes, in their order.

    Parameters
    ----------
    place : Place
        Its folder.
    inputs : bool
        Register the experiments' inputs when it is ready.
    """

    def __init__(self, place: Place, inputs: bool = False) -> None:
        self._place = place
        self._inputs_wanted = inputs
        self._inputs: Process | None = None
        self._services: dict[str, Service] = {}
        self._written: LakeStatus | None = None
        self._status = LakeStatus(
            "starting", account=account(), pid=os.getpid(), born=born(os.getpid()), host=host(),
            started_at=now(),
        )  # fmt: skip

    def run(self) -> None:
        """Start everything and look after it until somebody stops this process.

        Raises
        ------
        FreezeoutError
            When it cannot be started; the status says so, too.
        """
        try:
            self._say(message="starting")
            listener = rucio.listen(self._place)
            with listener:
                url = f"http://127.0.0.1:{listener.getsockname()[1]}"
                self._status = replace(self._status, url=url)
                self._write_client_configs(url)
                python = self._environment().python
                self._make_services(python, listener, url)
                self._start(python)
                while True:
                    self._tend()
                    time.sleep(_BEAT)
        except FreezeoutError as error:
            if error.code == "cancelled":  # the build of the environment, by whom stops us
                raise Cancelled from error
            self._stop(self._status.state)
            self._status = replace(
                self._status, state="failed", message=error.message, code=error.code, hint=error.hint,
                progress=None,
            )  # fmt: skip
            self._tell()
            raise
        except (Cancelled, KeyboardInterrupt):
            self._stop("stopping")
            self._place.state_file.unlink(missing_ok=True)

    def _write_client_configs(self, url: str) -> None:
        user = account()
        for path, name in ((self._place.client_config, user), (self._place.admin_config, "root")):
            config.write_client_config(path, url, name, self._place.secret(name))

    def _environment(self) -> Installation:
        """Rucio's environment: built the first time, and with the library that runs here."""
        from freezeout.environments.build import bring_up_to_date, run_build
        from freezeout.environments.installation import installation
        from freezeout.jobs.reporter import Reporter

        there = installation(ENVIRONMENT)
        if there is None or there.fault() is not None:
            self._say(message=f"building the environment '{ENVIRONMENT}'", progress=0.0)
            run_build(ENVIRONMENT, watch=lambda done, step: self._say(
                message=f"building the environment '{ENVIRONMENT}': {step}", progress=done
            ))  # fmt: skip
        return bring_up_to_date(ENVIRONMENT, Reporter())

    def _make_services(self, python: Path, listener: socket.socket, url: str) -> None:
        where = self._place
        self._services = {
            "postgres": Service(
                "postgres", lambda: postgres.start_postgres(where, python),
                lambda: postgres.is_ready(where, python), 300, signal.SIGINT, 40,
                lambda process: postgres.last_words(process.log),
            ),
            "rucio": Service(
                "rucio", lambda: rucio.start_server(where, python, listener),
                lambda: answers(f"{url}/ping", 1),
            ),
            "daemons": Service("daemons", lambda: rucio.start_daemons(where, python), lambda: True),
        }  # fmt: skip

    def _start(self, python: Path) -> None:
        self._say(message="starting PostgreSQL", progress=None)
        if not postgres.end_left_over(self._place):
            raise FreezeoutError(
                "a PostgreSQL of before does not end", hint="freezeout doctor", code="database_busy"
            )
        postgres.make_database(self._place, python)
        config.write_server_config(self._place)
        database = self._services["postgres"]
        while not database.ready:
            if database.tend() and database.status.restarts >= _TRIES:
                raise FreezeoutError(
                    f"PostgreSQL does not start: {database.status.message}{self._no_room()}",
                    hint=f"log: {self._place.log('postgres')}; if damaged, {postgres.DAMAGED}",
                    code="database_failed",
                )
            self._tell()
            time.sleep(0.05)
        postgres.create_rucio_database(self._place, python)
        self._say(message="setting up Rucio")
        self._set_up(python)
        self._say(message="starting Rucio's server and daemons")

    def _set_up(self, python: Path) -> None:
        with undisturbed():
            setting_up = rucio.start_set_up(self._place, python)
        try:
            end = time.monotonic() + _LONGEST_SET_UP
            while setting_up.child.poll() is None and time.monotonic() < end:
                time.sleep(0.05)
            if setting_up.child.poll() != 0:
                raise FreezeoutError(
                    f"Rucio's database could not be set up: {setting_up.last_line()}",
                    hint=f"log: {self._place.log('set-up')}",
                    code="set_up_failed",
                )
        finally:
            with undisturbed():
                setting_up.stop(0)

    def _tend(self) -> None:
        database, *others = self._services.values()
        if database.tend():
            for one in others:
                # they would only answer with errors; who calls waits until they are back
                one.rest("waits for PostgreSQL")
        if database.ready:
            for one in others:
                one.tend()
        missing = [one for one in self._services.values() if not one.ready]
        if not missing:
            self._look_after_inputs()
            self._say("ready")
        elif self._status.state != "starting":
            self._say("degraded", "; ".join(f"{s.name} {_why(s.status)}" for s in missing) + self._no_room())
        else:
            self._tell()
            self._require_start(missing)
        self._keep_logs_short()

    def _look_after_inputs(self) -> None:
        if self._inputs_wanted:
            self._inputs_wanted = False
            words = [sys.executable, "-P", "-m", "freezeout.services.lake.inputs"]
            with undisturbed():
                self._inputs = Process.start(
                    "the registration of inputs", words, self._place.log("inputs"), cwd=self._place.root,
                    end_by=signal.SIGKILL,
                )  # fmt: skip
            self._status = replace(self._status, inputs="registering")
        elif self._inputs is not None and self._inputs.child.poll() is not None:
            good = self._inputs.child.returncode == 0
            told = "registered" if good else self._inputs.last_line()
            self._status = replace(self._status, inputs=told)
            self._inputs = None

    def _require_start(self, missing: list[Service]) -> None:
        for one in missing:
            if one.status.restarts >= _TRIES:
                raise FreezeoutError(
                    f"{one.name} does not start: {one.status.message}{self._no_room()}",
                    hint=f"log: {self._place.log(one.name)}",
                    code="lake_failed",
                )

    def _no_room(self) -> str:
        free = shutil.disk_usage(self._place.root).free
        return f" (only {free / 1e6:.0f} MB are free at {self._place.root})" if free < _LITTLE_ROOM else ""

    def _keep_logs_short(self) -> None:
        for log in (self._place.log(name) for name in (*self._services, "supervisor")):
            with contextlib.suppress(OSError):
                if log.stat().st_size > _LOG_BYTES:
                    shutil.copyfile(log, log.with_suffix(".log.1"))
                    os.truncate(log, 0)

    def _stop(self, state: State) -> None:
        """End all, in the order in which they need each other."""
        with undisturbed():
            self._say(state)
            if self._inputs is not None:
                self._inputs.stop(1)
            for service in reversed(self._services.values()):
                service.stop()
                self._tell()

    def _say(self, state: State | None = None, message: str = "", progress: float | None = None) -> None:
        self._status = replace(
            self._status, state=state or self._status.state, message=message, progress=progress
        )
        self._tell()

    def _tell(self) -> None:
        services = {name: one.status for name, one in self._services.items()}
        told = replace(self._status, services=services)
        if told != self._written:
            # a full disk does not end what still runs
            with contextlib.suppress(FreezeoutError):
                write_status(self._place, told)
                self._written = told


def _why(status: ServiceStatus) -> str:
    return f"{status.state}: {status.message}" if status.message else status.state


def main(words: Sequence[str] | None = None) -> int:
    """Run the lake of this user's home; the exit status says why it ended."""
    parser = argparse.ArgumentParser(prog="python -m freezeout.services.lake.supervisor")
    parser.add_argument("--parent", type=int, metavar="PID", help="end when this parent is gone")
    parser.add_argument("--inputs", action="store_true", help="register the experiments' inputs")
    options = parser.parse_args(words)
    # whatever the user's own says, nobody else writes into a lake
    os.umask(os.umask(0o077) | 0o022)
    where = place()
    try:
        owner = take(where)
        if owner is None:
            return TAKEN
        with stoppable(), _bound_to(options.parent):
            Supervisor(where, options.inputs).run()
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


if __name__ == "__main__":
    sys.exit(main())
