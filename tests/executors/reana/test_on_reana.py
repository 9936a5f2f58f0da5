"""Experiments and notebooks on a real REANA server, and home again."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from freezeout.cli import main
from freezeout.errors import FreezeoutError, InputError
from freezeout.executors.reana import job, plan
from freezeout.executors.reana.following import follow
from freezeout.executors.reana.home import fetch
from freezeout.executors.reana.sending import submit
from freezeout.experiments.record import runs
from freezeout.experiments.run import run
from freezeout.jobs import run as jobs
from freezeout.jobs import store
from freezeout.jobs.reporter import Reporter

from ...conftest import comes_true

pytestmark = pytest.mark.slow


def test_a_run_on_reana_is_the_local_one(on_reana: Callable[..., Any], freezeout_home: Path) -> None:
    there = on_reana("darkside50", preset="smoke", parameters={"rho_dm": 0.4})
    assert there["status"] == "finished"
    home = runs()[0]
    assert [home.run_id] == there["runs"]
    here = run("darkside50", {"rho_dm": 0.4}, preset="smoke", folder=freezeout_home / "local")
    assert np.array_equal(home.limit().limit, here.limit().limit)
    assert home.data["executor"]["workflow_name"] == "darkside50.1"  # type: ignore[index]
    same = {"environment", "versions", "parameters", "hashes", "inputs", "code", "experiment", "preset"}
    assert {key: home.data[key] for key in same} == {key: here.data[key] for key in same}
    assert set(home.data) - {"executor"} == set(here.data)
    assert set(home.data["outputs"]) == set(here.data["outputs"])  # type: ignore[call-overload]
    # and it is what another local run would be
    assert run("darkside50", {"rho_dm": 0.4}, preset="smoke", reuse=True).run_id == home.run_id


def test_any_notebook_comes_home_beside_itself_with_the_values_it_was_given(
    on_reana: Callable[..., Any], notebook: Path
) -> None:
    values = {
        "title": "it's \"odd\" $HOME `id` \\ é\nline two",
        "options": {"k": 2e-27, "s": None, "q": "it's \"x\""},
        "n": 2.5, "flag": True, "start": [1, "x"],
    }  # fmt: skip
    there = on_reana(str(notebook), parameters=values, inputs=["data"])
    results = Path(there["results"])
    assert results.parent == notebook.parent
    assert sorted(path.name for path in results.iterdir()) == ["My work.ipynb", "out.json"]
    found = json.loads((results / "out.json").read_text())
    assert found == {**values, "mass": 100.0, "names": ["a", "b"], "rows": ["1", "2", "3"]}


def test_what_fails_says_why_and_keeps_the_executed_notebook(
    on_reana: Callable[..., Any], toy: Path, freezeout_home: Path
) -> None:
    with pytest.raises(FreezeoutError, match="a division of labour by zero") as raised:
        on_reana("toy", preset="broken")
    kept = Path(raised.value.hint.removeprefix("the executed notebook is "))
    assert "a division of labour" in kept.read_text()
    assert "toy failed" in (kept.parent / "reana.log").read_text()
    assert runs() == []


def test_a_cancelled_job_stops_its_workflow_and_a_killed_one_loses_nothing(
    reana: Any, toy: Path, freezeout_home: Path
) -> None:
    def begun(name: str, **parameters: object) -> tuple[Any, str]:
        arguments = {"what": "toy", "name": name, "parameters": parameters}
        started = jobs.start(job.KIND, name, job.subject(), job.RUN_WORK, arguments)
        assert comes_true(lambda: "step 2 of 2" in store.job(started.id).message), started.log.read_text()
        return started, client.workflows(workflow=name).items[0].id

    with reana.client() as client:
        waiting, id = begun("waiting", behaviour="wait")
        jobs.cancel(waiting.id)
        assert comes_true(lambda: store.job(waiting.id).state == "cancelled")
        assert client.status(id).status == "stopped"

        killed, id = begun("killed")
        pid = store.instruction(killed.id)[2]
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        assert follow(client, id, Reporter()).status == "finished"
        first, second = fetch(id, client), fetch("killed", client)
        assert [one.run_id for one in first.records] == [one.run_id for one in second.records]
        assert [one.run_id for one in runs()] == [first.records[0].run_id]
        assert first.records[0].limit().label == "Toy"
        assert not list((freezeout_home / "runs").glob(".reana-*"))


def test_what_was_changed_in_the_workspace_does_not_come_home_as_a_run(
    reana: Any, toy: Path, tmp_path: Path
) -> None:
    with reana.client() as client:
        created = submit(plan("toy", preset="smoke"), client)
        follow(client, created.id, Reporter())
        limit = next(one for one in client.all_files(created.id) if one.path.endswith("limit.yaml"))
        other = tmp_path / "limit.yaml"
        other.write_bytes(client.read(created.id, limit.path).replace(b"Toy", b"Toi"))
        client.upload(created.id, {limit.path: other})
        with pytest.raises(FreezeoutError, match="not the one that was made"):
            fetch(created.id, client)
        assert runs() == []


def test_a_scan_is_one_workflow_and_its_failures_do_not_cost_the_others(
    on_reana: Callable[..., Any], toy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scan = ["scale=1,2", "behaviour=work,raise"]
    with pytest.raises(FreezeoutError) as raised:
        on_reana("toy", scan=scan)
    assert "scale=1.0, behaviour=raise" in raised.value.message
    assert "scale=2.0, behaviour=raise" in raised.value.message
    assert sorted(one.parameters["scale"] for one in runs()) == [1.0, 2.0]  # type: ignore[type-var]
    # once more goes on with what is missing
    again = plan("toy", scan=scan)
    assert [point["behaviour"] for point in again.about["points"]] == ["raise", "raise"]
    with pytest.raises(InputError, match="all 2 points of the scan are there already"):
        plan("toy", scan=["scale=1,2"])
    # asked for from a script it is no fault
    assert main(["reana", "scan", "toy", "--scan", "scale=1,2"]) == 0
    there = sorted(str(one.path) for one in runs())
    assert sorted(capsys.readouterr().out.splitlines()) == there


def test_a_server_that_stays_away_is_told_with_what_to_do(reana: Any, toy: Path) -> None:
    with reana.client() as client:
        created = submit(plan("toy", {"behaviour": "wait"}), client)
        before = time.monotonic()
        away = type(client)(type(client.connection)("away", "kept", "http://127.0.0.1:9", "x"))
        with pytest.raises(FreezeoutError, match="freezeout reana fetch"):
            follow(away, created.id, Reporter(), patience=1.0)
        assert time.monotonic() - before < 60
        client.stop(created.id)
        with pytest.raises(InputError, match="was not made by Freezeout"):
            other = client.create(client.specification(created.id)["specification"], "other")
            fetch(other.id, client)
