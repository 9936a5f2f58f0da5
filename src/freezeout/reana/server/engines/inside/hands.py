"""The server's hands, as an engine in another process holds them."""

from __future__ import annotations

import itertools
import json
import logging
import os
import socket
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from freezeout.reana.server.engines.lines import FORMAT

_HINTS = (
    "compute_backend", "kerberos", "voms_proxy", "rucio", "unpacked_img", "cvmfs",
    "kubernetes_uid", "kubernetes_cpu_request", "kubernetes_cpu_limit", "kubernetes_memory_request",
    "kubernetes_memory_limit", "kubernetes_job_timeout",
    "htcondor_max_runtime", "htcondor_accounting_group", "htcondor_request_cpus",
    "htcondor_request_memory", "htcondor_request_disk", "htcondor_requirements",
    "slurm_partition", "slurm_time", "c4p_cpu_cores", "c4p_memory_limit", "c4p_additional_requirements",
)  # fmt: skip


@dataclass(frozen=True)
class Result:
    """How a step ended."""

    status: int
    reason: str

    def __str__(self) -> str:
        return self.reason or f"exit status {self.status}"


class Hands:
    """The server that started this process; all of it may be called from any thread.

    Attributes
    ----------
    order : mapping
        ``workspace``, ``specification``, ``file``, ``parameters``, ``options`` and ``at_once``, the number
        of steps that the server runs at a time.
    """

    order: Mapping[str, Any]

    def __init__(self) -> None:
        self._socket = socket.socket(fileno=int(os.environ.pop("FREEZEOUT_HANDS")))
        self._socket.set_inheritable(False)
        self._file = self._socket.makefile("r", encoding="utf-8")
        self._writing = threading.Lock()
        self._numbers = itertools.count()
        self._asked: dict[int, Future[Result]] = {}
        self.order = json.loads(self._file.readline())
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for text in self._file:
            said = json.loads(text)
            self._asked.pop(said["id"]).set_result(Result(said["status"], said["reason"]))
        os._exit(3)  # the server is gone

    def _say(self, **message: Any) -> None:
        data = json.dumps(message, default=str).encode() + b"\n"
        with self._writing:
            self._socket.sendall(data)

    def ask(
        self,
        *,
        name: str,
        command: str,
        image: str,
        hints: Mapping[str, Any],
        folder: str = "",
        variables: Mapping[str, str] | None = None,
        shown: str = "",
    ) -> Future[Result]:
        """Ask for a step; the answer comes when it has ended."""
        number, answer = next(self._numbers), Future[Result]()
        self._asked[number] = answer
        known = {key: hints[key] for key in _HINTS if hints.get(key) not in (None, "")}
        self._say(
            do="step", id=number, name=name, command=command, image=image, hints=known, folder=folder,
            variables=dict(variables or {}), shown=shown,
        )  # fmt: skip
        return answer

    def log(self, line: str) -> None:
        """Add a line to the log of the workflow."""
        self._say(do="log", line=line)

    def plan(self, total: int) -> None:
        """Say how many steps there are."""
        self._say(do="plan", total=total)

    def fail(self, message: str) -> None:
        """Say why it cannot go on."""
        self._say(do="fail", message=message)

    def done(self) -> None:
        """Say that all went well."""
        self._say(do="done")


class _Handler(logging.Handler):
    def __init__(self, hands: Hands) -> None:
        super().__init__()
        self._hands = hands
        self.setFormatter(logging.Formatter(FORMAT))

    def emit(self, record: logging.LogRecord) -> None:
        self._hands.log(self.format(record))


def take() -> Hands:
    """Take the server's hands; what any logger says from now on is in the log of the workflow."""
    hands = Hands()
    logging.basicConfig(level=logging.INFO, handlers=[_Handler(hands)], force=True)
    return hands
