"""A workflow whose steps are executed, in the sandbox where there is one and as plain processes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from freezeout.reana.server.steps import execute, sandbox
from freezeout.reana.server.work import Limits, Step, StepResult, Work

IMAGE = "freezeout-gateway"


@dataclass
class Runner:
    """Executes commands in one workspace.

    Attributes
    ----------
    work : Work
        The workflow that they belong to.
    text : str
        What the last one has said.
    seconds : float
        How long the last one took.
    """

    work: Work
    text: str = ""
    seconds: float = 0.0

    @property
    def log(self) -> Path:
        """The log of steps."""
        return self.work.scratch / "step.log"

    def step(self, command: str, image: str = IMAGE, **hints: object) -> Step:
        """A command with its hints."""
        return Step("one", command, image, hints=hints)

    def __call__(
        self, command: str, *, image: str = IMAGE, limits: Mapping[str, Any] | None = None, **hints: object
    ) -> StepResult:
        """Execute a command to its end."""
        begun = time.monotonic()
        asked = execute(
            self.step(command, image, **hints), self.work, self.log, Limits(**(limits or {})), grace=0.5
        )
        result = asyncio.run(asked)
        self.seconds = time.monotonic() - begun
        self.text = self.log.read_text(errors="replace")
        return result

    def stands_still(self, name: str, seconds: float = 0.6) -> bool:
        """Whether nobody writes a file of the workspace any more, which was written before."""
        path = self.work.workspace / name
        before = path.read_bytes()
        time.sleep(seconds)
        return before == path.read_bytes() != b""


def _runner(home: Path) -> Runner:
    place = home.resolve() / "reana"
    folders = [place / "workspaces" / "one", place / "scratch" / "one"]
    for folder in folders:
        folder.mkdir(parents=True, mode=0o700)
    return Runner(Work("one", "one.1", "serial", {}, {}, {}, *folders))


@pytest.fixture
def plainly(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A machine without bubblewrap."""
    monkeypatch.setenv("PATH", str(tmp_path))
    sandbox.obstacle.cache_clear()
    yield
    sandbox.obstacle.cache_clear()


@pytest.fixture(params=["plain", "sandbox"])
def run(request: pytest.FixtureRequest, freezeout_home: Path, sandboxed: bool) -> Runner:
    """Executes commands, in both ways; in one where there is no sandbox."""
    if request.param == "plain":
        request.getfixturevalue("plainly")
    return _runner(freezeout_home)


@pytest.fixture
def run_once(freezeout_home: Path, sandboxed: bool) -> Runner:
    """Executes commands, in the sandbox where there is one."""
    return _runner(freezeout_home)


def with_secrets(runner: Runner, **secrets: Any) -> Runner:
    """The same with secrets of its user."""
    return Runner(replace(runner.work, secrets=secrets))
