"""Environments whose packages only conda has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from freezeout.environments.folder import Environment
from freezeout.errors import FreezeoutError
from freezeout.jobs.reporter import Reporter


def make(found: Environment, place: Path, reporter: Reporter) -> dict[str, Any]:
    """Build by micromamba, mamba or conda, whichever is there."""
    raise FreezeoutError("conda environments cannot be built yet")
