"""How servers stand: none holds up the list; one is kept with its token, which nobody is told."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .asking import Routes, make


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        kept: list[socket.socket] = []

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    kept.append(server.accept()[0])

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
        for one in kept:
            one.close()


@pytest.fixture
def dead() -> str:
    """An address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}"


async def listed(api: Routes, **query: object) -> dict[str, Any]:
    """The connections by name."""
    return {one["name"]: one for one in (await api.get("connections", **query))["connections"]}


async def stands(api: Routes, name: str, state: str) -> Any:
    """The connection when it stands so."""
    end = time.monotonic() + 60
    while (found := (await listed(api, refresh=1))[name])["state"] != state:
        assert time.monotonic() < end, found
    return found


async def test_without_a_server_and_without_a_client_the_list_says_what_to_do(api: Routes) -> None:
    found = await api.get("connections")
    (one,) = found["connections"]
    assert (one["name"], one["kind"], one["state"], one["preferred"]) == (
        "embedded",
        "embedded",
        "down",
        True,
    )
    assert "start" in one["hint"] and found["client"]["state"] == "missing"
    assert await api.refused("GET", "workflows") == (503, "reana_unreachable")


async def test_without_a_client_the_answer_says_that_starting_builds_it(
    api: Routes, reana: Any, freezeout_home: Path
) -> None:
    (freezeout_home / "environments" / "reana").unlink()
    status, answer = await api.ask("GET", "workflows")
    assert (status, answer["code"]) == (409, "reana_client_missing") and "start" in answer["hint"]
    assert (await stands(api, "embedded", "unreachable"))["message"]


async def test_a_server_is_kept_used_and_forgotten_and_its_token_is_told_nobody(
    api: Routes, reana: Any, freezeout_home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    said: list[Any] = [await stands(api, "embedded", "ready")]
    assert said[0]["user"] and said[0]["version"] and not said[0]["removable"]
    asked = {"name": "mine", "url": reana.url, "token": "not-the-token"}
    status, answer = await api.ask("POST", "connections", asked)
    assert (status, answer["code"]) == (409, "reana_sign_in")
    said += [answer, await api.get("connections")]
    assert "mine" not in await listed(api)
    made = await api.post("connections", 201, name="mine", url=reana.url, token=reana.token)
    assert (made["name"], made["kind"], made["removable"]) == ("mine", "kept", True)
    said += [made, await stands(api, "mine", "ready"), await api.get("workflows", connection="mine")]
    name = make(reana, "of-mine", "true")
    said.append(await api.get("workflow", connection="mine", workflow=name))
    job = await api.post("downloads", 202, connection="mine", workflow=name, to="x", paths=["none"])
    said.append(await api.job(job))
    assert said[-1]["error"]["code"] == "unknown_file"
    for bad in (
        {"name": "../x", "url": reana.url, "token": reana.token},
        {"name": "embedded", "url": reana.url, "token": reana.token},
        {"name": "y", "url": "ftp://x", "token": reana.token},
        {"name": "y", "url": "http://example.org", "token": reana.token},
        {"name": "y", "url": f"http://user:{reana.token}@127.0.0.1", "token": reana.token},
        {"name": "y", "url": reana.url, "token": f"{reana.token}\nmore"},
        {"name": "y", "url": reana.url, "token": {reana.token: 1}},
        {"name": "y", "url": reana.url, "token": reana.token, "authorities": "/nothing/here"},
    ):
        status, answer = await api.ask("POST", "connections", bad)
        assert status == 400, answer
        said.append(answer)
    assert (await api.ask("DELETE", "connections", name="mine"))[0] == 204
    assert "mine" not in await listed(api)
    assert await api.refused("DELETE", "connections", name="embedded") == (409, "not_kept")
    assert await api.refused("GET", "workflows", connection="mine") == (404, "unknown_reana")
    everything = json.dumps(said) + caplog.text
    assert reana.token[:12] not in everything and "not-the-token" not in everything
    for path in freezeout_home.rglob("*"):
        if path.is_file() and not path.is_relative_to(freezeout_home / "environments"):
            assert reana.token.encode() not in path.read_bytes(), path


async def test_a_server_of_the_variables_is_preferred_and_one_with_a_fault_is_shown(
    api: Routes, reana: Any, dead: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REANA_SERVER_URL", dead)
    monkeypatch.setenv("REANA_ACCESS_TOKEN", "w0rd-of-mine")
    found = await listed(api)
    assert list(found) == ["configured", "embedded"] and found["configured"]["preferred"]
    assert (await stands(api, "configured", "unreachable"))["message"]
    assert await api.refused("GET", "workflows") == (503, "reana_unreachable")
    assert (await api.get("workflows", connection="embedded"))["page"] == 1
    monkeypatch.setenv("REANA_ACCESS_TOKEN", "w0rd of mine")
    await asyncio.sleep(1.1)  # what is configured is read once a second
    found = await listed(api, refresh=1)
    assert found["configured"]["state"] == "unreachable" and "token" in found["configured"]["message"]
    status, answer = await api.ask("GET", "workflows")
    assert (status, answer["code"]) == (409, "bad_reana")
    assert "w0rd" not in json.dumps([found, answer])


async def test_a_server_that_is_silent_or_gone_holds_up_nobody(
    api: Routes, reana: Any, silent: str, dead: str
) -> None:
    from freezeout.reana.sites.connection import keep

    keep("silent", silent, "word")
    keep("gone", dead, "word")
    await api.get("workflows")
    begun = time.monotonic()
    found = await listed(api)
    assert time.monotonic() - begun < 5
    assert found["silent"]["state"] != "ready" and found["gone"]["state"] != "ready"
    assert (await stands(api, "gone", "unreachable"))["hint"]
    assert (await stands(api, "embedded", "ready"))["preferred"]
    begun = time.monotonic()
    for _ in range(20):
        await listed(api)
        await api.get("workflows")
    assert time.monotonic() - begun < 20  # and not a second for each
    status, answer = await api.ask("GET", "workflows", connection="gone")
    assert (status, answer["code"]) == (503, "reana_unreachable")
