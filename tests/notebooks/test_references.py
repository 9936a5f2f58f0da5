"""The notebooks give what their executed references show: nbval."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from freezeout.experiments.folder import experiment, experiment_folders

EXECUTED = Path(__file__).resolve().parent / "executed"
IDS = sorted(path.stem for path in EXECUTED.glob("*.ipynb"))


def cells(path: Path) -> list[dict[str, Any]]:
    notebook = json.loads(path.read_text())
    return [c for c in notebook["cells"] if "injected-parameters" not in c["metadata"].get("tags", [])]


def test_every_experiment_has_a_reference() -> None:
    assert sorted(experiment_folders()) == IDS


@pytest.mark.parametrize("id", IDS)
def test_a_reference_is_of_the_notebook_as_it_is_now(id: str) -> None:
    now = [(c["cell_type"], "".join(c["source"])) for c in cells(experiment(id).notebook)]
    then = [(c["cell_type"], "".join(c["source"])) for c in cells(EXECUTED / f"{id}.ipynb")]
    assert now == then, "run 'make references' and read the diff"


@pytest.mark.parametrize("id", IDS)
def test_a_reference_holds_an_output_to_compare(id: str) -> None:
    reference = cells(EXECUTED / f"{id}.ipynb")
    checked = [c for c in reference if "nbval-check-output" in c["metadata"].get("tags", [])]
    assert checked and all(c["outputs"] for c in checked)


@pytest.mark.slow
@pytest.mark.parametrize("id", IDS)
def test_the_notebook_gives_the_reference(id: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--nbval-lax", "--nbval-current-env", "-p", "no:cacheprovider",
         "-o", "addopts=", "-W", "default", str(EXECUTED / f"{id}.ipynb")],
        capture_output=True, text=True, cwd=EXECUTED,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:]
