"""Workflows over REST: listed, looked at, run, stopped, run again, compared, deleted."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import yaml

from .asking import Routes, make

GREET = "mkdir -p results && echo hello ${who} > results/out.txt && cat results/out.txt data/a.txt"


async def test_a_workflow_from_its_start_to_the_second_run_with_other_values(
    api: Routes, reana: Any, jp_root_dir: Path, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text("input\n")
    files = {"data/a.txt": tmp_path / "a.txt"}
    name = make(reana, "greet", GREET, files=files, parameters={"who": "you"})
    found = await api.get("workflow", workflow=name)
    assert (found["full_name"], found["status"], found["kind"]) == (name, "created", "other")
    assert found["parameters"] == {"who": "you"}
    assert yaml.safe_load(found["specification"])["inputs"]["parameters"] == {"who": "you"}
    started = await api.post("workflow-start", workflow=name, parameters={"who": "me"})
    assert started["id"] == found["id"] and started["status"] in ("pending", "queued", "running", "finished")
    ended = await api.ended(name)
    assert ended["progress"]["finished"] == ended["progress"]["total"] == 1
    assert ended["started"] and ended["finished"] and ended["parameters"] == {"who": "me"}

    logs = await api.get("logs", workflow=name)
    (step,) = logs["steps"]
    assert logs["status"] == "finished" and "Publishing step:0" in logs["workflow_log"]
    assert "hello me" in step["log"] and "input" in step["log"] and not step["truncated"]
    assert (await api.get("logs", workflow=name, step=step["id"]))["steps"] == [step]

    page = await api.get("workflows", search="greet", status="finished,failed", size=1)
    assert page["workflows"][0]["full_name"] == name and page["total"] >= 1
    assert name not in [
        one["full_name"] for one in (await api.get("workflows", status="failed"))["workflows"]
    ]

    by_run = (await api.get("workflows", search=name))["workflows"]
    assert [one["id"] for one in by_run] == [found["id"]]
    assert (await api.get("workflows", search="greet.4711"))["total"] == 0

    again = await api.job(await api.post("rerun", 202, workflow=name, parameters={"who": "all"}))
    assert (again["state"], again["kind"]) == ("done", "reana-rerun"), again
    second = await api.ended(again["result"]["id"])
    assert second["name"] == "greet" and second["id"] != found["id"] and second["run"] > found["run"]
    assert "hello all" in (await api.get("logs", workflow=second["id"]))["steps"][0]["log"]

    sections = (await api.get("diff", a=name, b=second["full_name"]))["sections"]
    assert "hello me" in sections["workspace"] and "hello all" in sections["workspace"]
    restarted = await api.post("restart", workflow=name, parameters={"who": "us"})
    assert restarted["run"].startswith(found["run"])
    await api.ended(restarted["id"])

    assert (await api.ask("POST", "delete", {"workflow": second["full_name"]}))[0] == 204
    listed = await api.get("workflows", search="greet")
    assert second["id"] not in [one["id"] for one in listed["workflows"]]
    assert second["id"] in [
        one["id"] for one in (await api.get("workflows", search="greet", status="deleted"))["workflows"]
    ]


async def test_one_that_runs_is_stopped_and_its_log_comes_while_it_runs(api: Routes, reana: Any) -> None:
    name = make(reana, "slow", "echo begun; sleep 300")
    await api.post("workflow-start", workflow=name)
    etag = ""
    for _ in range(300):
        answer = await api.raw("GET", "logs", workflow=name)
        etag = answer.headers["Etag"]
        if b"begun" in answer.body:
            break
        await asyncio.sleep(0.2)
    found = await api.get("workflow", workflow=name)
    assert found["status"] == "running" and found["progress"]["step"]
    same = await api.raw("GET", "logs", workflow=name, headers={"If-None-Match": etag})
    assert (same.code, same.body) == (304, b"")
    assert (await api.post("workflow-stop", workflow=name))["status"] == "stopped"
    assert await api.refused("POST", "workflow-stop", {"workflow": name}) == (409, "reana_refused")
    changed = await api.raw("GET", "logs", workflow=name, headers={"If-None-Match": etag})
    assert changed.code == 200


async def test_what_is_wrong_is_told_with_its_status(api: Routes, reana: Any) -> None:
    for path in ("workflow", "logs", "files"):
        assert await api.refused("GET", path, workflow="nobody.1") == (404, "unknown_workflow")
        assert await api.refused("GET", path) == (400, "bad_query")
        assert await api.refused("GET", path, workflow="a", connection="x") == (404, "unknown_reana")
    for query in ({"status": "odd"}, {"sort": "odd"}, {"size": 0}, {"size": 101}, {"page": 0}, {"page": "x"}):
        assert await api.refused("GET", "workflows", **query) == (400, "bad_query")
    for path in ("workflow-start", "workflow-stop", "restart", "delete", "prune", "close-session"):
        assert await api.refused("POST", path, {"workflow": "nobody.1"}) == (404, "unknown_workflow"), path
        assert await api.refused("POST", path, {}) == (400, "bad_body")
        assert await api.refused("POST", path, {"workflow": 1}) == (400, "bad_body")
    name = make(reana, "refused", "true")
    assert await api.refused("POST", "restart", {"workflow": name}) == (409, "reana_refused")
    unknown = {"workflow": name, "parameters": {"who": 1}}
    assert (await api.refused("POST", "workflow-start", unknown))[0] == 400
    await api.post("workflow-start", workflow=name)
    await api.ended(name)
    assert await api.refused("POST", "workflow-start", {"workflow": name}) == (409, "reana_refused")
    assert await api.refused("GET", "logs", workflow=name, step="none") == (404, "unknown_step")
