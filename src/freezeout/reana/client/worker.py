"""The process that makes all requests to one REANA: in the environment ``reana``, with REANA's own client.

It lives as long as it is used. The token reaches it by its standard input, where nobody else sees it.
"""

from __future__ import annotations

import atexit
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from freezeout.errors import FreezeoutError
from freezeout.reana.client.life import Life, Lost, Report, log_file
from freezeout.reana.interpreter import Build, interpreter
from freezeout.reana.sites.connection import Connection

SECONDS = 120.0
"""How long an answer, or a sign of life of a long call, may take."""

_IDLE = 300.0
_ATTEMPTS = 3


class Worker:
    """The worker of one connection; it is started when it is first asked, and again when it is gone."""

    def __init__(self, connection: Connection, idle: float = _IDLE) -> None:
        self._connection, self._idle = connection, idle
        self._lock = threading.Lock()
        self._life: Life | None = None
        self._closed = False

    def ask(
        self,
        what: str,
        values: Mapping[str, Any],
        *,
        seconds: float = SECONDS,
        report: Report | None = None,
        safe: bool = False,
        build: Build | None = None,
    ) -> Any:
        """Ask, and wait for the answer.

        Parameters
        ----------
        what, values
            One of the calls of `freezeout.reana.inside`, and its arguments.
        seconds : float
            How long the answer, or the next sign of life, may take.
        report : callable, optional
            Gets what a long call says of itself; what it raises ends the call.
        safe : bool
            Whether it changes nothing, and may be asked again when the process is lost.

        Raises
        ------
        FreezeoutError
            What went wrong, in our words.
        """
        for _ in range(_ATTEMPTS):
            life = self._living(build)
            try:
                return life.ask(what, values, seconds, report)
            except Lost as error:
                if error.asked and not safe:
                    break
        raise FreezeoutError(
            "the process that talks to REANA ended before it had an answer",
            hint=f"look whether it was done, and try again; log: {log_file()}",
            code="reana_worker",
        )

    @property
    def closed(self) -> bool:
        """Whether nothing can be asked any more."""
        return self._closed

    @property
    def pid(self) -> int | None:
        """Its process, when it runs."""
        life = self._life
        return life.pid if life is not None and life.is_alive else None

    def close(self) -> None:
        """End the process; it is not started again."""
        with self._lock:
            self._closed = True
            life, self._life = self._life, None
        if life is not None:
            life.end()

    def _living(self, build: Build | None) -> Life:
        with self._lock:
            if self._closed:
                raise FreezeoutError("REANA is not asked any more: this process ends", code="reana_worker")
            if self._life is None or not self._life.is_alive:
                built = interpreter(build)
                self._life = Life(self._connection, built, self._idle)
            life = self._life
        life.wait_until_ready()
        return life


_workers: dict[tuple[str, str, bool, Path | None], Worker] = {}
_workers_lock = threading.Lock()


def worker(connection: Connection) -> Worker:
    """The worker of a connection; all of this process share it."""
    key = (connection.url, connection.token, connection.verify, connection.authorities)
    with _workers_lock:
        if key not in _workers or _workers[key].closed:
            _workers[key] = Worker(connection)
        return _workers[key]


def close_all() -> None:
    """End all workers of this process."""
    with _workers_lock:
        found = list(_workers.values())
        _workers.clear()
    for one in found:
        one.close()


atexit.register(close_all)
