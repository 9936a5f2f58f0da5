"""Servers that die, hang or send one elsewhere, tried with a second server of the lake's own."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import aclosing, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from freezeout.errors import FreezeoutError, InputError
from freezeout.lake.catalogue.browse import contents, dids, scopes
from freezeout.lake.catalogue.edit import add_collection, attach
from freezeout.lake.catalogue.search import search
from freezeout.lake.did import DID
from freezeout.lake.sites.client import LakeClient
from freezeout.lake.sites.connection import Connection
from freezeout.services.lake import rucio
from freezeout.services.lake.place import Place
from freezeout.services.process import Process, answers

MANY = 8000


@pytest.fixture
def second(lake: Any) -> Iterator[tuple[Connection, Process]]:
    """One more server of the same lake, for tests to kill."""
    python = next((lake.home / "environments" / "rucio-server").glob("*/bin/python"))
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        listener.set_inheritable(True)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        server = rucio.start_server(Place(Path(lake.home) / "lake"), python, listener)
        try:
            server.wait_until(lambda: answers(f"{url}/ping", 1), 60)
            yield replace(lake.connection, name="second", kind="settings", url=url, auth_url=url), server
        finally:
            if server.child.poll() is None:
                os.killpg(server.child.pid, signal.SIGCONT)
            server.stop()


@pytest.mark.slow
def test_a_large_listing_begins_at_once_and_a_killed_server_is_not_its_end(
    lake: Any, ask: Any, files: Any, second: tuple[Connection, Process]
) -> None:
    dataset, (connection, server) = DID(lake.scope, "many"), second
    ask(add_collection, dataset, "dataset", [DID(lake.scope, name) for name in files(MANY)])

    async def read() -> tuple[float, float]:
        async with LakeClient(connection) as client, aclosing(contents(client, dataset)) as rows:
            await client.token()
            begun, first, number = time.monotonic(), 0.0, 0
            async for _ in rows:
                number += 1
                if number == 200:
                    first = time.monotonic() - begun
            assert number == MANY
            return first, time.monotonic() - begun

    first, whole = asyncio.run(read())
    assert first < whole / 3, "the rows came all at the end"

    async def read_of_the_dying() -> int:
        number = 0
        async with LakeClient(connection, 20) as client, aclosing(contents(client, dataset)) as rows:
            with pytest.raises(FreezeoutError) as said:
                async for _ in rows:
                    number += 1
                    if number == 1:
                        os.killpg(server.child.pid, signal.SIGKILL)
            assert said.value.code == "lake_unreachable"
        return number

    assert 0 < asyncio.run(read_of_the_dying()) < MANY
    assert len(ask(contents, dataset)) == MANY
    assert len(ask(dids, lake.scope, "file")) == MANY


def test_a_server_that_hangs_is_given_up_in_time(second: tuple[Connection, Process]) -> None:
    connection, server = second

    async def look() -> None:
        async with LakeClient(connection, 2) as client:
            await client.token()
            os.killpg(server.child.pid, signal.SIGSTOP)
            begun = time.monotonic()
            with pytest.raises(FreezeoutError) as said:
                await scopes(client)
            assert said.value.code == "lake_timeout"
            assert time.monotonic() - begun < 20

    asyncio.run(look())


def test_a_server_that_comes_back_is_asked_again(lake: Any, second: tuple[Connection, Process]) -> None:
    connection, server = second

    async def look() -> None:
        async with LakeClient(connection) as client:
            assert await scopes(client)
            worker = _children(server.child.pid)[0]
            os.kill(worker, signal.SIGKILL)
            # gunicorn starts another; the kept connection is a dead one
            assert await scopes(client)

    asyncio.run(look())


def _children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


class Elsewhere:
    """A server of the test's own, which answers everything in one way and remembers what it was sent."""

    def __init__(self, answer: Callable[[str], bytes]) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._answer = answer
        self.heard: list[str] = []
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                one, _ = self._listener.accept()
            except OSError:
                return
            with one:
                text = one.recv(65536).decode(errors="replace")
                self.heard.append(text)
                one.sendall(self._answer(text))

    def close(self) -> None:
        self._listener.close()


