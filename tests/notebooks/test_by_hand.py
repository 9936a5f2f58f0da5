"""A notebook run by hand, as in Lab, gives the limit of the command and writes nothing."""

from __future__ import annotations

from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from freezeout.experiments.folder import experiment
from freezeout.experiments.run import run
from freezeout.settings import home

SHOW = "print(*map(repr, result.curve.limit.tolist()))"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("id", "line", "changed", "values"),
    [
        ("darkside50", "v_0: float = 220.0", "v_0: float = 238.0", {"v_0": 238.0}),
        ("atlas_dilepton", "g_q: float = 0.1", "g_q: float = 0.12", {"g_q": 0.12}),
        ("fermi_dwarfs", 'channel: str = "bb"', 'channel: str = "tautau"', {"channel": "tautau"}),
    ],
)
def test_a_changed_parameter_gives_the_same_limit_as_the_command(
    tmp_path: Path, id: str, line: str, changed: str, values: dict[str, object]
) -> None:
    notebook = nbformat.read(experiment(id).notebook, as_version=4)
    (cell,) = [c for c in notebook.cells if "parameters" in c.metadata.get("tags", [])]
    assert line in cell.source
    cell.source = cell.source.replace(line, changed)
    notebook.cells.append(nbformat.v4.new_code_cell(SHOW))
    NotebookClient(notebook, resources={"metadata": {"path": str(tmp_path)}}).execute()
    by_hand = [float(word) for word in notebook.cells[-1].outputs[0].text.split()]
    assert list(tmp_path.iterdir()) == [] and list(home().iterdir()) == []
    np.testing.assert_allclose(run(id, values).limit().limit, by_hand, rtol=1e-12)
