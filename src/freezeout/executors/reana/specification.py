"""``reana.yaml``: what REANA is asked to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from freezeout.executors.reana.resources import Resources
from freezeout.executors.reana.submission import FOLDER

VERSION = "0.9.4"
PREPARE = f"python3 {FOLDER}/prepare.py"
"""What every step's command begins with."""


def step(name: str, image: str, command: str, hints: Mapping[str, object]) -> dict[str, Any]:
    """One step of a serial workflow."""
    return {"name": name, "environment": image, **hints, "commands": [command]}


def environment_step(image: str, hints: Mapping[str, object]) -> dict[str, Any]:
    """The step that makes the environment when the image is not it already."""
    return step("environment", image, f"{PREPARE} environment", hints)


def serial(
    parameters: Mapping[str, object],
    steps: Sequence[Mapping[str, Any]],
    outputs: Sequence[str],
    resources: Resources,
) -> dict[str, Any]:
    """The whole of a serial workflow."""
    return whole(
        {"directories": [FOLDER], "parameters": dict(parameters)},
        {"type": "serial", "specification": {"steps": [dict(one) for one in steps]}},
        outputs,
        resources,
    )


def whole(
    inputs: Mapping[str, Any], workflow: Mapping[str, Any], outputs: Sequence[str], resources: Resources
) -> dict[str, Any]:
    """``reana.yaml`` of its parts."""
    found: dict[str, Any] = {
        "version": VERSION,
        "inputs": {name: value for name, value in inputs.items() if value},
        "workflow": dict(workflow),
        "outputs": {"directories": list(outputs)},
    }
    if resources.retention_days:
        # what can be made again need not stay, the results do
        found["workspace"] = {
            "retention_days": {
                f"{FOLDER}/environment/**/*": min(1, resources.retention_days),
                **{f"{name}/**/*": resources.retention_days for name in outputs},
            }
        }
    return found
