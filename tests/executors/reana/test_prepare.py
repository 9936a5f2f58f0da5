"""A step in a plain Python image makes its environment from the lock; in the environment it does nothing."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from freezeout.environments.installation import installed_packages
from freezeout.environments.lock import differences
from freezeout.executors.reana import carried
from freezeout.executors.reana.recipe import Recipe
from freezeout.executors.reana.submission import ABOUT, about_json


@pytest.fixture
def workspace(small_recipe: Path, tmp_path: Path) -> Path:
    """A workspace that was made for the environment ``small``."""
    # a few of its packages show what all would, one of them for other systems only
    entries = re.findall(r"^\S+==.*(?:\n    .*)*", (small_recipe / "requirements.txt").read_text(), re.M)
    few = [
        one
        for one in entries
        if one.partition("==")[0] in ("roman", "packaging", "pyyaml", "colorama", "appnope")
    ]
    lock = "\n".join([*few, ""]).encode()
    description = (small_recipe / "environment.yaml").read_bytes()
    version = ".".join(map(str, sys.version_info[:2]))
    recipe = Recipe("small", version, {"requirements.txt": lock, "environment.yaml": description})
    files, library = carried.of_library()
    about = {"kind": "notebook", "environment": recipe.describe(), "library": library, "marker": "m"}
    for name, content in {**files, **carried.of_environment(recipe), ABOUT: about_json(about)}.items():
        target = tmp_path / "w" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            target.write_bytes(content)
        else:
            shutil.copyfile(content, target)
    return tmp_path / "w"


def _prepare(workspace: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """As a step of a container does: with the image's own Python."""
    python = Path(getattr(sys, "_base_executable", sys.executable))
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("FREEZEOUT_", "VIRTUAL"))
    }
    return subprocess.run(
        [python, "freezeout/prepare.py", "environment"],
        cwd=workspace, env={**kept, **variables}, capture_output=True, text=True, timeout=250,
    )  # fmt: skip


@pytest.mark.slow
def test_a_plain_image_gets_exactly_what_is_locked_and_only_once(workspace: Path) -> None:
    done = _prepare(workspace)
    assert done.returncode == 0, done.stderr
    made = workspace / "freezeout" / "environment" / "small"
    lock = (workspace / "freezeout" / "environments" / "small" / "requirements.txt").read_text()
    python = ".".join(map(str, sys.version_info[:3]))
    assert differences(lock, installed_packages(made), python, extra=True) == []
    before = (made / "lock.sha256").stat().st_mtime_ns
    assert _prepare(workspace).returncode == 0
    assert (made / "lock.sha256").stat().st_mtime_ns == before


def test_nothing_is_installed_where_the_interpreter_is_the_environment(workspace: Path) -> None:
    about = json.loads((workspace / ABOUT).read_text())["environment"]
    told = {"FREEZEOUT_ENVIRONMENT": about["name"], "FREEZEOUT_ENVIRONMENT_LOCK": about["lock_sha256"]}
    done = _prepare(workspace, **told)
    assert done.returncode == 0
    assert "nothing to install" in done.stdout
    assert not (workspace / "freezeout" / "environment").exists()


def test_another_python_and_another_lock_are_refused(workspace: Path) -> None:
    path = workspace / ABOUT
    about = json.loads(path.read_text())
    about["environment"]["python"] = "3.9"
    path.write_text(json.dumps(about))
    done = _prepare(workspace)
    assert done.returncode == 1
    assert "was locked for 3.9" in done.stderr
    lock = workspace / "freezeout" / "environments" / "small" / "requirements.txt"
    lock.write_text(lock.read_text() + "\n")
    done = _prepare(workspace)
    assert done.returncode == 1
    assert "not the lock" in done.stderr
