"""What every test gets: a home of its own, so that no test sees or touches the user's."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

# a shared machine is slow at times, which says nothing of the code
settings.register_profile("freezeout", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("freezeout")

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def other_programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where IPython and Matplotlib keep what they keep, once for all tests."""
    return tmp_path_factory.mktemp("other")


@pytest.fixture(autouse=True)
def freezeout_home(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, other_programs: Path
) -> Path:
    """An empty FREEZEOUT_HOME, and none of the user's settings."""
    home = tmp_path_factory.mktemp("home")
    for name in list(os.environ):
        if name.startswith("FREEZEOUT_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("FREEZEOUT_HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
    monkeypatch.setenv("IPYTHONDIR", str(other_programs / "ipython"))
    monkeypatch.setenv("MPLCONFIGDIR", str(other_programs / "matplotlib"))
    return home


@pytest.fixture(scope="session")
def small_recipe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the environment ``small``: a kernel and a package that the gateway lacks; locked."""
    from freezeout.environments.locking import make_lock
    from freezeout.jobs.reporter import Reporter

    folder = tmp_path_factory.mktemp("recipes") / "small"
    folder.mkdir()
    (folder / "environment.yaml").write_text(
        "schema: 1\nname: small\ntitle: A small one\nsummary: For tests.\nstatus: ready\nlibrary: base\n"
        "packages: [roman]\nmegabytes: 30\n"
    )
    (folder / "requirements.in").write_text("roman==5.1\n")
    (folder / "smoke.py").write_text("import roman\n\nprint(roman.toRoman(1999))\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FREEZEOUT_HOME", str(folder.parent))
        patch.setenv("FREEZEOUT_ENVIRONMENTS_PATH", str(folder.parent))
        make_lock(Reporter(), "small")
    return folder


@pytest.fixture
def small(small_recipe: Path, freezeout_home: Path) -> Path:
    """The environment ``small`` among the user's own, locked and not built; the test may change it."""
    folder = freezeout_home / "own" / "environments" / "small"
    shutil.copytree(small_recipe, folder)
    return folder


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT
