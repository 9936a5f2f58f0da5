"""A run: checked before it starts, recorded when it is complete, invisible when it is not."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hepdata_validator.data_file_validator import DataFileValidator

from freezeout.errors import FreezeoutError, InputError
from freezeout.experiments.record import find_run, read_record, runs, scan_runs
from freezeout.experiments.run import new_run_id, run
from freezeout.files import checksums
from freezeout.settings import home, runs_folder

COMMAND = [sys.executable, "-m", "freezeout.cli"]


@pytest.fixture
def done(toy: Path) -> Path:
    return run("toy", {"scale": 2.0, "masses": [10.0, 1000.0]}).path


def test_a_run_leaves_its_record_limit_likelihood_and_notebook(done: Path) -> None:
    record = read_record(done)
    assert sorted(p.name for p in done.iterdir()) == [
        "environment", "likelihood.npz", "limit.ipynb", "limit.yaml", "points.csv", "run.json",
    ]  # fmt: skip
    assert record.parameters == {
        "masses": [10.0, 1000.0], "scale": 2.0, "statistic": "poisson", "behaviour": "work",
    }  # fmt: skip
    curve = record.limit()
    assert curve.run_id == record.run_id == done.name
    np.testing.assert_allclose(curve.limit, [2e-44, 2e-44])
    stored = np.load(record.output("likelihood.npz"))
    assert stored["minus_two_delta_nll"].shape == (2, 2)
    data = json.loads((done / "run.json").read_text())
    assert data["path"] == str(done) and data["status"] == "complete"
    for name, entry in data["outputs"].items():
        assert checksums(done / name) == entry
    assert data["inputs"]["counts"]["adler32"] and data["environment"]["lock_sha256"]


def test_the_limit_is_valid_hepdata(done: Path) -> None:
    validator = DataFileValidator()
    assert validator.validate(file_path=str(done / "limit.yaml")), validator.get_messages()


def test_run_ids_sort_by_time_and_fit_the_contract() -> None:
    ids = []
    for _ in range(5):
        ids.append(new_run_id())
        time.sleep(0.002)
    assert ids == sorted(ids) and len(set(ids)) == 5
    assert all(8 <= len(i) <= 40 and set(i) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") for i in ids)


@pytest.mark.parametrize(
    ("values", "preset", "said"),
    [
        ({"scal": 1}, "default", "did you mean scale"),
        ({"scale": -1}, "default", "scale is -1"),
        ({"masses": []}, "default", "masses is empty"),
        ({"masses": [float("nan")]}, "default", "nan"),
        ({"scale": 6, "statistic": "feldman_cousins"}, "default", "does not take"),
        ({}, "paper", "no preset 'paper'"),
    ],
)
def test_bad_parameters_are_refused_before_anything_is_written(
    toy: Path, values: dict[str, object], preset: str, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        run("toy", values, preset=preset)
    assert not home().exists() or list(home().iterdir()) == []


def test_an_unknown_experiment_is_refused_with_what_was_meant(toy: Path) -> None:
    with pytest.raises(InputError, match="did you mean toy"):
        run("tory")


def test_a_changed_input_is_refused_before_anything_is_written(toy: Path) -> None:
    with (toy / "inputs" / "counts.csv").open("a") as stream:
        stream.write("2000,1e-43\n")
    with pytest.raises(InputError, match="damaged or was changed"):
        run("toy")
    (toy / "inputs" / "counts.csv").unlink()
    with pytest.raises(InputError, match="missing"):
        run("toy")
    assert list(home().iterdir()) == []


def test_a_place_below_a_file_is_refused(toy: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="Not a directory"):
        run("toy", folder=tmp_path / "file" / "runs")


def test_a_failing_notebook_keeps_its_executed_copy_and_no_run(toy: Path) -> None:
    with pytest.raises(FreezeoutError, match="division of labour") as caught:
        run("toy", {"behaviour": "raise"})
    assert caught.value.exit_status == 1
    (kept,) = (home() / "failed").iterdir()
    assert "division of labour" in kept.read_text()
    assert str(kept) in str(caught.value)
    assert not runs_folder().exists()


@pytest.mark.parametrize(
    ("behaviour", "said"), [("die", "kernel of toy died"), ("forget", "without a limit")]
)
def test_a_notebook_that_dies_or_forgets_its_limit_leaves_no_run(
    toy: Path, behaviour: str, said: str
) -> None:
    with pytest.raises(FreezeoutError, match=said):
        run("toy", {"behaviour": behaviour})
    assert not runs_folder().exists()


def test_a_copied_experiment_that_runs_the_code_of_another_is_refused(toy: Path) -> None:
    copy = toy.parent / "other"
    shutil.copytree(toy, copy)
    description = (copy / "experiment.yaml").read_text().replace("id: toy", "id: other")
    (copy / "experiment.yaml").write_text(description)
    with pytest.raises(InputError, match="the notebook of other asks for the experiment 'toy'"):
        run("other")
    notebook = (copy / "limit.ipynb").read_text().replace('experiment(\\"toy\\")', 'experiment(\\"other\\")')
    (copy / "limit.ipynb").write_text(notebook)
    assert run("other").experiment == "other"


def test_a_damaged_limit_is_one_clear_error(done: Path) -> None:
    (done / "limit.yaml").write_text("independent_variables: [")
    with pytest.raises(InputError, match="damaged or was changed"):
        read_record(done).limit()


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"schema_version": 1}', '{"schema_version": 99}'])
def test_a_damaged_record_is_reported_and_the_others_are_listed(done: Path, content: str) -> None:
    other = done.parent / "20200101-000000000-abcd"
    shutil.copytree(done, other)
    (other / "run.json").write_text(content)
    found, damaged = scan_runs()
    assert [r.run_id for r in found] == [done.name]
    assert len(damaged) == 1 and str(other) in str(damaged[0])


def test_a_run_is_found_by_id_by_its_start_and_by_folder(done: Path) -> None:
    for name in (done.name, done.name[:12], str(done)):
        assert find_run(name).path == done
    for name in ("2019", "", "../" + done.name, "nothing", "x" * 300):
        with pytest.raises(InputError, match="no run"):
            find_run(name)


def test_reuse_takes_the_same_run_and_only_the_same(done: Path) -> None:
    same = {"scale": 2.0, "masses": [10.0, 1000.0]}
    assert run("toy", same, reuse=True).path == done
    assert run("toy", {**same, "scale": 3.0}, reuse=True).path != done
    assert run("toy", same).path != done
    assert len(runs()) == 3


@pytest.mark.slow
def test_a_run_killed_at_any_moment_leaves_no_record_that_looks_complete(toy: Path) -> None:
    moments = [0.15 * i + random.random() * 0.15 for i in range(14)]
    for moment in moments:
        child = subprocess.Popen(
            [*COMMAND, "run", "toy"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        time.sleep(moment)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        found, damaged = scan_runs()
        assert damaged == []
        for record in found:
            for name in record.data["outputs"]:  # type: ignore[attr-defined]
                record.output(name)
    survivor = run("toy")
    names = [p.name for p in runs_folder().iterdir()]
    assert survivor.run_id in names and not [n for n in names if n.startswith(".")]


def _in_small_filesystem(place: Path, megabytes: int, *words: str) -> subprocess.CompletedProcess[str]:
    """Run freezeout where `place` is a file system of a few megabytes."""
    mount = f"mount -t tmpfs -o size={megabytes}m tmpfs {place}"
    inside = f'{mount} && "$@"; status=$?; find {place} -mindepth 1; exit $status'
    private = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--mount"]
    return subprocess.run(
        [*private, "sh", "-c", inside, "sh", *COMMAND, *words], capture_output=True, text=True, timeout=120
    )


@pytest.mark.parametrize(("megabytes", "behaviour"), [(2, "work"), (12, "fill")])
def test_a_full_disk_is_one_clear_line_and_leaves_nothing(
    toy: Path, tmp_path: Path, megabytes: int, behaviour: str
) -> None:
    place = tmp_path / "small"
    place.mkdir()
    done = _in_small_filesystem(
        place, megabytes, "run", "toy", "-o", str(place / "runs"), "-p", f"behaviour={behaviour}"
    )
    assert done.returncode == 2, done.stderr
    assert "no space left" in done.stderr and len(done.stderr.strip().splitlines()) == 1
    assert done.stdout == ""
