"""The REANA server of this machine started and stopped from the page; it ends with who started it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jupyter_server.serverapp import ServerApp

from freezeout.environments.installation import installation
from freezeout.services.reana.status import read_status

from ..conftest import make_environment
from .asking import Routes
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
