"""REANA's hints of a step: what is granted, what is held lower, and what cannot be had here."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from freezeout.errors import InputError
from freezeout.reana.memory import bytes_of
from freezeout.reana.server.work import Limits

_HERE = ("", "kubernetes", "none", "freezeout", "local")
_MISSING = {
    "kerberos": "Kerberos tickets",
    "voms_proxy": "VOMS proxies",
    "cvmfs": "CVMFS repositories",
    "unpacked_img": "unpacked images",
    "unpacked_image": "unpacked images",
}
_NOT_HELD = ("kubernetes_cpu_request", "kubernetes_cpu_limit", "kubernetes_memory_request", "kubernetes_uid")
_BATCH = {"htcondor": "HTCondor", "slurm": "Slurm", "c4p": "Compute4PUNCH"}


def of_workflow(specification: Mapping[str, Any]) -> dict[str, Any]:
    """What a specification asks for on behalf of all steps: ``workflow.resources``.

    Examples
    --------
    >>> of_workflow({"workflow": {"resources": {"cvmfs": ["atlas.cern.ch"]}}})
    {'cvmfs': ['atlas.cern.ch']}
    """
    workflow = specification.get("workflow")
    resources = workflow.get("resources") if isinstance(workflow, Mapping) else None
    return dict(resources) if isinstance(resources, Mapping) else {}


def require_supported(hints: Mapping[str, Any]) -> None:
    """Refuse what Freezeout's own REANA server cannot give.

    Raises
    ------
    InputError
        Names the hint.
    """
    backend = str(hints.get("compute_backend") or "").lower()
    if backend not in _HERE:
        raise _missing("compute_backend", hints["compute_backend"], "batch back ends")
    for name, value in hints.items():
        if not value or str(value).lower() in ("false", "none"):
            continue
        if name in _MISSING:
            raise _missing(name, value, _MISSING[name])
        for prefix, system in _BATCH.items():
            if name.startswith(f"{prefix}_"):
                raise _missing(name, value, system)


def _missing(name: str, value: object, what: str) -> InputError:
    return InputError(
        f"the step asks for {name}: {value}, and Freezeout's own REANA server has no {what}",
        hint="run it on a REANA cluster that has them",
        code="reana_feature_missing",
    )


def limits(hints: Mapping[str, Any], most: Limits) -> tuple[Limits, list[str]]:
    """What a step may take, and what the log says about it.

    Raises
    ------
    InputError
        When a hint cannot be read.
    """
    notes, chosen = [], most
    asked = hints.get("kubernetes_memory_limit")
    if asked:
        count = memory(str(asked))
        if count > most.memory_bytes:
            notes.append(f"{asked} of memory are asked for; this server allows {most.memory_bytes >> 20} MiB")
        chosen = replace(chosen, memory_bytes=min(count, most.memory_bytes))
    asked = hints.get("kubernetes_job_timeout")
    if asked:
        seconds = _seconds(asked)
        if seconds > most.seconds:
            notes.append(f"{asked} s are asked for; this server allows {most.seconds:g} s")
        chosen = replace(chosen, seconds=min(seconds, most.seconds))
    asked_too = [name for name in _NOT_HELD if hints.get(name)]
    if asked_too:
        notes.append(f"not honoured by this server: {', '.join(asked_too)}")
    return chosen, notes


def memory(text: str) -> int:
    """Bytes that a step may take at most."""
    count = bytes_of(text)
    if not count:
        raise InputError(
            f"kubernetes_memory_limit: '{text[:60]}' is no size",
            hint="such as 256Mi or 8Gi",
            code="bad_hint",
        )
    return count


def _seconds(value: object) -> float:
    try:
        seconds = float(str(value))
    except ValueError:
        seconds = math.nan
    if not (0 < seconds < math.inf):
        raise InputError(
            f"kubernetes_job_timeout: '{value}' is no number of seconds", hint="such as 60", code="bad_hint"
        )
    return seconds
