"""Experiments and notebooks that are taken to REANA, and what is asked of a job there."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: Path) -> Path:
    """A copy of the toy experiment's folder that the test may change."""
    folder = tmp_path / "experiments" / "toy"
    shutil.copytree(root / "tests" / "experiments" / "folders" / "toy", folder)
    monkeypatch.setenv("FREEZEOUT_EXPERIMENTS_PATH", str(folder.parent))
    return folder


PARAMETERS = """\
title = "it's"  # what the plot says
mass: float = 100.0  # [GeV]
n = 3
names = ["a", "b"]
options = {"k": 1e-27, "s": None}
flag = False
start = 2 * 3
"""
BODY = """\
import json, pathlib
rows = pathlib.Path("data/in.csv").read_text().split()
wanted = "title mass n names options flag start rows".split()
pathlib.Path("out.json").write_text(json.dumps({name: globals()[name] for name in wanted}))
"""


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    """A notebook that no experiment has, with untyped parameters and a file beside it."""
    folder = tmp_path / "mine"
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "in.csv").write_text("1 2 3\n")
    made = nbformat.v4.new_notebook()
    made.cells = [
        nbformat.v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell(BODY),
    ]
    nbformat.write(made, folder / "My work.ipynb")
    return folder / "My work.ipynb"


@pytest.fixture
def on_reana(reana: Any) -> Callable[..., Any]:
    """Do a job of REANA's here and return what it gives."""

    def do(what: str, **arguments: Any) -> Any:
        from freezeout.executors.reana import job
        from freezeout.jobs.run import run

        return run(job.KIND, "a test", job.subject(), job.RUN_WORK, {"what": what, **arguments}).result

    return do
