"""A real embedded server as a process of its own, which a test may kill."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

TOKEN = "a-token-that-nobody-guesses"
IMAGE = "docker.io/library/python:3.11"


class Running:
    """One server, on a socket that outlives it."""

    token = TOKEN

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder, self._home = folder, home
        (folder / "secrets").mkdir(parents=True, mode=0o700)
        (folder / "secrets" / "token").write_text(TOKEN)
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(512)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.http = httpx.Client(base_url=self.url, timeout=120, trust_env=False)
        self.start()

    def start(self) -> None:
        """Start it, anew when it was there before; who calls meanwhile waits."""
        fd = self.listener.fileno()
        words = [sys.executable, "-m", "freezeout.reana.server", "--folder", self.folder, "--fd", str(fd)]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                words, pass_fds=[fd], stdout=log, stderr=log, start_new_session=True,
                env=os.environ | {"FREEZEOUT_HOME": str(self._home)},
            )  # fmt: skip

    def kill(self) -> None:
        """End it as the operating system does when the memory is full."""
        self.process.kill()
        self.process.wait(60)
        self.http.close()
        self.http = httpx.Client(base_url=self.url, timeout=120, trust_env=False)

    def stop(self) -> None:
        """End it as its supervisor does."""
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(60) == 0

    def connect(self) -> socket.socket:
        """A connection without a client."""
        return socket.create_connection(self.listener.getsockname(), timeout=60)

    def call(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Ask it, with the token."""
        parameters = {"access_token": TOKEN} | more.pop("params", {})
        return self.http.request(method, f"/api/{path}", params=parameters, **more)

    def create(self, *commands: str, name: str = "analysis", **sections: Any) -> str:
        """Make a serial workflow of a step for each command, and return its full name."""
        answer = self.call(
            "POST", "workflows", params={"workflow_name": name}, json=serial(*commands, **sections)
        )
        assert answer.status_code == 201, answer.text
        return str(answer.json()["workflow_name"])

    def run(self, *commands: str, **sections: Any) -> str:
        """Make a workflow and start it."""
        name = self.create(*commands, **sections)
        answer = self.call("POST", f"workflows/{name}/start", json={})
        assert answer.status_code == 200, answer.text
        return name

    def upload(self, workflow: str, path: str, content: Any) -> httpx.Response:
        """Put a file into a workspace."""
        kind = {"Content-Type": "application/octet-stream"}
        return self.call(
            "POST",
            f"workflows/{workflow}/workspace",
            params={"file_name": path},
            content=content,
            headers=kind,
        )

    def status(self, workflow: str) -> str:
        """What a workflow does."""
        return str(self.call("GET", f"workflows/{workflow}/status").json()["status"])

    def files(self, workflow: str) -> dict[str, int]:
        """What is in a workspace, with sizes."""
        items = self.call("GET", f"workflows/{workflow}/workspace").json()["items"]
        return {item["name"]: item["size"]["raw"] for item in items}

    def workspace(self, workflow: str) -> Path:
        """The folder of a workspace."""
        found = self.call("GET", f"workflows/{workflow}/status").json()["id"]
        return self.folder / "workspaces" / str(found)


def serial(*commands: str, **sections: Any) -> dict[str, Any]:
    """A specification with a step for each command."""
    steps = [
        {"name": f"step{number}", "environment": IMAGE, "commands": [command]}
        for number, command in enumerate(commands, 1)
    ]
    return {"version": "0.9.4", "workflow": {"type": "serial", "specification": {"steps": steps}}} | sections


@pytest.fixture(scope="session")
def a_server(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Running]:
    """Starts servers; each is ended at the end of the tests."""

    def make() -> Running:
        home = tmp_path_factory.mktemp("reana-server")
        return Running(home / "reana", home)

    return make


@pytest.fixture(scope="module")
def server(a_server: Callable[[], Running]) -> Iterator[Running]:
    """A server for the tests of a module."""
    running = a_server()
    yield running
    _end(running)


@pytest.fixture
def mortal(a_server: Callable[[], Running]) -> Iterator[Running]:
    """A server that a test may kill."""
    running = a_server()
    yield running
    _end(running)


def _end(running: Running) -> None:
    running.http.close()
    running.process.terminate()
    try:
        running.process.wait(60)
    finally:
        running.process.kill()
        running.listener.close()
