"""Serial workflows: which commands run, in which order, and what is known before any does."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from freezeout.reana.server.engines import conduct
from freezeout.reana.server.steps import execute
from freezeout.reana.server.work import Step, StepResult, Work, WorkflowFailed

IMAGE = "freezeout-gateway"


class Recorder:
    """Hands that do each step and write down what they were asked for."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self.steps: list[Step] = []
        self.lines: list[str] = []
        self.total = 0

    async def run_step(self, step: Step) -> StepResult:
        """Do it."""
        self.steps.append(step)
        return await execute(step, self._work, self._work.scratch / "log", self._work.limits)

    def log(self, line: str) -> None:
        """Keep it."""
        self.lines.append(line)

    def plan(self, total: int) -> None:
        """Keep it."""
        self.total = total


@pytest.fixture
def work(freezeout_home: Path) -> Work:
    """Three steps, of which the second has two commands and a parameter."""
    folders = [freezeout_home / "reana" / name / "one" for name in ("workspaces", "scratch")]
    for folder in folders:
        folder.mkdir(parents=True)
    return Work("one", "one.1", "serial", specification(), {"mass": 100}, {}, *folders)


def specification(*commands: str) -> dict[str, Any]:
    steps = [
        {"name": "First", "environment": IMAGE, "commands": ["echo first >> all"]},
        {"environment": IMAGE, "commands": ['echo "${mass} GeV" >> all', "echo $mass$$HOME | wc -l >> all"]},
        {"name": "last", "environment": IMAGE, "commands": ["echo last >> all"], "kerberos": False},
    ]
    if commands:
        steps = [{"name": "only", "environment": IMAGE, "commands": list(commands)}]
    return {"workflow": {"type": "serial", "specification": {"steps": steps}}}


def done(work: Work, **changes: Any) -> Recorder:
    work = replace(work, **changes)
    hands = Recorder(work)
    asyncio.run(conduct(work, hands))
    return hands


def failed(work: Work, **changes: Any) -> tuple[str, Recorder]:
    work = replace(work, **changes)
    hands = Recorder(work)
    with pytest.raises(WorkflowFailed) as caught:
        asyncio.run(conduct(work, hands))
    return str(caught.value), hands


def test_commands_run_one_after_the_other_with_their_parameters(work: Work) -> None:
    hands = done(work)
    assert (work.workspace / "all").read_text() == "first\n100 GeV\n1\nlast\n"
    assert hands.total == 4 and [step.name for step in hands.steps] == ["First", "", "", "last"]
    assert hands.steps[-1].hints == {"kerberos": False}
    said = [line.partition(" | root | MainThread | INFO | ")[2] for line in hands.lines]
    assert "Publishing step:0, cmd: echo first >> all, total steps 3 to MQ" in said
    assert "sandbox" in hands.lines[0]


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("echo ${masss}", "needs the parameter 'masss'; parameters: mass"),
        ("echo $masss", "needs the parameter 'masss'"),
        ("echo $(date)", "write '$$' for a plain one"),
    ],
)
def test_what_cannot_be_filled_in_fails_before_anything_starts(work: Work, command: str, reason: str) -> None:
    why, hands = failed(work, specification=specification("echo x > x", command))
    assert reason in why and hands.steps == []


def test_a_command_that_fails_ends_the_workflow(work: Work) -> None:
    why, hands = failed(work, specification=specification("exit 3", "echo x > x"))
    assert why == "step only failed: exit status 3" and len(hands.steps) == 1


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"TARGET": "first"}, "first\n"),
        ({"FROM": "LAST"}, "last\n"),
        ({"FROM": "first", "TARGET": "first", "CACHE": "off"}, "first\n"),
    ],
)
def test_from_and_target_choose_steps_by_name(work: Work, options: dict[str, str], text: str) -> None:
    done(work, options=options)
    assert (work.workspace / "all").read_text() == text


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"TARGET": "fist"}, "TARGET=fist: there is no such step; steps: first, last"),
        ({"FROM": "last", "TARGET": "first"}, "FROM=last comes after TARGET=first"),
    ],
)
def test_a_choice_that_cannot_be_is_refused(work: Work, options: dict[str, str], reason: str) -> None:
    why, hands = failed(work, options=options)
    assert why == reason and hands.steps == []


def test_a_restart_goes_on_after_what_is_finished(work: Work) -> None:
    keys = [step.key for step in done(work).steps]
    assert len(set(keys)) == 4
    again = done(work, finished=frozenset(keys[:2]))
    assert [step.key for step in again.steps] == keys[2:]
    assert (work.workspace / "all").read_text().endswith("last\n1\nlast\n")


def test_a_restart_does_anew_what_has_changed_and_all_that_follows(work: Work) -> None:
    keys = frozenset(step.key for step in done(work).steps)
    again = done(work, finished=keys, parameters={"mass": 10})
    assert [step.command for step in again.steps] == [
        'echo "10 GeV" >> all', "echo 10$HOME | wc -l >> all", "echo last >> all",
    ]  # fmt: skip
    assert [step.name for step in done(work, finished=keys, options={"FROM": "last"}).steps] == ["last"]


@pytest.mark.parametrize("steps", [None, [], {}])
def test_a_workflow_without_steps_fails_with_that_reason(work: Work, steps: object) -> None:
    why, _ = failed(work, specification={"workflow": {"specification": {"steps": steps}}})
    assert why == "the workflow has no steps"


@pytest.mark.parametrize("kind", ["snakemake", "cwl", "yadage"])
def test_engines_that_are_not_built_are_asked_for(work: Work, kind: str) -> None:
    why, _ = failed(work, type=kind)
    assert "the engines of REANA are needed" in why and "freezeout env build reana" in why
