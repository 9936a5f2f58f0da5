"""Environments over REST: listed, built, tested, cloned and removed, each with its HTTP status."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest
from jupyter_server.serverapp import ServerApp
from tornado.httpclient import HTTPClientError

from freezeout.environments.folder import environment_folders
from freezeout.environments.installation import installation
from freezeout.environments.kernels import kernels_folder
from freezeout.settings import shared_folder

from .conftest import body, make_environment

pytestmark = pytest.mark.slow  # with what builds or starts real environments and servers

API = "/freezeout/api"


async def ask(jp_fetch: Any, method: str, path: str, data: Any = None) -> tuple[int, Any]:
    """Status and JSON of an answer, errors included."""
    text = None if data is None and method in ("GET", "DELETE") else "" if data is None else json.dumps(data)
    path, _, query = path.partition("?")
    params = dict(part.split("=") for part in query.split("&")) if query else None
    try:
        response = await jp_fetch(f"{API}/{path}", method=method, body=text, params=params)
    except HTTPClientError as error:
        assert error.response is not None
        response = error.response
    return response.code, body(response) if response.body else None


async def done(jp_fetch: Any, job: Any) -> Any:
    """The job at its end."""
    until = time.monotonic() + 60
    while job["state"] in ("queued", "running"):
        assert time.monotonic() < until
        await asyncio.sleep(0.1)
        _, job = await ask(jp_fetch, "GET", f"jobs/{job['id']}")
    return job


@pytest.fixture
def small_folder(freezeout_home: Path) -> Path:
    """The folder of a small environment that is not built."""
    return make_environment(freezeout_home / "own" / "environments")


async def test_every_environment_is_listed_with_the_notebooks_that_use_it(jp_fetch: Any) -> None:
    status, answer = await ask(jp_fetch, "GET", "environments")
    assert status == 200
    assert answer["problems"] == []
    cards = {card["name"]: card for card in answer["environments"]}
    assert set(cards) == set(environment_folders()) >= {"gateway"}
    assert cards["gateway"]["state"] == "built"
    assert {n["experiment"] for card in cards.values() for n in card["notebooks"]} == {
        path.parent.name for path in shared_folder("notebooks").glob("*/experiment.yaml")
    }


async def test_a_folder_that_is_not_in_order_is_a_problem_and_the_others_are_listed(
    jp_fetch: Any, freezeout_home: Path
) -> None:
    folder = make_environment(freezeout_home / "own" / "environments", "odd", status="splendid")
    _, answer = await ask(jp_fetch, "GET", "environments")
    assert "gateway" in {card["name"] for card in answer["environments"]}
    (problem,) = answer["problems"]
    assert problem["id"] == "odd"
    assert str(folder / "environment.yaml") in problem["message"] and "splendid" in problem["message"]


async def test_a_damaged_kernel_is_mended_when_the_environments_are_listed(
    jp_fetch: Any, own_small: Path
) -> None:
    file = kernels_folder() / "freezeout-small" / "kernel.json"
    file.write_text("{", encoding="utf-8")
    _, answer = await ask(jp_fetch, "GET", "environments")
    assert {c["name"]: c["state"] for c in answer["environments"]}["small"] == "built"
    # also of one that cannot be used: its kernel says why
    file.write_text("{", encoding="utf-8")
    (built,) = (file.parents[2] / "environments" / "small").glob("*/bin/python")
    built.unlink()
    _, answer = await ask(jp_fetch, "GET", "environments")
    assert {c["name"]: c["state"] for c in answer["environments"]}["small"] == "broken"
    assert json.loads(file.read_text(encoding="utf-8"))["argv"][0] == str(built)


async def test_one_environment_tells_all_its_packages_before_and_after_it_is_built(
    jp_fetch: Any, small_folder: Path
) -> None:
    _, before = await ask(jp_fetch, "GET", "environments/small")
    assert before["state"] == "ready" and before["own"] is True
    locked = {one["name"]: one["version"] for one in before["all_packages"]}
    assert {"ipykernel", "numpy", "scipy"} <= set(locked)
    _, job = await ask(jp_fetch, "POST", "environments/small/build")
    assert (await done(jp_fetch, job))["state"] == "done"
    _, after = await ask(jp_fetch, "GET", "environments/small")
    assert after["state"] == "built" and after["kernels"] == ["freezeout-small"]
    assert after["smoke"]["ok"] is True
    installed = {one["name"]: one["version"] for one in after["all_packages"]}
    assert installed.items() >= locked.items() and "freezeout" in installed


async def test_the_lock_is_shown_as_it_is(jp_fetch: Any, small_folder: Path) -> None:
    status, answer = await ask(jp_fetch, "GET", "environments/small/lock")
    assert status == 200
    assert answer["text"] == (small_folder / "requirements.txt").read_text()
    (small_folder / "requirements.txt").unlink()
    status, answer = await ask(jp_fetch, "GET", "environments/small/lock")
    assert (status, answer["code"]) == (404, "no_lock")
    status, answer = await ask(jp_fetch, "POST", "environments/small/build")
    assert (status, answer["code"]) == (409, "lock_missing")


async def test_a_second_click_on_build_answers_the_job_of_the_first(
    jp_fetch: Any, small_folder: Path
) -> None:
    status, first = await ask(jp_fetch, "POST", "environments/small/build", {"force": True})
    assert status == 202
    status, second = await ask(jp_fetch, "POST", "environments/small/build")
    assert (status, second["id"]) == (202, first["id"])
    _, listed = await ask(jp_fetch, "GET", "environments")
    (card,) = (one for one in listed["environments"] if one["name"] == "small")
    assert card["state"] == "building" and card["job"]["id"] == first["id"]
    status, answer = await ask(jp_fetch, "POST", "environments/small/test")
    assert (status, answer["code"]) == (409, "environment_missing")
    status, answer = await ask(jp_fetch, "DELETE", "environments/small")
    assert (status, answer["code"]) == (409, "environment_missing")
    assert (await done(jp_fetch, first))["state"] == "done"


async def test_a_build_that_is_cancelled_leaves_nothing(jp_fetch: Any, small_folder: Path) -> None:
    _, job = await ask(jp_fetch, "POST", "environments/small/build")
    status, _ = await ask(jp_fetch, "POST", f"jobs/{job['id']}/cancel")
    assert status == 200
    assert (await done(jp_fetch, job))["state"] == "cancelled"
    _, card = await ask(jp_fetch, "GET", "environments/small")
    assert card["state"] == "ready" and installation("small") is None


async def test_a_built_one_is_tested_and_removed(jp_fetch: Any, own_small: Path) -> None:
    status, job = await ask(jp_fetch, "POST", "environments/small/test")
    assert status == 202 and job["kind"] == "environment-test"
    status, answer = await ask(jp_fetch, "POST", "environments/small/build")
    assert (status, answer["code"]) == (409, "job_busy")
    assert (await done(jp_fetch, job))["state"] == "done"
    status, answer = await ask(jp_fetch, "DELETE", "environments/small")
    assert (status, answer) == (204, None)
    assert installation("small") is None
    assert (await ask(jp_fetch, "DELETE", "environments/small"))[0] == 409


async def test_one_that_a_kernel_uses_is_removed_only_by_force(
    jp_fetch: Any, jp_serverapp: ServerApp, own_small: Path
) -> None:
    kernel = body(await jp_fetch("/api/kernels", method="POST", body=json.dumps({"name": "freezeout-small"})))
    status, answer = await ask(jp_fetch, "DELETE", "environments/small")
    assert (status, answer["code"]) == (409, "environment_in_use")
    status, answer = await ask(jp_fetch, "DELETE", "environments/small?force=maybe")
    assert (status, answer["code"]) == (400, "bad_query")
    assert (await ask(jp_fetch, "DELETE", "environments/small?force=1"))[0] == 204
    await jp_fetch(f"/api/kernels/{kernel['id']}", method="DELETE")


async def test_a_clone_is_the_users_own_and_is_listed(jp_fetch: Any, small_folder: Path) -> None:
    wanted = {"name": "small-mine", "title": "My small one"}
    status, card = await ask(jp_fetch, "POST", "environments/small/clone", wanted)
    assert status == 201
    assert (card["name"], card["title"], card["own"]) == ("small-mine", "My small one", True)
    _, answer = await ask(jp_fetch, "GET", "environments")
    assert "small-mine" in {one["name"] for one in answer["environments"]}
    status, answer = await ask(jp_fetch, "POST", "environments/small/clone", wanted)
    assert status == 409, answer
    status, answer = await ask(jp_fetch, "POST", "environments/small/clone", {"name": "../../etc"})
    assert status == 400 and "../../etc" in answer["message"]


@pytest.mark.parametrize(
    ("path", "data", "says"),
    [
        ("environments/small/build", {"forse": True}, "unknown key 'forse'"),
        ("environments/small/build", {"force": "yes"}, "'force' is \"yes\""),
        ("environments/small/build", {"force": 1}, "'force' is 1"),
        ("environments/small/build", [], "no JSON object"),
        ("environments/small/test", {"force": True}, "unknown key 'force'"),
        ("environments/small/clone", {}, "lacks 'name'"),
        ("environments/small/clone", {"name": None}, "'name' is null"),
    ],
)
async def test_a_body_is_read_strictly(
    jp_fetch: Any, small_folder: Path, path: str, data: Any, says: str
) -> None:
    status, answer = await ask(jp_fetch, "POST", path, data)
    assert (status, answer["code"]) == (400, "bad_body")
    assert says in answer["message"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "environments/gatewey"),
        ("GET", "environments/gatewey/lock"),
        ("POST", "environments/gatewey/build"),
        ("POST", "environments/gatewey/test"),
        ("DELETE", "environments/gatewey"),
    ],
)
async def test_an_unknown_environment_is_not_found_and_the_near_one_is_named(
    jp_fetch: Any, method: str, path: str
) -> None:
    status, answer = await ask(jp_fetch, method, path)
    assert (status, answer["code"]) == (404, "unknown_environment")
    assert "did you mean gateway?" in answer["hint"]


async def test_what_this_machine_cannot_build_is_a_conflict_with_its_reason(
    jp_fetch: Any, freezeout_home: Path
) -> None:
    make_environment(
        freezeout_home / "own" / "environments", "lost", status="unavailable", reason="it is not on PyPI",
        substitute="gateway",
    )  # fmt: skip
    _, card = await ask(jp_fetch, "GET", "environments/lost")
    assert (card["state"], card["reason"], card["substitute"]) == (
        "unavailable", "it is not on PyPI (the nearest is 'gateway')", "gateway",
    )  # fmt: skip
    status, answer = await ask(jp_fetch, "POST", "environments/lost/build")
    assert (status, answer["code"]) == (409, "environment_unavailable")
    assert answer["message"] == "it is not on PyPI"


async def test_the_gateway_is_neither_built_nor_removed(jp_fetch: Any) -> None:
    for method, path in (("POST", "environments/gateway/build"), ("DELETE", "environments/gateway")):
        status, answer = await ask(jp_fetch, method, path)
        assert status == 409, answer
        assert "where Freezeout itself runs" in answer["message"]
