"""A REANA folder: what is checked before it is made, what it holds, and that REANA accepts it."""

from __future__ import annotations

import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import nbformat
import pytest
import yaml

from freezeout.errors import InputError
from freezeout.executors.reana import plan
from freezeout.executors.reana.data import lake_hints
from freezeout.executors.reana.notebook import read_notebook
from freezeout.executors.reana.points import axis, points_of
from freezeout.executors.reana.resources import Resources
from freezeout.experiments.parameters import Parameter


def test_a_folder_carries_experiment_lock_and_library_and_names_every_parameter(tmp_path: Path) -> None:
    submission = plan("darkside50", {"rho_dm": 0.4}, preset="smoke")
    folder = submission.write(tmp_path / "f").parent
    said = yaml.safe_load((folder / "reana.yaml").read_text())
    assert said["inputs"]["parameters"]["rho_dm"] == 0.4
    assert said["inputs"]["parameters"]["toys"] == 100
    images = {step["environment"] for step in said["workflow"]["specification"]["steps"]}
    version = ".".join(map(str, sys.version_info[:2]))
    assert images == {f"docker.io/library/python:{version}-slim"}
    about = json.loads((folder / "freezeout" / "submission.json").read_text())
    with zipfile.ZipFile(folder / "freezeout" / about["library"]["wheel"]) as wheel:
        assert "freezeout/executors/reana/step.py" in wheel.namelist()
    assert (folder / "freezeout" / "environments" / "gateway" / "requirements.txt").is_file()
    assert (folder / "freezeout" / "experiments" / "darkside50" / "inputs" / "counts.csv").is_file()
    with pytest.raises(InputError, match="there already"):
        submission.write(folder)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"what": "toy", "values": {"scal": 1.0}}, "unknown_parameter"),
        ({"what": "toy", "values": {"scale": -1.0}}, "bad_parameter"),
        ({"what": "toy", "preset": "none"}, "unknown_preset"),
        ({"what": "toi"}, "unknown_experiment"),
        ({"what": "toy", "environment": "gamma"}, "bad_environment"),
        ({"what": "toy", "resources": {"memory": "much"}}, "bad_resources"),
        ({"what": "toy", "resources": {"memories": "1Gi"}}, "bad_resources"),
        ({"what": "toy", "name": "a.b"}, "bad_name"),
        ({"what": "toy", "scan": ["scale"]}, "bad_scan"),
        ({"what": "toy", "scan": ["scale=1:2:501"]}, "bad_scan"),
        ({"what": "toy", "scan": ["scale=1,1"]}, "bad_scan"),
        ({"what": "toy", "scan": ["scale=1,20"]}, "bad_parameter"),
        ({"what": "toy", "scan": ["scale=4,6", "statistic=poisson,feldman_cousins"]}, "bad_input"),
        ({"what": "toy", "scan": ["scale=1,2"], "values": {"scale": 1.0}}, "bad_scan"),
    ],
)
def test_what_cannot_be_run_is_refused_before_anything_is_made(
    toy: Path, asked: dict[str, Any], code: str
) -> None:
    with pytest.raises(InputError) as raised:
        plan(**asked)
    assert raised.value.code == code


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("memory", ["999999Ti", "0Gi", "1", "-2Gi", "nan", "٣Gi", "9" * 400 + "Gi", 2.5, True]),
        ("time", ["400d", "0", "-5m", "inf", "1e3", "9" * 5000, 1.5]),
        ("retention_days", [10**9, -1, 0.5, float("nan"), "²", "9" * 5000, True, [3]]),
        ("backend", ["moon"]),
    ],
)
def test_resources_that_no_machine_has_are_refused_by_name(name: str, values: list[object]) -> None:
    for value in values:
        with pytest.raises(InputError) as raised:
            Resources.of({name: value})
        assert raised.value.code == "bad_resources" and raised.value.message.startswith(f"{name} is '")
        assert raised.value.hint and len(raised.value.message) < 120, value
    assert Resources.of({name: None}) == Resources.of({}) == Resources.of({name: ""})


def test_a_notebook_is_checked_as_far_as_it_is_typed(notebook: Path) -> None:
    made = plan(notebook, {"n": 2.5, "start": [1, "x"]}, inputs=["data"])
    assert made.specification["inputs"]["parameters"]["n"] == 2.5
    assert "freezeout/notebook/data/in.csv" in made.files
    for values in ({"mass": "heavy"}, {"names": 3}, {"flag": "perhaps"}, {"masss": 1.0}):
        with pytest.raises(InputError):
            plan(notebook, values)
    for inputs in (["../experiments"], ["/etc/passwd"], ["nothing.csv"]):
        with pytest.raises(InputError):
            plan(notebook, inputs=inputs)
    with pytest.raises(InputError, match="runs a service"):
        plan(notebook, environment="rucio-server")


def test_an_infinite_default_is_left_to_the_notebook(notebook: Path) -> None:
    made = nbformat.read(notebook, as_version=4)
    made.cells[0].source += "\nlargest: float = 1e999\nweights = [1.0, 1e999]\n"
    nbformat.write(made, notebook)
    assert plan(notebook, inputs=["data"]).specification["inputs"]["parameters"].keys() & {
        "n",
        "largest",
    } == {"n"}
    assert {"largest", "weights"} <= set(read_notebook(notebook).free)


def test_a_lake_that_wants_a_proxy_gets_one_lent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    proxy = tmp_path / "proxy"
    proxy.write_text("a certificate")
    assert lake_hints() == {"rucio": True}
    for name, value in {
        "URL": "https://rucio.example",
        "AUTH": "x509_proxy",
        "ACCOUNT": "me",
        "PROXY": str(proxy),
    }.items():
        monkeypatch.setenv(f"FREEZEOUT_LAKE_{name}", value)
    assert lake_hints() == {"rucio": True, "voms_proxy": True}


def test_axes_are_written_as_people_would_write_them() -> None:
    rho = Parameter("rho_dm", "float", 0.3)
    assert axis(rho, "0.2:0.4:3") == [0.2, 0.3, 0.4]
    assert axis(rho, "1:1000:4:log") == [1.0, 10.0, 100.0, 1000.0]
    assert axis(Parameter("seed", "int", 1), "1:5:3") == [1, 3, 5]
    both = points_of([rho, Parameter("mode", "str", "a")], ["rho_dm=0.2,0.3", "mode=a,b"])
    assert both == [
        {"rho_dm": rho, "mode": mode} for rho in (0.2, 0.3) for mode in ("a", "b")
    ]  # fmt: skip


@pytest.mark.slow
def test_reanas_own_validator_has_nothing_to_say(
    reana: Any, tmp_path: Path, notebook: Path, toy: Path
) -> None:
    resources = {"memory": "2Gi", "time": "30m", "retention_days": 30, "backend": "kubernetes"}
    made = {
        "experiment": plan("fermi_dwarfs", resources=resources),
        "notebook": plan(notebook, {"title": 'it\'s "odd" $HOME\n`x`'}, inputs=["data"]),
        "scan": plan("toy", scan=["scale=1:2:4"], resources=resources),
    }
    with reana.client() as client:
        for name, submission in made.items():
            file = submission.write(tmp_path / name)
            assert client.check(file) == [], name
            assert client.load(file)["workflow"]["type"] in ("serial", "snakemake")
