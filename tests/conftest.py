"""What every test gets: a home of its own, so that no test sees or touches the user's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def freezeout_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty FREEZEOUT_HOME, and none of the user's settings."""
    home = tmp_path_factory.mktemp("home")
    for name in list(os.environ):
        if name.startswith("FREEZEOUT_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("FREEZEOUT_HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    monkeypatch.setenv("IPYTHONDIR", str(home / "ipython"))
    return home


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT
