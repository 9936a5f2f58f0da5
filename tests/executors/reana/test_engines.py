"""The same experiment by each of REANA's engines, the examples that ship, and the chain from the lake."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from freezeout.errors import InputError
from freezeout.executors.reana import job, plan
from freezeout.executors.reana.engines import ENGINES
from freezeout.executors.reana.examples import arguments, examples, texts
from freezeout.experiments.folder import experiment
from freezeout.experiments.record import runs
from freezeout.experiments.run import run
from freezeout.jobs import run as jobs

from ...conftest import link_environment, running_reana

_IMAGE = re.compile(r"(?<=python:)3\.\d+(?=-slim)|(?<=imagetag: )3\.\d+(?=-slim)")
SHIPPED = [
    (id, name) for id in ("atlas_dilepton", "darkside50", "fermi_dwarfs") for name in examples(experiment(id))
]


@pytest.mark.parametrize(("id", "name"), SHIPPED)
def test_the_examples_that_ship_are_what_would_be_made_now(id: str, name: str) -> None:
    found = experiment(id)
    for file, text in texts(found, name).items():
        shipped = (found.folder / "reana" / name / file).read_text()
        assert _IMAGE.sub("3.x", shipped) == _IMAGE.sub("3.x", text), f"{id}/{name}/{file}: make examples"


def test_there_is_an_example_of_every_engine() -> None:
    asked = [arguments(experiment(id), name) for id, name in SHIPPED]
    engines = {one.get("engine", "snakemake" if "scan" in one else "serial") for one in asked}
    assert engines == set(ENGINES)
    with pytest.raises(InputError, match="no example 'walk'"):
        arguments(experiment("darkside50"), "walk")


def test_what_an_engine_cannot_do_is_refused(toy: Path) -> None:
    for asked in (
        {"engine": "make"}, {"engine": "cwl", "from_lake": True}, {"engine": "cwl", "scan": ["scale=1,2"]},
    ):  # fmt: skip
        with pytest.raises(InputError):
            plan("toy", **asked)  # type: ignore[arg-type]


@pytest.mark.slow
@pytest.mark.parametrize(("id", "name"), [one for one in SHIPPED if one[1] != "run"])
def test_reanas_own_validator_accepts_the_examples(id: str, name: str, reana: Any, tmp_path: Path) -> None:
    file = plan(id, **arguments(experiment(id), name)).write(tmp_path / name)
    with reana.client() as client:
        assert client.check(file) == []


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["cwl", "yadage"])
def test_other_engines_give_the_limit_of_a_local_run(
    engine: str, on_reana: Callable[..., Any], toy: Path, freezeout_home: Path
) -> None:
    values = {"scale": 1.5, "masses": [20.0, 1e2]}
    there = on_reana("toy", parameters=values, engine=engine)
    (home,) = runs()
    assert [home.run_id] == there["runs"]
    here = run("toy", values, folder=freezeout_home / "local")
    assert home.parameters == here.parameters
    assert np.array_equal(home.limit().limit, here.limit().limit)


@pytest.mark.slow
def test_the_chain_takes_its_inputs_from_the_lake_and_ends_in_a_plot(
    lake: Any, reana_client: Path, freezeout_home: Path
) -> None:
    asked = arguments(experiment("atlas_dilepton"), "chain")
    made = plan("atlas_dilepton", **{**asked, "preset": "smoke"})
    assert not any("observed_limits.csv" in path for path in made.files)
    link_environment(reana_client, freezeout_home, "reana")
    with running_reana(freezeout_home) as reana, reana.client() as client:
        words = {"what": "atlas_dilepton", "preset": "smoke", "from_lake": True, "summary": True}
        there = jobs.run(job.KIND, "a test", job.subject(), job.RUN_WORK, words).result
        assert there["stored"], "the run is in the lake, too"
        assert {"summary/summary.html", "summary/summary.pdf"} <= {
            one.path for one in client.all_files(there["workflow"])
        }
    here = run("atlas_dilepton", preset="smoke", folder=freezeout_home / "local")
    (home,) = runs()
    assert home.data["inputs"] == here.data["inputs"]
    assert np.array_equal(home.limit().limit, here.limit().limit)
