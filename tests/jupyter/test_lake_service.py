"""The embedded lake started and stopped from the page; it ends with the server that started it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jupyter_server.serverapp import ServerApp

from freezeout.services.lake.place import place
from freezeout.services.lake.status import is_owned

from .lakes import LakeApi, until

pytestmark = pytest.mark.slow


@pytest.fixture
def api(jp_fetch: Any) -> LakeApi:
    return LakeApi(jp_fetch)


@pytest.fixture
def built(rucio_server: Path, freezeout_home: Path) -> Path:
    """A home with Rucio's environment and no lake."""
    (freezeout_home / "environments").mkdir()
    (freezeout_home / "environments" / "rucio-server").symlink_to(
        rucio_server / "environments" / "rucio-server"
    )
    return freezeout_home


async def test_a_lake_is_started_used_and_stopped_and_started_again(api: LakeApi, built: Path) -> None:
    assert (await api.get("connections"))["embedded"]["state"] == "down"
    status, job = await api.ask("POST", "start")
    assert (status, job["kind"], job["subject"]) == (202, "lake-start", "lake:embedded")
    assert (await api.ask("POST", "start"))[1]["id"] == job["id"]
    job = await api.job(job)
    assert job["state"] == "done", job

    async def ready() -> Any:
        found = (await api.get("connections"))["connections"]
        return found[0] if found and found[0]["state"] == "ready" else None

    first = await until(ready)
    assert {"scope": first["scope"], "own": True} in (await api.get("scopes"))["scopes"]
    status, found = await api.ask("POST", "stop")
    assert (status, found["state"]) == (202, "down")
    assert not is_owned(place())
    assert (await api.get("connections"))["connections"][0]["state"] == "down"
    assert (await api.ask("GET", "scopes"))[0] == 503
    assert (await api.job((await api.ask("POST", "start"))[1]))["state"] == "done"
    again = await until(ready)
    assert again["url"] == first["url"]
    assert (await api.ask("GET", "scopes"))[0] == 200


async def test_a_lake_ends_with_its_server(api: LakeApi, built: Path, jp_serverapp: ServerApp) -> None:
    assert (await api.job((await api.ask("POST", "start"))[1]))["state"] == "done"
    assert is_owned(place())
    await jp_serverapp.cleanup_extensions()
    assert not is_owned(place())


async def test_stopping_what_does_not_run_is_no_error(api: LakeApi, built: Path) -> None:
    status, found = await api.ask("POST", "stop")
    assert (status, found["state"]) == (202, "down")
