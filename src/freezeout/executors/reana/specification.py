"""``reana.yaml``: what REANA is asked to do."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from freezeout.errors import InputError
from freezeout.executors.reana.submission import FOLDER

VERSION = "0.9.4"
_MEMORY = re.compile(r"(\d+[.])?\d+([EPTGMK]i?)?")
_TIME = re.compile(r"(\d+)\s*([smhd]?)")
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_BACKENDS = ("kubernetes", "htcondorcern", "slurmcern", "compute4punch")
_KNOWN = ("memory", "time", "backend", "retention_days")


@dataclass(frozen=True)
class Resources:
    """What the steps may take, and how long files are kept.

    Attributes
    ----------
    memory : str
        Such as ``2Gi``; the server's own limit when empty.
    seconds : int
        Time of a step; likewise when 0.
    backend : str
        Where steps run on a cluster that has several.
    retention_days : int
        How long results are kept there; likewise when 0.
    """

    memory: str = ""
    seconds: int = 0
    backend: str = ""
    retention_days: int = 0

    @classmethod
    def of(cls, said: Mapping[str, object] | None) -> Resources:
        """Read what a user says: ``memory``, ``time``, ``backend``, ``retention_days``.

        Raises
        ------
        InputError
            Naming what cannot be used.

        Examples
        --------
        >>> Resources.of({"memory": "2Gi", "time": "90m"})
        Resources(memory='2Gi', seconds=5400, backend='', retention_days=0)
        """
        given = {name: str(value).strip() for name, value in (said or {}).items() if value not in (None, "")}
        for name in given:
            if name not in _KNOWN:
                raise _refused(name, given[name], f"resources are {', '.join(_KNOWN)}")
        memory, time = given.get("memory", ""), given.get("time", "")
        if memory and not _MEMORY.fullmatch(memory):
            raise _refused("memory", memory, "such as 500Mi or 2Gi")
        found = _TIME.fullmatch(time)
        if time and (not found or int(found[1]) == 0):
            raise _refused("time", time, "such as 3600, 90m or 2h")
        seconds = int(found[1]) * _SECONDS[found[2]] if found else 0
        backend = given.get("backend", "")
        if backend and backend not in _BACKENDS:
            raise _refused("backend", backend, f"one of {', '.join(_BACKENDS)}")
        days = given.get("retention_days", "0")
        if not days.isdigit():
            raise _refused("retention_days", days, "a whole number of days")
        return cls(memory, seconds, backend, int(days))

    def hints(self) -> dict[str, object]:
        """As REANA writes them in a step."""
        found: dict[str, object] = {}
        if self.memory:
            found["kubernetes_memory_limit"] = self.memory
        if self.seconds:
            found["kubernetes_job_timeout"] = self.seconds
        if self.backend:
            found["compute_backend"] = self.backend
        return found


def _refused(name: str, value: str, allowed: str) -> InputError:
    return InputError(f"{name} is '{value}', which cannot be used", hint=allowed, code="bad_resources")


def step(name: str, image: str, command: str, hints: Mapping[str, object]) -> dict[str, Any]:
    """One step of a serial workflow."""
    return {"name": name, "environment": image, **hints, "commands": [command]}


def environment_step(image: str, hints: Mapping[str, object]) -> dict[str, Any]:
    """The step that makes the environment when the image is not it already."""
    return step("environment", image, f"python3 {FOLDER}/prepare.py environment", hints)


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
