"""Software environments that CVMFS brings to a machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from freezeout.errors import FreezeoutError
from freezeout.jobs.reporter import Reporter

if TYPE_CHECKING:
    from freezeout.environments.folder import Environment


def environments() -> list[Environment]:
    """What is mounted, newest release first; empty without CVMFS."""
    return []


def make(found: Environment, place: Path, reporter: Reporter) -> dict[str, Any]:
    """See that a mounted environment starts a kernel."""
    raise FreezeoutError("CVMFS cannot be used yet")
