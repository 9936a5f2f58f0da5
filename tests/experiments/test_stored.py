"""Runs in a real lake: stored by what they were, found, fetched elsewhere, and their limits shown."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import freezeout
from freezeout.cli import main
from freezeout.errors import InputError
from freezeout.experiments.lake_limits import lake_curves
from freezeout.experiments.record import RunRecord, find_run
from freezeout.experiments.run import run
from freezeout.experiments.stored import fetch, store
from freezeout.files import checksums
from freezeout.settings import runs_folder

pytestmark = pytest.mark.slow


@pytest.fixture
def done(toy: Path, lake: Any) -> RunRecord:
    """A run that is not in the lake."""
    return run("toy", {"scale": 2.0, "masses": [10.0, 1000.0]})


def sums(folder: Path) -> dict[str, object]:
    """Checksums of all files below a folder."""
    return {str(path.relative_to(folder)): checksums(path) for path in folder.rglob("*") if path.is_file()}


def test_a_run_is_stored_by_default_found_by_what_it_was_and_fetched_elsewhere(
    toy: Path, lake: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "toy", "-p", "scale=2.5"]) == 0
    out, err = capsys.readouterr()
    run_id = Path(out.strip()).name
    did = f"freezeout:runs.toy.{run_id}"
    assert f"stored in the lake as {did}" in err
    found = freezeout.lake.search("experiment=toy confidence_level=0.9 scale=2.5 statistic=poisson")
    assert did in [hit["did"] for hit in found]
    assert did not in [hit["did"] for hit in freezeout.lake.search("experiment=toy scale>2.5")]
    home = runs_folder() / run_id
    there = fetch(run_id, folder=tmp_path / "elsewhere")
    assert sums(there.path) == sums(home)
    np.testing.assert_allclose(there.limit().limit, find_run(run_id).limit().limit)
    assert main(["runs", "store", run_id]) == 0 and main(["runs", "fetch", did]) == 0
    assert freezeout.lake.info(did)["open"] is False


def test_who_does_not_want_it_stored_says_so(
    toy: Path, lake: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "toy", "--no-store"]) == 0
    out, err = capsys.readouterr()
    assert "stored" not in err
    assert freezeout.lake.search(f'run_id="{Path(out.strip()).name}"') == []


def test_all_runs_that_are_not_stored_are_stored_at_once_but_for_damaged_ones(
    toy: Path, lake: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = [run("toy", {"scale": scale}) for scale in (2.0, 3.0, 4.0)]
    store(kept[0])
    assert main(["runs", "store", "--all"]) == 0
    dids = [f"freezeout:runs.toy.{one.run_id}" for one in kept]
    assert sorted(capsys.readouterr().out.split()) == sorted(dids)
    assert [freezeout.lake.info(did)["open"] for did in dids] == [False] * 3
    other, changed = run("toy"), run("toy")
    (changed.path / "points.csv").write_text("changed\n")
    assert main(["runs", "store", "--all"]) == 1
    out, err = capsys.readouterr()
    assert other.run_id in out and changed.run_id not in out
    assert changed.run_id in err and "1 of the runs could not be stored" in err
    assert main(["runs", "store"]) == main(["runs", "store", "--all", other.run_id]) == 2
    assert "give some, or --all" in capsys.readouterr().err
    assert main(["runs", "store", "--all", "--lake", "nosuch"]) == 2
    assert capsys.readouterr().err.count("there is no lake 'nosuch'") == 1
    assert main(["runs", "store", "--all", "--from", str(tmp_path / "none")]) == 0
    assert f"no runs in {tmp_path / 'none'}" in capsys.readouterr().err


def test_what_is_no_run_or_not_that_run_is_refused_and_leaves_nothing(
    done: RunRecord, lake: Any, tmp_path: Path
) -> None:
    freezeout.lake.put(done.path / "points.csv", f"{lake.scope}:p.csv", dataset=f"{lake.scope}:points")
    for did, code in ((f"{lake.scope}:points", "unknown_run"), ("nonsense", "unknown_run")):
        with pytest.raises(InputError) as refused:
            fetch(did, folder=tmp_path / "home")
        assert refused.value.code == code
    changed = tmp_path / "changed"
    shutil.copytree(done.path, changed)
    (changed / "points.csv").write_text("invented\n")
    name = f"runs.toy.{done.run_id}"
    freezeout.lake.put(changed, f"{lake.scope}:{name}")
    with pytest.raises(InputError, match="damaged"):
        fetch(f"{lake.scope}:{name}", folder=tmp_path / "home")
    assert not list((tmp_path / "home").glob("*"))


def test_a_limit_that_is_only_in_the_lake_stands_beside_the_local_ones(
    done: RunRecord, capsys: pytest.CaptureFixture[str]
) -> None:
    store(done)
    curves, problems = lake_curves(patience=60)
    (ours,) = [curve for curve in curves if curve.run_id == done.run_id]
    assert (ours.group, problems) == ("lake", ()) and ours.label.endswith("(lake)")
    np.testing.assert_allclose(ours.limit, done.limit().limit)
    assert done.run_id not in [curve.run_id for curve in lake_curves([done.run_id])[0]]
    shutil.rmtree(done.path)
    capsys.readouterr()
    assert main(["limits", "list", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["source"] for row in rows if row["id"] == done.run_id] == ["lake"]


def test_a_parameter_that_names_data_is_looked_up_first_and_read_verified(
    toy: Path, lake: Any, tmp_path: Path
) -> None:
    notebook = json.loads((toy / "limit.ipynb").read_text())
    settings, work = notebook["cells"][1], notebook["cells"][3]
    settings["source"] = [*settings["source"], f'\nfactor: "did" = "{lake.scope}:nothing"  # a factor']
    work["source"] = ["parameters['scale'] *= float(freezeout.lake.open(parameters.pop('factor')).read())\n",
                      *work["source"]]  # fmt: skip
    (toy / "limit.ipynb").write_text(json.dumps(notebook))
    with pytest.raises(InputError, match="nothing, which is not in the lake"):
        run("toy")
    (tmp_path / "seven.txt").write_text("7.0\n")
    (did,) = freezeout.lake.put(tmp_path / "seven.txt", f"{lake.scope}:seven.txt")
    found = run("toy", {"factor": did, "scale": 2.0, "masses": [10.0, 1000.0]})
    np.testing.assert_allclose(found.limit().limit, [14e-44, 14e-44])
    (file,) = found.data["data"]["factor"]["files"]  # type: ignore[index]
    assert file["adler32"] == checksums(tmp_path / "seven.txt")["adler32"]
