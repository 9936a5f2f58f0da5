"""The process that starts the embedded lake, watches it, and ends with the one who asked for it.

``python -m freezeout.services.lake.supervisor [--parent PID]`` runs until it gets SIGTERM, or until
the process PID, when it is its parent, is gone. However it ends, nothing that it started is left.
"""

from __future__ import annotations

import signal
import socket
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from freezeout.errors import FreezeoutError
from freezeout.jobs.shield import undisturbed
from freezeout.services import supervisor
from freezeout.services.lake import config, postgres, rucio
from freezeout.services.lake.place import Place, account, place
from freezeout.services.lake.status import LakeStatus
from freezeout.services.listener import listen
from freezeout.services.process import Process, answers
from freezeout.services.service import Service
from freezeout.services.status import State

if TYPE_CHECKING:
    from freezeout.environments.installation import Installation

ENVIRONMENT = "rucio-server"
_LONGEST_SET_UP = 300


class Supervisor(supervisor.Supervisor[LakeStatus]):
    """The embedded lake's processes, in their order.

    Parameters
    ----------
    place : Place
        Its folder.
    inputs : bool
        Register the experiments' inputs when it is ready.
    """

    def __init__(self, place: Place, inputs: bool = False) -> None:
        super().__init__(place, LakeStatus("starting", account=account()), "lake_failed")
        self._place = place
        self._inputs_wanted = inputs
        self._inputs: Process | None = None

    def begin(self, things: ExitStack) -> None:
        """Build what it needs, and start the database and what is set up in it."""
        listener = things.enter_context(listen(self._place.root / "port"))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self._status = replace(self._status, url=url)
        self._write_client_configs(url)
        python = self._environment().python
        self._make_services(python, listener, url)
        self._start(python)

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
            self.say(message=f"building the environment '{ENVIRONMENT}'", progress=0.0)
            run_build(ENVIRONMENT, watch=lambda done, step: self.say(
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
        self.say(message="starting PostgreSQL", progress=None)
        if not postgres.end_left_over(self._place):
            raise FreezeoutError(
                "a PostgreSQL of before does not end", hint="freezeout doctor", code="database_busy"
            )
        postgres.make_database(self._place, python)
        config.write_server_config(self._place)
        database = self._services["postgres"]
        while not database.ready:
            if database.tend():
                self.require_start(
                    database, "PostgreSQL", "database_failed", f"; if damaged, {postgres.DAMAGED}"
                )
            self.tell()
            time.sleep(0.05)
        postgres.create_rucio_database(self._place, python)
        self.say(message="setting up Rucio")
        self._set_up(python)
        self.say(message="starting Rucio's server and daemons")

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

    def tend(self) -> None:
        """Look after the database, and after the others while it is there."""
        database, *others = self._services.values()
        if database.tend():
            for one in others:
                # they would only answer with errors; who calls waits until they are back
                one.rest("waits for PostgreSQL")
        if database.ready:
            for one in others:
                one.tend()

    def when_ready(self) -> None:
        """Have the inputs of the experiments registered, once."""
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

    def stop(self, state: State) -> None:
        """End all, in the order in which they need each other."""
        with undisturbed():
            if self._inputs is not None:
                self._inputs.stop(1)
            super().stop(state)


def main(words: Sequence[str] | None = None) -> int:
    """Run the lake of this user's home; the exit status says why it ended."""
    parser = supervisor.arguments("freezeout.services.lake.supervisor")
    parser.add_argument("--inputs", action="store_true", help="register the experiments' inputs")
    options = parser.parse_args(words)
    where = place()
    return supervisor.supervise(where, options.parent, lambda: Supervisor(where, options.inputs))


if __name__ == "__main__":
    sys.exit(main())
