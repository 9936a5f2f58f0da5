"""The REANA server of this machine started and stopped from the page; it ends with who started it."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from jupyter_server.serverapp import ServerApp

from freezeout.environments.installation import installation
from freezeout.reana.client.client import Client
from freezeout.reana.sites.connection import connections
from freezeout.services.reana.status import SERVICE, read_status

from ..conftest import make_environment
from .asking import Routes, specification
from .test_connections import stands

pytestmark = pytest.mark.slow


@pytest.fixture
def built(reana_client: Path, freezeout_home: Path) -> Path:
    """A home with REANA's client and no server."""
    (freezeout_home / "environments").mkdir()
    (freezeout_home / "environments" / "reana").symlink_to(reana_client / "environments" / "reana")
    return freezeout_home


async def test_a_server_is_started_used_and_stopped_and_started_again(api: Routes, built: Path) -> None:
    job = await api.post("start", 202)
    assert (job["kind"], job["subject"]) == ("reana-start", "reana:embedded")
    assert (await api.post("start", 202))["id"] == job["id"]
    job = await api.job(job)
    assert job["state"] == "done", job
    first = await stands(api, "embedded", "ready")
    assert first["url"] == job["result"]["url"]
    assert (await api.get("workflows"))["total"] == 0
    stopped = await api.post("stop", 202)
    assert (stopped["name"], stopped["state"]) == ("embedded", "down")
    assert await api.refused("GET", "workflows") == (503, "reana_unreachable")
    assert (await api.post("stop", 202))["state"] == "down"
    assert (await api.job(await api.post("start", 202)))["state"] == "done"
    assert (await stands(api, "embedded", "ready"))["url"] == first["url"]


async def test_a_server_that_is_killed_comes_back_and_no_workflow_is_lost(api: Routes, built: Path) -> None:
    assert (await api.job(await api.post("start", 202)))["state"] == "done"
    first = await stands(api, "embedded", "ready")
    (own,) = connections()
    with Client(own) as client:
        made = client.create(specification("true"), "survives")
    pid = read_status().services[SERVICE].pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    seen = set()

    async def answers() -> bool:
        status, found = await api.ask("GET", "workflows")
        seen.add(status)
        return status == 200 and [one["id"] for one in found["workflows"]] == [made.id]

    end = time.monotonic() + 60
    while read_status().services[SERVICE].pid == pid or not await answers():
        assert time.monotonic() < end, seen
        await asyncio.sleep(0.1)
    assert seen <= {200, 502, 503}
    assert (await stands(api, "embedded", "ready"))["url"] == first["url"]


async def test_the_server_ends_with_the_one_that_started_it(
    api: Routes, built: Path, jp_serverapp: ServerApp
) -> None:
    assert (await api.job(await api.post("start", 202)))["state"] == "done"
    assert read_status().usable
    await jp_serverapp.cleanup_extensions()
    assert read_status().state == "down"


async def test_a_server_that_another_has_started_is_found_and_goes_on(
    api: Routes, reana: Any, jp_serverapp: ServerApp
) -> None:
    assert (await api.job(await api.post("start", 202)))["state"] == "done"
    await jp_serverapp.cleanup_extensions()
    assert reana.call("GET", "ping").status_code == 200


async def test_the_first_start_builds_the_client(api: Routes, freezeout_home: Path) -> None:
    # one that is small, under the name of the real one
    make_environment(freezeout_home / "own" / "environments", "reana")
    assert (await api.get("connections"))["client"]["state"] == "missing"
    job: Any = await api.post("start", 202)
    assert (await api.job(job))["state"] == "done"
    assert installation("reana") is not None
    assert (await api.get("connections"))["client"]["state"] == "built"
