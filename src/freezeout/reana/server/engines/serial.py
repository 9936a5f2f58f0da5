"""REANA's serial workflows: one command after the other."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from string import Template
from typing import Any

from freezeout.reana.server.engines.lines import line
from freezeout.reana.server.work import Hands, Step, Work, WorkflowFailed


@dataclass(frozen=True)
class _Command:
    """One command with the step that it belongs to, whose place counts from 0."""

    place: int
    step: Mapping[str, Any]
    text: str
    key: str


async def conduct(work: Work, hands: Hands) -> None:
    """Run a serial workflow; a restart goes on after what is finished.

    Raises
    ------
    WorkflowFailed
        When the specification cannot be used, which is seen before anything starts, or a step fails.
    """
    steps = work.specification.get("workflow", {}).get("specification", {}).get("steps") or []
    if not steps:
        raise WorkflowFailed("the workflow has no steps")
    chosen = _chosen(steps, work.options)
    commands = list(_commands(steps, chosen, work.parameters))
    hands.plan(len(commands))
    goes_on = "FROM" not in work.options
    for command in commands:
        if goes_on and command.key in work.finished:
            hands.log(line(f"step {_name(command)} is finished already: {command.text}"))
            continue
        goes_on = False  # what comes after something new is to be done anew
        said = f"Publishing step:{command.place}, cmd: {command.text}, total steps {len(chosen)} to MQ"
        hands.log(line(said, "root"))
        result = await hands.run_step(_as_step(command))
        if not result.well:
            why = result.reason or f"exit status {result.status}"
            raise WorkflowFailed(f"step {_name(command)} failed: {why}")


def _name(command: _Command) -> str:
    return str(command.step.get("name") or command.place)


def _as_step(command: _Command) -> Step:
    said = command.step
    return Step(
        name=str(said.get("name") or ""),
        command=command.text,
        image=str(said.get("environment") or ""),
        hints={key: value for key, value in said.items() if key not in ("name", "environment", "commands")},
        key=command.key,
    )


def _chosen(steps: list[Mapping[str, Any]], options: Mapping[str, Any]) -> range:
    """The places of the steps from FROM to TARGET, both included."""
    names = [str(step.get("name") or "").lower() for step in steps]

    def place(option: str, without: int) -> int:
        asked = str(options.get(option) or "")
        if not asked:
            return without
        if asked.lower() not in names:
            known = ", ".join(name for name in names if name) or "none has a name"
            raise WorkflowFailed(f"{option}={asked}: there is no such step; steps: {known}")
        return names.index(asked.lower())

    first, last = place("FROM", 0), place("TARGET", len(steps) - 1)
    if first > last:
        raise WorkflowFailed(f"FROM={options['FROM']} comes after TARGET={options['TARGET']}")
    return range(first, last + 1)


def _commands(
    steps: list[Mapping[str, Any]], chosen: range, parameters: Mapping[str, Any]
) -> Iterable[_Command]:
    for place in chosen:
        step = steps[place]
        for number, text in enumerate(step.get("commands") or []):
            filled = _filled(str(text), parameters)
            known = [place, step.get("name"), number, step.get("environment"), filled]
            key = hashlib.sha256(json.dumps(known).encode()).hexdigest()[:20]
            yield _Command(place - chosen.start, step, filled, key)


def _filled(text: str, parameters: Mapping[str, Any]) -> str:
    try:
        return Template(text).substitute(parameters)
    except KeyError as error:
        known = ", ".join(map(str, parameters)) or "there are none"
        raise WorkflowFailed(
            f"the command '{text}' needs the parameter {error}; parameters: {known}"
        ) from error
    except ValueError as error:
        raise WorkflowFailed(
            f"the command '{text}' has a '$' that begins no parameter: write '$$' for a plain one"
        ) from error
