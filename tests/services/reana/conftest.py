"""A REANA server of one's own, to kill parts of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from freezeout.services.reana.reana import Reana as Running

from ...conftest import Reana, comes_true


@dataclass
class Own:
    """A server that this test has started.

    Attributes
    ----------
    running : Reana
        Starts and stops it.
    """

    running: Running

    @property
    def server(self) -> Reana:
        """What it is asked through."""
        where = self.running.place
        return Reana(where.root.parent, where.url, where.token)

    def submit(self, command: str, name: str = "test") -> str:
        """Start a workflow of one command, and return its id."""
        steps = {"steps": [{"name": "only", "environment": "python:3.11", "commands": [command]}]}
        specification = {"version": "0.9.0", "workflow": {"type": "serial", "specification": steps}}
        made = self.server.call("POST", "workflows", params={"workflow_name": name}, json=specification)
        found = str(made.raise_for_status().json()["workflow_id"])
        self.server.call("POST", f"workflows/{found}/start", json={}).raise_for_status()
        return found

    def status(self, workflow: str) -> str:
        """The status of a workflow; nothing while the server is away."""
        try:
            answer = self.server.call("GET", f"workflows/{workflow}/status").raise_for_status()
        except httpx.HTTPError:
            return ""
        return str(answer.json()["status"])

    def comes_to(self, workflow: str, status: str) -> bool:
        """Whether a workflow comes to have a status."""
        return comes_true(lambda: self.status(workflow) == status)

    def log(self, workflow: str) -> Any:
        """What a workflow says of itself, as the client gets it."""
        return self.server.call("GET", f"workflows/{workflow}/logs").raise_for_status().json()["logs"]

    @property
    def workspaces(self) -> Path:
        """The folder of all workspaces."""
        return self.running.place.workspaces


@pytest.fixture
def own_reana(freezeout_home: Path) -> Iterator[Own]:
    """A server of this test's own, ready."""
    running = Running.start()
    try:
        running.wait()
        yield Own(running)
    finally:
        running.stop()
