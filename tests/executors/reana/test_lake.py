"""Data of the lake in a workflow: a step fetches it, the notebook gets the same bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest

import freezeout
from freezeout.errors import InputError
from freezeout.executors.reana import job, plan
from freezeout.jobs.run import run

from ...conftest import link_environment, running_reana

pytestmark = pytest.mark.slow


def test_a_workflow_fetches_what_a_parameter_names(
    lake: Any, reana_client: Path, freezeout_home: Path, tmp_path: Path
) -> None:
    table = tmp_path / "table.csv"
    table.write_text("mass,limit\n1,2\n")
    (did,) = freezeout.lake.put(table, f"{lake.scope}:table.csv")
    made = nbformat.v4.new_notebook()
    made.cells = [
        nbformat.v4.new_code_cell(f'table: "did" = "{did}"', metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell(
            "import freezeout, shutil\nshutil.copy(freezeout.lake.get(table)[0], 'copy.csv')\n"
            "shutil.copy('table.csv', 'again.csv')"
        ),
    ]
    path = tmp_path / "with-data.ipynb"
    nbformat.write(made, path)
    steps = plan(path).specification["workflow"]["specification"]["steps"]
    assert [(step["name"], step.get("rucio")) for step in steps] == [
        ("environment", None), ("fetch", True), ("run", True),
    ]  # fmt: skip
    for asked in ({"values": {"table": f"{lake.scope}:other.csv"}}, {"inputs": [f"{lake.scope}:other.csv"]}):
        with pytest.raises(InputError, match="not in the lake"):
            plan(path, **asked)  # type: ignore[arg-type]

    link_environment(reana_client, freezeout_home, "reana")
    with running_reana(freezeout_home):
        there = run(
            job.KIND, "a test", job.subject(), job.RUN_WORK, {"what": str(path), "inputs": [did]}
        ).result
    results = sorted(one.name for one in Path(there["results"]).iterdir())
    assert results == ["again.csv", "copy.csv", "with-data.ipynb"]
    assert (Path(there["results"]) / "copy.csv").read_text() == table.read_text()
