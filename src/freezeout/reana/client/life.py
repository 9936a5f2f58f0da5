"""One process that talks to one REANA, from its start to its end."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import selectors
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from freezeout.environments.installation import Installation, hold
from freezeout.errors import FreezeoutError
from freezeout.reana.client.errors import error_of
from freezeout.reana.client.log import Log
from freezeout.reana.interpreter import ENVIRONMENT, command, environ
from freezeout.reana.sites.connection import Connection
from freezeout.settings import home

Report = Callable[[dict[str, Any]], None]

_START = 60.0
_GOODBYE = 5.0
_MOST_LATE = 8
_CHUNK = 1 << 16


class Lost(Exception):
    """The process ended before it answered; perhaps before it was asked."""

    def __init__(self, asked: bool = False) -> None:
        super().__init__()
        self.asked = asked


class Life:
    """One process, from its start to its end.

    The thread that starts it stays until its end: on Linux it would end with that thread.
    """

    def __init__(self, connection: Connection, built: Installation, idle: float) -> None:
        self._connection, self._built, self._idle = connection, built, idle
        self._ids = itertools.count(1)
        self._lock = threading.Lock()
        self._calls: dict[int, SimpleQueue[dict[str, Any]]] = {}
        self._late: set[int] = set()
        self._used = time.monotonic()
        self._child: subprocess.Popen[bytes] | None = None
        self._ready, self._over = threading.Event(), threading.Event()
        self._fault = ""
        self._thread = threading.Thread(target=self._live, name="reana-worker", daemon=True)
        self._thread.start()

    @property
    def pid(self) -> int | None:
        """The process, once it is started."""
        return self._child.pid if self._child else None

    @property
    def is_alive(self) -> bool:
        """Whether it can be asked."""
        return not self._over.is_set()

    def wait_until_ready(self) -> None:
        """Wait until it has imported REANA's client.

        Raises
        ------
        FreezeoutError
            When it cannot.
        """
        self._ready.wait(_START)
        if self._ready.is_set() and not self._fault:
            return
        self.end()
        raise FreezeoutError(
            f"REANA's client cannot be started: {self._fault or f'it was not ready in {_START:.0f} s'}",
            hint=f"freezeout env build {ENVIRONMENT} --force; log: {log_file()}",
            code="reana_worker",
        )

    def ask(self, what: str, values: Mapping[str, Any], seconds: float, report: Report | None) -> Any:
        """Ask, and wait; see `freezeout.reana.client.worker.Worker.ask`.

        Raises
        ------
        Lost
            When the process ends first.
        """
        id, answers = next(self._ids), SimpleQueue[dict[str, Any]]()
        with self._lock:
            if self._over.is_set():
                raise Lost
            self._calls[id] = answers
        ended = False
        try:
            self._send({"id": id, "ask": what, "with": dict(values)})
            while True:
                said = answers.get(timeout=seconds)
                ended = "progress" not in said
                if "lost" in said:
                    raise Lost(asked=True)
                if "error" in said:
                    raise error_of(self._connection, said["error"], values)
                if ended:
                    return said["answer"]
                if report is not None:
                    report(said["progress"])
        except Empty:
            self._give_up(id)
            late = {"kind": "timeout", "status": 0, "message": ""}
            raise error_of(self._connection, late, values) from None
        finally:
            if not ended:
                # what a long one has half made is cleared away before anybody goes on
                self._take_back(id, answers, _GOODBYE if report is not None else 0)
            with self._lock:
                self._calls.pop(id, None)
                self._used = time.monotonic()

    def _give_up(self, id: int) -> None:
        """Nobody waits for this answer; a process whose threads all wait for a server is replaced."""
        with self._lock:
            self._late.add(id)
            if len(self._late) >= _MOST_LATE and self._child is not None:
                self._over.set()
                self._child.kill()

    def _take_back(self, id: int, answers: SimpleQueue[dict[str, Any]], seconds: float) -> None:
        try:
            self._send({"cancel": id})
        except Lost:
            return
        end = time.monotonic() + seconds
        with contextlib.suppress(Empty):
            while (left := end - time.monotonic()) > 0:
                if "progress" not in answers.get(timeout=left):
                    return

    def end(self) -> None:
        """End the process; who waits for an answer gets none."""
        self._over.set()
        if self._child is not None:
            with contextlib.suppress(ProcessLookupError):
                self._child.kill()
        if self._thread is not threading.current_thread():
            self._thread.join(_GOODBYE)

    def _send(self, message: Mapping[str, Any]) -> None:
        data = json.dumps(message).encode() + b"\n"
        with self._lock:
            child = self._child
            if child is None or child.stdin is None or self._over.is_set():
                raise Lost
            try:
                child.stdin.write(data)
                child.stdin.flush()
            except (OSError, ValueError):
                raise Lost from None

    def _live(self) -> None:
        lock = hold(self._built.prefix)
        log = Log(log_file(), self._connection.token)
        try:
            with self._born() as child:
                self._child = child
                self._send({
                    "url": self._connection.url, "token": self._connection.token, "parent": os.getpid(),
                    "verify": str(self._connection.authorities or "") or self._connection.verify,
                })  # fmt: skip
                try:
                    self._listen(child, log)
                finally:
                    self._over.set()
                    with contextlib.suppress(ProcessLookupError):
                        child.kill()
                    # what is left in its pipe goes nowhere
                    with self._lock, contextlib.suppress(OSError):
                        assert child.stdin is not None
                        child.stdin.close()
        except OSError as error:
            self._fault = str(error.strerror or error)
        except Lost:
            self._fault = "it ended at once"
        finally:
            self._over.set()
            if not self._ready.is_set():
                self._fault = self._fault or log.last or "it ended at once"
                self._ready.set()
            log.close()
            if lock is not None:
                os.close(lock)
            with self._lock:
                for answers in self._calls.values():
                    answers.put({"lost": True})

    def _born(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command(self._built, "worker"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environ(self._built),
            cwd="/",
            start_new_session=True,
        )

    def _listen(self, child: subprocess.Popen[bytes], log: Log) -> None:
        assert child.stdout is not None and child.stderr is not None
        answers = child.stdout.fileno()
        parts: list[bytes] = []
        with selectors.DefaultSelector() as pipes:
            pipes.register(answers, selectors.EVENT_READ)
            pipes.register(child.stderr.fileno(), selectors.EVENT_READ)
            while not self._is_idle():
                for key, _ in pipes.select(timeout=min(self._idle, 10.0)):
                    data = os.read(key.fd, _CHUNK)
                    if key.fd != answers:
                        log.write(data)
                        if not data:
                            pipes.unregister(key.fd)
                        continue
                    if not data:
                        return
                    *ends, rest = data.split(b"\n")
                    for end in ends:
                        self._hear(json.loads(b"".join([*parts, end])))
                        parts = []
                    parts.append(rest)

    def _hear(self, message: dict[str, Any]) -> None:
        if "ready" in message:
            with self._lock:
                self._used = time.monotonic()
            self._ready.set()
            return
        with self._lock:
            answers = self._calls.get(message["id"])
            if "progress" not in message:
                self._late.discard(message["id"])
        if answers is not None:
            answers.put(message)

    def _is_idle(self) -> bool:
        with self._lock:
            if self._calls or not self._ready.is_set():
                return self._over.is_set()
            if time.monotonic() - self._used > self._idle:
                # from now on nobody asks it any more
                self._over.set()
            return self._over.is_set()


def log_file() -> Path:
    """Where the processes write what goes wrong."""
    return home() / "logs" / "reana-client.log"
