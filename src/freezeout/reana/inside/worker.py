"""A process that does what it is asked, line by line: questions on its input, answers on its output.

The first line says whom to ask: ``{"url", "token", "verify", "parent"}``. A question is
``{"id", "ask", "with"}``, ``{"cancel": id}`` takes one back. Answers are ``{"id", "answer"}``,
``{"id", "error"}`` and, before those, ``{"id", "progress"}``. They come in any order.
"""

from __future__ import annotations

import ctypes
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote, quote_plus

_AT_ONCE = 16
_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Answer until the input ends."""
    out = _own_output()
    first = json.loads(sys.stdin.buffer.readline())
    _end_with(int(first["parent"]))
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    _Worker(out, first["url"], first["token"], first["verify"]).run()


def _own_output() -> Any:
    """The output for answers alone; what the client prints goes to the errors."""
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    return out


def _end_with(parent: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


class _Worker:
    """The calls that are under way."""

    def __init__(self, out: Any, url: str, token: str, verify: bool | str) -> None:
        self._out, self._lock = out, threading.Lock()
        self._url, self._token = url, token
        self._secrets = _spellings(token)
        self._cancelled: dict[int, threading.Event] = {}
        from .session import connect

        self._session = connect(url, verify)
        from .calls import ASKS
        from .transfer import fetch, read, send

        self._asks = ASKS
        self._long: dict[str, Callable[..., Any]] = {"fetch": fetch, "read": read, "send": send}

    def run(self) -> None:
        """Read questions until there are no more."""
        self._write({"ready": _versions()})
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for line in sys.stdin.buffer:
                question = json.loads(line)
                if "cancel" in question:
                    if event := self._cancelled.get(question["cancel"]):
                        event.set()
                    continue
                self._cancelled[question["id"]] = threading.Event()
                pool.submit(self._answer, question)
            # who asked is gone: nobody waits for what is under way
            os._exit(0)

    def _answer(self, question: dict[str, Any]) -> None:
        from .failures import Cancelled, told
        from .session import last
        from .transfer import Failed

        id, last.answer = question["id"], None
        try:
            if self._cancelled[id].is_set():
                raise Cancelled
            self._write({"id": id, "answer": self._do(id, question["ask"], question["with"])})
        except Failed as error:
            self._write({"id": id, "error": error.data})
        except Exception as error:
            said = told(error)
            if said["kind"] == "bug":
                logging.getLogger(__name__).warning("%s failed", question["ask"], exc_info=True)
            self._write({"id": id, "error": said})
        finally:
            del self._cancelled[id]

    def _do(self, id: int, name: str, values: dict[str, Any]) -> Any:
        if name not in self._long:
            return self._asks[name](self._token, **values)
        from .transfer import Context, Workspace

        context = Context(lambda said: self._write({"id": id, "progress": said}), self._cancelled[id])
        workspace = Workspace(self._session, self._url, self._token, values.pop("workflow"))
        return self._long[name](workspace, context, **values)

    def _write(self, message: dict[str, Any]) -> None:
        text = json.dumps(message, default=str)
        for secret in self._secrets:
            text = text.replace(secret, "***")
        with self._lock:
            data = text.encode() + b"\n"
            while data:
                data = data[self._out.write(data) :]


def _spellings(token: str) -> list[str]:
    """The token as it may stand in a text; one of a few letters would make holes in words."""
    if len(token) < 8:
        return []
    return sorted({token, quote(token, safe=""), quote_plus(token)}, key=len, reverse=True)


def _versions() -> dict[str, str]:
    from importlib.metadata import version

    return {name: version(name) for name in ("reana-client", "reana-commons")}
