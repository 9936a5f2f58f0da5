"""The wheel: complete, and enough in a new environment without the checkout."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from .conftest import Installed

pytestmark = pytest.mark.slow


def test_the_wheel_holds_library_extension_notebooks_and_environments(installed: Installed) -> None:
    names = zipfile.ZipFile(installed.wheel).namelist()
    for wanted in (
        "freezeout/py.typed",
        "freezeout/experiments/experiment.schema.json",
        "freezeout/limits/published/references.bib",
        "share/freezeout/notebooks/darkside50/limit.ipynb",
        "share/freezeout/notebooks/dashboards/summary.ipynb",
        "share/freezeout/environments/gateway/requirements.txt",
        "share/jupyter/labextensions/freezeout/package.json",
        "share/jupyter/labextensions/freezeout/install.json",
        "etc/jupyter/jupyter_server_config.d/freezeout_jupyter.json",
        "licenses/LICENSE",
    ):
        assert any(name.endswith(wanted) for name in names), wanted
    assert not [n for n in names if "node_modules" in n or "__pycache__" in n or n.startswith("tests")]


def test_an_experiment_runs_from_the_wheel_alone(installed: Installed, tmp_path: Path) -> None:
    done = installed.run(
        "freezeout", "run", "darkside50", "--preset", "smoke", "--json", cwd=tmp_path,
        FREEZEOUT_HOME=str(tmp_path / "home"),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert Path(record["path"], "limit.yaml").is_file()
    assert record["environment"]["lock_sha256"]


def test_lab_finds_the_extension_and_the_server_its_half(installed: Installed, tmp_path: Path) -> None:
    lab = installed.run("jupyter", "labextension", "list", cwd=tmp_path)
    assert "freezeout" in lab.stdout + lab.stderr and "enabled" in lab.stdout + lab.stderr
    server = installed.run("jupyter", "server", "extension", "list", cwd=tmp_path)
    assert "freezeout_jupyter" in server.stdout + server.stderr


def test_the_environments_smoke_test_passes(installed: Installed, tmp_path: Path) -> None:
    done = installed.run("python", str(installed.project / "environments/gateway/smoke.py"), cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_the_base_needs_only_numbers_and_says_how_to_get_the_rest(
    installed: Installed, tmp_path: Path
) -> None:
    python = tmp_path / "light" / "bin" / "python"
    uv = Path(sys.executable).with_name("uv")
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "light"], check=True)
    subprocess.run([uv, "pip", "install", "-q", "--python", python, installed.wheel], check=True)

    def light(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [python, "-m", "freezeout.cli", *words], capture_output=True, text=True, cwd=tmp_path
        )

    assert light("--help").returncode == 0
    listed = light("limits", "list", "--plane", "si", "--json")
    assert len(json.loads(listed.stdout)) > 20, listed.stderr
    refused = light("run", "darkside50")
    assert refused.returncode == 1 and "pip install 'freezeout[run]'" in refused.stderr, refused.stderr