SIGNED = "X-Rucio-Auth-Token: tok\r\nX-Rucio-Auth-Token-Expires: Sat, 01 Jan 2099 00:00:00 UTC\r\n"


def answer(status: str, headers: str = "", body: str = "") -> bytes:
    return (
        f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{headers}\r\n{body}"
    ).encode()


@pytest.mark.parametrize(
    ("status", "headers", "body", "code"),
    [
        ("302 Found", "Location: {evil}/\r\n", "", "lake_redirects"),
        ("404 Not Found", "", "<html>nothing here</html>", "lake_failed"),
        ("500 Oops", "", "Traceback (most recent call last): secret", "lake_failed"),
        ("500 Oops", "ExceptionClass: Weird\r\n",
         '{"ExceptionMessage": "a\\nTraceback (most recent call last)"}', "lake_failed"),
        ("429 Slow", "", "", "lake_busy"),
        ("200 OK", "", "<html>", "lake_failed"),
        ("200 OK", "", "[" * 100000, "lake_failed"),
    ],
)  # fmt: skip
def test_what_is_no_rucio_gets_no_token_and_is_one_clear_error(
    lake: Any, status: str, headers: str, body: str, code: str
) -> None:
    evil = Elsewhere(lambda _: answer("200 OK", body="[]"))
    strange = Elsewhere(
        lambda text: (
            answer("200 OK", SIGNED)
            if " /auth/" in text
            else answer(status, headers.format(evil=evil.url), body)
        )
    )
    connection = replace(lake.connection, name="strange", url=strange.url, auth_url=strange.url)

    async def look() -> None:
        async with LakeClient(connection, 5) as client:
            await scopes(client)

    try:
        with pytest.raises(FreezeoutError) as said:
            asyncio.run(look())
        assert said.value.code == code
        assert "Traceback" not in str(said.value) and "secret" not in str(said.value)
        assert evil.heard == []
    finally:
        evil.close()
        strange.close()


def test_a_search_goes_through_all_scopes_and_ends_with_the_first_fault(lake: Any, ask: Any) -> None:
    other = lake.make_scope()
    for scope in (lake.scope, other):
        ask(add_collection, DID(scope, "here"), metadata={"of": lake.scope})
    found = ask(search, f"of={lake.scope} name=here")
    assert sorted(str(hit.row.did) for hit in found) == sorted([f"{lake.scope}:here", f"{other}:here"])
    assert all(hit.metadata == {"of": lake.scope} for hit in found)
    assert [hit.row.did for hit in ask(search, f"scope={other} here of={lake.scope}")] == [DID(other, "here")]
    assert [hit.row.did for hit in ask(search, f"{other}:he*")] == [DID(other, "here")]
    assert ask(search, f"scope!={other} scope!={lake.scope} of={lake.scope}") == []
    with pytest.raises(InputError, match="compares a time"):
        ask(search, "created_at>yesterday")


def test_a_search_that_nobody_reads_on_ends_at_once(lake: Any, ask: Any, files: Any) -> None:
    files(300)

    async def look() -> None:
        async with LakeClient(lake.connection) as client:
            for _ in range(10):
                async with aclosing(search(client, "name=*")) as hits:
                    async for _hit in hits:
                        break
            assert await scopes(client)

    asyncio.run(asyncio.wait_for(look(), 100))


def test_two_users_find_the_same_and_change_only_their_own(lake: Any, ask: Any) -> None:
    other = lake.make_account()
    ask(add_collection, DID(lake.scope, "mine"), metadata={"a": 1})
    hit = ask(search, "a=1", scope=lake.scope, by=other)[0]
    assert hit.row.did == DID(lake.scope, "mine")
    with pytest.raises(InputError) as said:
        ask(attach, DID(lake.scope, "mine"), [DID(lake.scope, "mine")], by=other)
    assert said.value.code == "lake_denied"
