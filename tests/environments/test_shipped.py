"""The environments that ship: built from their locks for real, tested, and used by a notebook."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from freezeout.environments.build import run_build
from freezeout.environments.card import card
from freezeout.environments.folder import environment
from freezeout.environments.installation import require

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.mark.parametrize("name", ["base", "gamma", "compact-stars"])
def test_it_builds_from_its_lock_and_passes_its_deep_test(name: str) -> None:
    run_build(name)
    found = environment(name)
    told = card(found)
    assert told["state"] == "built"
    assert told["smoke"]["ok"], told["smoke"]
    assert told["built_lock_sha256"] == found.lock.sha256  # type: ignore[union-attr]
    assert bool(told["missing"]) == (found.status == "partial")
    pinned = found.lock.packages  # type: ignore[union-attr]
    built = {n: v for n, v in require(found).packages.items() if n != "freezeout"}
    assert built and {name: pinned[name] for name in built} == built


def test_root_has_a_kernel_of_each_language_and_cpp_keeps_its_state_between_cells(
    root: Path, freezeout_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_build("root")
    monkeypatch.setenv("JUPYTER_PATH", str(freezeout_home))
    assert list(require(environment("root")).kernels) == ["freezeout-root", "freezeout-root-cpp"]
    notebook = nbformat.read(root / "environments" / "root" / "example.ipynb", as_version=4)
    assert notebook.metadata.kernelspec.name == "freezeout-root-cpp"
    notebook.cells += [
        nbformat.v4.new_code_cell(
            'TH1D counted("counted", "", 10, 0, 10); for (int i = 0; i < 42; ++i) counted.Fill(4.5);'
        ),
        nbformat.v4.new_code_cell(
            "counted.Fill(1.5, 8); std::cout << counted.GetEntries() << ' ' << counted.GetMean();"
        ),
    ]
    done = NotebookClient(notebook, kernel_name="freezeout-root-cpp", timeout=120).execute()
    said = "".join(o.get("text", "") for o in done.cells[-1].outputs)
    # 43 calls of Fill; the mean of 42 at 4.5 and of a weight of 8 at 1.5
    assert said.split() == ["43", f"{(42 * 4.5 + 8 * 1.5) / 50:g}"]

    python = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell(
                "import ROOT, sys; print(sys.prefix); ROOT.TH1D('a', '', 1, 0, 1).GetName()"
            )
        ]
    )
    done = NotebookClient(python, kernel_name="freezeout-root", timeout=120).execute()
    outputs = done.cells[0].outputs
    assert any(str(require(environment("root")).prefix) in o.get("text", "") for o in outputs)
