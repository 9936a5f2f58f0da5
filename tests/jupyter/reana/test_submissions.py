"""Experiments and notebooks sent to REANA from the page: the form, what is sent, what comes home."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from .asking import Routes

PARAMETERS = "n: int = 3  # how many [1]\nword = 'a'\nfree = None\n"


@pytest.fixture
def notebook(jp_root_dir: Path) -> Path:
    """A notebook that reads a file beside it and writes another."""
    cells = [
        {"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": PARAMETERS},
        {
            "cell_type": "code",
            "metadata": {},
            "source": "with open('in.txt') as a, open('out.txt', 'w') as b:\n b.write(a.read() * n + word)",
        },
    ]
    cells = [{**one, "execution_count": None, "outputs": [], "id": f"cell{n}"} for n, one in enumerate(cells)]
    path = jp_root_dir / "mine" / "count me.ipynb"
    path.parent.mkdir()
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}))
    (path.parent / "in.txt").write_text("x")
    return path


async def test_the_form_of_an_experiment_has_its_parameters_and_presets(api: Routes) -> None:
    form = await api.get("form", experiment="darkside50")
    assert (form["kind"], form["name"]) == ("experiment", "darkside50")
    rho = next(one for one in form["parameters"] if one["name"] == "rho_dm")
    assert (rho["type"], rho["value"], rho["unit"]) == ("float", 0.3, "GeV/cm3") and rho["scannable"]
    assert {"default", "smoke"} <= set(form["presets"])
    assert [one["name"] for one in form["environments"]] == [form["environment"]]
    assert form["inputs"] and all(one["bytes"] for one in form["inputs"])


async def test_the_form_of_any_notebook_has_its_parameters_and_the_environments(
    api: Routes, notebook: Path
) -> None:
    form = await api.get("form", notebook="mine/count me.ipynb")
    assert (form["kind"], form["title"], form["environment"]) == ("notebook", "count me.ipynb", "gateway")
    assert [(one["name"], one["type"], one["value"]) for one in form["parameters"]] == [
        ("n", "int", 3), ("word", "str", "a"), ("free", "any", None),
    ]  # fmt: skip
    gateway = next(one for one in form["environments"] if one["name"] == "gateway")
    assert gateway["image"].startswith("docker.io/library/python:")
    for query, answer in (
        ({}, (400, "bad_input")), ({"experiment": "none"}, (404, "unknown_experiment")),
        ({"notebook": "none.ipynb"}, (404, "path_not_found")), ({"notebook": "../x"}, (400, "path_outside")),
    ):  # fmt: skip
        assert await api.refused("GET", "form", **query) == answer


async def test_what_would_be_sent_is_shown_and_what_is_wrong_with_it(api: Routes, notebook: Path) -> None:
    asked = {"experiment": "darkside50", "preset": "smoke", "parameters": {"rho_dm": 0.4}}
    status, found = await api.ask("POST", "preview-submission", asked)
    assert status == 200 and found["problems"] == [] and found["steps"] >= 1
    said = yaml.safe_load(found["yaml"])
    assert said["inputs"]["parameters"]["rho_dm"] == 0.4 and said["workflow"]["type"] == "serial"
    assert "freezeout/submission.json" in [one["path"] for one in found["files"]]
    scan = await api.post("preview-submission", experiment="darkside50", scan={"rho_dm": "0.2:0.4:3"})
    assert scan["steps"] >= 3 and scan["problems"] == []
    for more, parameter, field in (
        ({"parameters": {"rho_dn": 1}}, "rho_dn", None), ({"parameters": {"rho_dm": -1}}, "rho_dm", None),
        ({"parameters": {"rho_dm": float("nan")}}, "rho_dm", None),
        ({"scan": {"rho_dm": "x:y:z"}}, "rho_dm", None),
        ({"scan": {"rho_dm": "0.2:0.4:1000000000"}}, None, None),
        ({"resources": {"memory": "999999Ti"}}, None, "memory"),
        ({"resources": {"time": "-1"}}, None, "time"),
        ({"resources": {"retention_days": "1e9"}}, None, "retention_days"),
        ({"preset": "none"}, None, None), ({"name": "a.b"}, None, "name"),
        ({"environment": "gamma"}, None, "environment"),
    ):  # fmt: skip
        found = await api.post("preview-submission", experiment="darkside50", **more)
        (problem,) = found["problems"]
        assert (found["yaml"], problem["parameter"], problem["field"]) == ("", parameter, field), more
        assert problem["message"] and problem["hint"], more
        # nothing of the kind is sent
        assert (await api.refused("POST", "submissions", {"experiment": "darkside50", **more}))[0] in (
            400,
            404,
        )


async def test_what_is_wrong_with_an_edited_specification_is_said_before_it_is_sent(
    api: Routes, reana: Any
) -> None:
    asked = {"experiment": "darkside50", "preset": "smoke"}
    sound = (await api.post("preview-submission", **asked))["yaml"]
    found = await api.post("preview-submission", **asked, yaml=f"{sound}# mine\n")
    assert found["problems"] == [] and found["yaml"].endswith("# mine\n")
    for wrong in (sound.replace("type: serial", "type: parallel"), "a: [", "just words"):
        found = await api.post("preview-submission", **asked, yaml=wrong)
        assert found["problems"] and "/tmp" not in found["problems"][0]["message"], found


async def test_the_folder_of_a_workflow_is_saved_and_never_over_another(
    api: Routes, notebook: Path, jp_root_dir: Path
) -> None:
    asked = {"notebook": "mine/count me.ipynb", "inputs": ["mine/in.txt"]}
    found = await api.post("save-yaml", **asked)
    assert found["yaml"] == "mine/count-me-reana/reana.yaml"
    assert yaml.safe_load((jp_root_dir / found["yaml"]).read_text())["workflow"]["type"] == "serial"
    assert all((jp_root_dir / found["folder"] / name).is_file() for name in found["files"])
    assert await api.refused("POST", "save-yaml", asked) == (409, "folder_exists")
    edited = (jp_root_dir / found["yaml"]).read_text() + "# mine\n"
    there = await api.post("save-yaml", **asked, to="else/where", yaml=edited)
    assert (jp_root_dir / there["yaml"]).read_text() == edited
    assert await api.refused("POST", "save-yaml", {**asked, "to": "../out"}) == (400, "path_outside")


@pytest.mark.slow
async def test_a_notebook_runs_on_reana_with_other_values_and_its_results_come_home(
    api: Routes, reana: Any, notebook: Path, jp_root_dir: Path
) -> None:
    asked = {
        "notebook": "mine/count me.ipynb", "inputs": ["mine/in.txt"], "parameters": {"n": 2, "word": "b"},
    }  # fmt: skip
    job = await api.post("submissions", 202, **asked)
    assert job["kind"] == "reana-run"
    job = await api.job(job)
    assert job["state"] == "done", job
    found = await api.get("workflow", workflow=job["result"]["workflow"])
    assert (found["status"], found["kind"], found["environment"]) == ("finished", "notebook", "gateway")
    assert found["parameters"] == {"n": 2, "word": "b"}
    (out,) = notebook.parent.rglob("out.txt")
    assert out.read_text() == "xxb"
    fetched = await api.job(await api.post("fetch", 202, workflow=found["id"]))
    assert fetched["state"] == "done", fetched


@pytest.mark.slow
async def test_a_scan_is_one_workflow_with_one_progress_and_every_point_comes_home(
    api: Routes, reana: Any, root: Path, monkeypatch: pytest.MonkeyPatch, freezeout_home: Path
) -> None:
    monkeypatch.setenv("FREEZEOUT_EXPERIMENTS_PATH", str(root / "tests" / "experiments" / "folders"))
    asked = {"experiment": "toy", "preset": "smoke", "name": "three-points", "scan": {"scale": [1, 2, 3]}}
    job = await api.post("submissions", 202, **asked)
    assert job["subject"].startswith("reana:embedded:")
    told: list[tuple[float, str]] = []
    job = await api.job(job, seen=lambda now: told.append((now["progress"] or 0.0, now["message"])))
    assert job["state"] == "done", job
    far = [progress for progress, _ in told]
    assert far == sorted(far) and any("of 5" in message for _, message in told), told
    page = await api.get("workflows", search="three-points")
    (row,) = page["workflows"]
    assert (row["full_name"], row["status"]) == ("three-points.1", "finished")
    assert (row["progress"]["finished"], row["progress"]["total"]) == (5, 5)
    assert (await api.get("workflow", workflow=row["id"]))["kind"] == "scan"
    records = [json.loads(path.read_text()) for path in freezeout_home.glob("runs/*/run.json")]
    assert sorted(one["parameters"]["scale"] for one in records) == [1.0, 2.0, 3.0]
    assert sorted(one["run_id"] for one in records) == sorted(job["result"]["runs"])
    # there is nothing left to do, which is said before anything is sent
    assert await api.refused("POST", "submissions", asked) == (400, "scan_complete")
