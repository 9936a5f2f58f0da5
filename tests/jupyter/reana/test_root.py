"""ROOT files are shown by an environment that has uproot, in a process of its own."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from freezeout_jupyter.reana.preview import Looked, preview

from freezeout.environments.build import run_build
from freezeout.environments.installation import installation
from freezeout.environments.locking import make_lock
from freezeout.jobs.reporter import Reporter

WRITE = """
import sys, numpy, uproot
with uproot.recreate(sys.argv[1]) as file:
    file["counts"] = numpy.histogram([1, 2, 2, 3], bins=3, range=(0.5, 3.5))
    file["events"] = {"energy": numpy.arange(1000) / 2, "good": numpy.arange(1000) % 2 == 0}
"""
EMPTY = b"root" + bytes(1000)


@pytest.mark.slow
def test_histograms_and_trees_of_a_root_file_are_tables(freezeout_home: Path, tmp_path: Path) -> None:
    folder = freezeout_home / "own" / "environments" / "reads-root"
    folder.mkdir(parents=True)
    (folder / "environment.yaml").write_text(
        "schema: 1\nname: reads-root\ntitle: One with uproot\nsummary: For tests.\nstatus: ready\n"
        "packages: [uproot]\nmegabytes: 60\n"
    )
    (folder / "requirements.in").write_text("uproot==5.7.7\n")
    make_lock(Reporter(), "reads-root")
    assert run_build("reads-root").state == "done"
    built = installation("reads-root")
    assert built is not None
    path = tmp_path / "a.root"
    subprocess.run([built.python, "-c", WRITE, path], check=True, timeout=120)
    data = path.read_bytes()

    found = preview(Looked("a.root", len(data), data))
    assert (found["kind"], found["columns"]) == ("table", ["from", "to", "content"])
    assert found["rows"] == [[0.5, 1.5, 1.0], [1.5, 2.5, 2.0], [2.5, 3.5, 1.0]]
    assert found["tables"] == ["counts;1", "events;1"] and found["message"] == "counts;1"
    found = preview(Looked("a.root", len(data), data, "events;1"))
    assert found["columns"] == ["energy", "good"] and found["rows"][:2] == [[0.0, True], [0.5, False]]
    assert len(found["rows"]) == 500 and found["truncated"]
    for broken, why in ((data[:300], "cannot read it"), (bytes(10), "cannot read it"), (EMPTY, "neither")):
        found = preview(Looked("a.root", len(broken), broken))
        assert found["kind"] == "binary" and why in found["message"], found
