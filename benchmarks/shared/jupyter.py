"""A Jupyter server as ``freezeout up`` starts it, asked by REST; and how soon it answers."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from freezeout.services.jupyter import server_command
from freezeout.services.process import free_port

TOKEN = "benchmark"


class Server:
    """Asks a Jupyter server."""

    def __init__(self, url: str, pid: int) -> None:
        self.url, self.pid = url, pid

    def get(self, path: str, **query: object) -> Any:
        """A JSON answer."""
        return self._ask(f"{path}?{urllib.parse.urlencode(query)}" if query else path)

    def post(self, path: str, data: object) -> Any:
        """A JSON answer to a body."""
        return self._ask(path, json.dumps(data).encode())

    def _ask(self, path: str, data: bytes | None = None) -> Any:
        headers = {"Authorization": f"token {TOKEN}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}/{path}", data, headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)


def pings(server: Server, end: threading.Event, seconds: float) -> list[float]:
    """What each GET /api takes, until the end."""
    times, until = [], time.perf_counter() + seconds
    while not end.is_set() and time.perf_counter() < until:
        begun = time.perf_counter()
        server.get("api")
        times.append(time.perf_counter() - begun)
        end.wait(0.05)
    return times


def p95(times: list[float]) -> float:
    return sorted(times)[int(0.95 * len(times))]


@contextmanager
def jupyter_server(home: Path) -> Iterator[Server]:
    """A Jupyter server as ``freezeout up`` starts it, which shows the folder ``root``."""
    port = free_port()
    env = {**os.environ, "JUPYTER_TOKEN": TOKEN}
    env |= {f"JUPYTER_{name}_DIR": str(home / "jupyter" / name) for name in ("CONFIG", "DATA", "RUNTIME")}
    with open(home / "jupyter.log", "w") as log:
        child = subprocess.Popen(
            server_command(home / "root", port), env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    server = Server(f"http://127.0.0.1:{port}", child.pid)
    try:
        until = time.monotonic() + 90
        while True:
            try:
                server.get("api")
                break
            except OSError:
                if child.poll() is not None or time.monotonic() > until:
                    raise RuntimeError((home / "jupyter.log").read_text()[-2000:]) from None
                time.sleep(0.1)
        yield server
    finally:
        child.terminate()
        child.wait(60)
