"""An experiment of three invented points."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the toy experiment's folder that the test may change."""
    folder = tmp_path / "experiments" / "toy"
    shutil.copytree(Path(__file__).parent / "folders" / "toy", folder)
    monkeypatch.setenv("FREEZEOUT_EXPERIMENTS_PATH", str(folder.parent))
    return folder
