"""How lakes stand: down, dead, silent, signed out, moved; none holds up the list, no secret is told."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import logging
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from freezeout.services.lake.config import write_client_config

from .lakes import LakeApi, register, until


@pytest.fixture
def api(jp_fetch: Any) -> LakeApi:
    return LakeApi(jp_fetch)


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


def connect_site(monkeypatch: pytest.MonkeyPatch, folder: Path, url: str, account: str, word: str) -> None:
    """Make a site's lake the first one."""
    (folder / "word").write_text(word)
    (folder / "word").chmod(0o600)
    for name, value in (
        ("URL", url), ("AUTH", "userpass"), ("ACCOUNT", account), ("PASSWORD_FILE", str(folder / "word")),
    ):  # fmt: skip
        monkeypatch.setenv(f"FREEZEOUT_LAKE_{name}", value)


@contextlib.asynccontextmanager
async def proxied(url: str) -> AsyncIterator[tuple[str, list[asyncio.StreamWriter]]]:
    """An address that hands on to another, and its connections, so that they can be broken off."""
    host, port = url.removeprefix("http://").split(":")
    writers: list[asyncio.StreamWriter] = []

    async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(4096):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(host, int(port))
        writers.extend((writer, back))
        await asyncio.gather(pipe(reader, back), pipe(there, writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", writers
    finally:
        server.close()
        for writer in writers:
            writer.transport.abort()


async def test_a_silent_site_does_not_hold_up_the_list(
    api: LakeApi, lake: Any, silent: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect_site(monkeypatch, tmp_path, silent, "me", "word")
    await api.get("connections")
    begun = time.perf_counter()
    found = await api.get("connections")
    assert time.perf_counter() - begun < 3
    states = {one["kind"]: one["state"] for one in found["connections"]}
    assert states == {"settings": "unreachable", "embedded": "ready"}
    assert found["default"] == found["connections"][0]["name"] != "embedded"
    assert (await api.ask("GET", "scopes", connection="embedded"))[0] == 200


async def test_a_dead_site_is_unreachable_at_once_and_its_routes_say_so(
    api: LakeApi, lake: Any, dead: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect_site(monkeypatch, tmp_path, dead, "me", "word")
    (site, _) = (await api.get("connections"))["connections"]
    assert site["state"] == "unreachable" and site["message"] and site["hint"]
    status, answer = await api.ask("GET", "scopes", connection=site["name"])
    assert (status, answer["code"]) == (503, "lake_unreachable")


async def test_a_wrong_password_is_signed_out_and_never_another_s_token(
    api: LakeApi, lake: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await api.get("connections"))["connections"][0]["state"] == "ready"
    async with proxied(lake.url) as (url, _):
        connect_site(monkeypatch, tmp_path, url, lake.connection.account, "wrong")
        await asyncio.sleep(1.1)  # what is configured is read once a second
        site, own = (await api.get("connections", refresh=1))["connections"]
        assert (site["state"], own["state"]) == ("signed_out", "ready")
        status, answer = await api.ask("GET", "scopes", connection=site["name"])
        assert (status, answer["code"]) == (409, "lake_sign_in")


async def test_a_configuration_with_a_fault_is_shown_and_the_others_go_on(
    api: LakeApi, lake: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect_site(monkeypatch, tmp_path, lake.url, "me", "word")
    monkeypatch.setenv("FREEZEOUT_LAKE_PASSWORD_FILE", str(tmp_path / "nothing"))
    site, own = (await api.get("connections"))["connections"]
    assert site["state"] in ("unreachable", "signed_out") and str(tmp_path / "nothing") in site["message"]
    assert own["state"] == "ready"
    status, answer = await api.ask("GET", "scopes", connection=site["name"])
    assert 400 <= status < 500 and answer["message"]


async def test_a_lake_whose_server_has_gone_is_down_and_comes_back_elsewhere(
    api: LakeApi, lake: Any, freezeout_home: Path, dead: str
) -> None:
    (freezeout_home / "lake").unlink()
    config = freezeout_home / "lake" / "client" / "rucio.cfg"
    c = lake.connection
    write_client_config(config, dead, c.account, c.password)
    (one,) = (await api.get("connections"))["connections"]
    assert one["state"] == "down" and one["hint"]
    assert (await api.ask("GET", "scopes"))[0] == 503
    async with proxied(lake.url) as (url, _):  # it was started anew, on another port
        write_client_config(config, url, c.account, c.password)

        async def back() -> bool:
            (one,) = (await api.get("connections", refresh=1))["connections"]
            return bool((one["state"], one["url"]) == ("ready", url))

        await until(back)
        assert (await api.ask("GET", "scopes"))[0] == 200


async def test_a_server_that_dies_within_a_listing_is_told_and_what_came_is_shown(
    api: LakeApi, lake: Any, freezeout_home: Path
) -> None:
    register(lake, "many", 6000)
    (freezeout_home / "lake").unlink()
    config = freezeout_home / "lake" / "client" / "rucio.cfg"
    c, did = lake.connection, f"{lake.scope}:many"
    async with proxied(lake.url) as (url, writers):
        write_client_config(config, url, c.account, c.password)
        page = await api.get("listing", did=did, limit=100)
        assert len(page["rows"]) == 100
        for writer in writers:
            writer.transport.abort()

        async def ended() -> Any:
            found = await api.get("listing", did=did, offset=100, limit=1)
            return found if found["error"] or found["complete"] else None

        page = await until(ended)
        if not page["complete"]:  # all of it may have come before
            assert page["error"]["code"] == "lake_unreachable" and page["total"] >= 100
        page = await api.get("listing", did=did, refresh=1)

        async def whole() -> bool:
            return bool((await api.get("listing", did=did, offset=5999, limit=1))["total"] == 6000)

        await until(whole)


async def test_no_secret_is_in_an_answer_a_log_or_an_address(
    api: LakeApi, lake: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = lake.connection.password
    async with proxied(lake.url) as (url, _):
        connect_site(monkeypatch, tmp_path, url, lake.connection.account, "wrong-word")
        said = [await api.get("connections")]
        for path, query in (
            ("scopes", {}), ("scopes", {"connection": "embedded"}), ("did", {"did": "freezeout:nothing"}),
            ("listing", {"scope": "freezeout", "connection": "embedded"}), ("search", {"q": "a=1"}),
        ):  # fmt: skip
            said.append(await api.ask("GET", path, **query))
    assert len(said[0]["connections"]) == 2
    text = json.dumps(said) + caplog.text
    assert secret not in text and "wrong-word" not in text and str(tmp_path / "word") not in json.dumps(said)
    fields = {field.name for field in dataclasses.fields(lake.connection)}
    secrets = {"password", "username", "token_file", "certificate", "key", "proxy", "authorities"}
    assert secrets < fields
    assert not secrets & {name for one in said[0]["connections"] for name in one}
