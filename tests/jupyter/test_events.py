"""The stream of events: live, resumable, shared, bounded, and gone when either side goes."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import freezeout_jupyter.events
import freezeout_jupyter.feed
import httpx
import pytest
from freezeout_jupyter.feed import Feed
from jupyter_server.serverapp import ServerApp

from freezeout.jobs import store

from .conftest import make_environment
from .test_environments import ask

pytestmark = pytest.mark.slow  # with what builds or starts real environments and servers

Listen = Callable[..., AbstractAsyncContextManager["Stream"]]


class Stream:
    """An open stream of events."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.aiter_lines()

    async def block(self, seconds: float = 5) -> dict[str, str]:
        """The next block of lines by their names; a comment's name is empty."""
        found: dict[str, str] = {}
        async with asyncio.timeout(seconds):
            async for line in self._lines:
                if not line and found:
                    return found
                name, _, value = line.partition(":")
                found[name] = value.strip()
        raise EOFError("the stream has ended")

    async def event(self, seconds: float = 5) -> tuple[int, dict[str, Any]]:
        """The next event of a job: its id and the job."""
        while True:
            found = await self.block(seconds)
            if "data" in found:
                assert found["event"] == "job"
                return int(found["id"]), json.loads(found["data"])


@pytest.fixture
def listen(
    jp_fetch: Any,
    jp_http_port: int,
    jp_base_url: str,
    jp_auth_header: dict[str, str],
    feed: Callable[[], Feed],
) -> Listen:
    """Open a stream of the running server, and see that it is closed."""

    @asynccontextmanager
    async def open_(headers: dict[str, str] | None = None, **params: str) -> AsyncIterator[Stream]:
        url = f"http://127.0.0.1:{jp_http_port}{jp_base_url}freezeout/api/events"
        async with (
            httpx.AsyncClient(headers={**jp_auth_header, **(headers or {})}, timeout=30) as client,
            client.stream("GET", url, params=params) as response,
        ):
            yield Stream(response)
            others = feed().listeners - (response.status_code == 200)
        await until(lambda: feed().listeners == others)

    return open_


@pytest.fixture
def feed(jp_serverapp: ServerApp) -> Callable[[], Feed]:
    """The feed of the running server, which its first listener makes."""

    def find() -> Feed:
        found = jp_serverapp.web_app.settings.get("freezeout_feed")
        return found or Feed(lambda: False, jp_serverapp.log)

    return find


class Job:
    """A job of this test's own, whose process is the test's."""

    def __init__(self, subject: str) -> None:
        job, lock = store.add("test", f"About {subject}", subject, "freezeout.none:none", {})
        assert lock is not None
        self.id, self._lock = job.id, lock
        store.update(self.id, state="running", pid=os.getpid())

    def says(self, message: str) -> None:
        """Change it."""
        store.update(self.id, message=message)

    def ends(self) -> None:
        """Finish it."""
        store.finish(self.id, "done")
        os.close(self._lock)

    @property
    def revision(self) -> int:
        """Of its last change."""
        return store.job(self.id).revision


async def until(true: Callable[[], bool], seconds: float = 5) -> None:
    """Wait for something to be so."""
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.02)


async def test_a_listener_gets_the_live_jobs_and_then_every_change_at_once(listen: Listen) -> None:
    over, live = Job("test:over"), Job("test:live")
    over.ends()
    async with listen() as stream:
        assert stream.response.status_code == 200
        id, job = await stream.event()
        assert (job["id"], job["state"], id) == (live.id, "running", live.revision)
        begun = time.monotonic()
        live.says("half way")
        id, job = await stream.event()
        assert (job["message"], id) == ("half way", live.revision)
        assert time.monotonic() - begun < 1
        live.ends()
        _, job = await stream.event()
        assert job["state"] == "done" and job["log_bytes"] == 0


async def test_nothing_keeps_the_stream_back_on_its_way(listen: Listen) -> None:
    async with listen() as stream:
        assert stream.response.headers["Content-Type"].startswith("text/event-stream")
        assert "no-cache" in stream.response.headers["Cache-Control"]
        assert stream.response.headers["X-Accel-Buffering"] == "no"
        assert "Content-Length" not in stream.response.headers


@pytest.mark.parametrize("how", ["header", "query"])
async def test_a_listener_that_comes_back_misses_nothing_and_gets_nothing_twice(
    listen: Listen, how: str
) -> None:
    first, second = Job("test:first"), Job("test:second")
    async with listen() as stream:
        assert [(await stream.event())[1]["id"] for _ in range(2)] == [first.id, second.id]
        seen = second.revision
    second.ends()  # while nobody listens
    options: dict[str, Any] = (
        {"headers": {"Last-Event-ID": str(seen)}} if how == "header" else {"since": str(seen)}
    )
    async with listen(**options) as stream:
        id, job = await stream.event()
        assert (id, job["id"], job["state"]) == (second.revision, second.id, "done")
        assert await stream.block() == {"id": str(second.revision)}  # nothing else was missed
        first.ends()
        assert (await stream.event())[1]["id"] == first.id


async def test_one_who_hears_of_no_job_at_first_can_come_back_all_the_same(listen: Listen) -> None:
    Job("test:one").ends()
    async with listen() as stream:
        assert "retry" in await stream.block()
        last = (await stream.block())["id"]
    two = Job("test:two")
    two.ends()
    async with listen({"Last-Event-ID": last}) as stream:
        assert (await stream.event())[1]["id"] == two.id


async def test_a_table_that_was_begun_anew_is_told_from_the_start(listen: Listen) -> None:
    job = Job("test:one")
    async with listen(since="4711") as stream:
        assert (await stream.event())[1]["id"] == job.id
    job.ends()


@pytest.mark.parametrize("last", ["abc", "-1", "1e3"])
async def test_a_place_to_start_from_that_is_none_is_refused(listen: Listen, last: str) -> None:
    async with listen({"Last-Event-ID": last}) as stream:
        assert stream.response.status_code == 400
        assert last in json.loads(await stream.response.aread())["message"]


async def test_the_line_is_kept_open_by_comments(listen: Listen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freezeout_jupyter.events, "HEARTBEAT", 0.1)
    async with listen() as stream:
        await stream.block()
        await stream.block()
        assert await stream.block(1) == {"": "nothing new"}
        assert await stream.block(1) == {"": "nothing new"}


async def test_one_poller_serves_all_and_stands_still_when_nobody_listens(
    listen: Listen, feed: Callable[[], Feed]
) -> None:
    job = Job("test:one")
    async with listen() as first:
        await first.event()
        poller = feed()._poller
        async with listen() as second:
            await second.event()
            assert feed().listeners == 2
            assert feed()._poller is poller
            job.says("to both")
            assert (await first.event()) == (await second.event())
    await until(lambda: feed().listeners == 0)
    await until(lambda: not feed().polls)
    async with listen() as stream:
        await stream.event()
        assert feed().polls
    job.ends()


async def test_more_listeners_than_there_may_be_are_refused(
    listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freezeout_jupyter.feed, "AT_MOST", 1)
    async with listen() as one:
        assert one.response.status_code == 200
        async with listen() as another:
            assert another.response.status_code == 503
            assert json.loads(await another.response.aread())["code"] == "too_many_listeners"


async def test_a_table_that_is_not_for_us_is_an_error_and_not_an_empty_stream(
    listen: Listen, freezeout_home: Path
) -> None:
    (freezeout_home / "jobs").mkdir()
    with contextlib.closing(sqlite3.connect(freezeout_home / "jobs" / "jobs.sqlite")) as table:
        table.execute("PRAGMA user_version = 99")
    async with listen() as stream:
        assert stream.response.status_code == 409
        assert json.loads(await stream.response.aread())["code"] == "jobs_newer"


async def test_a_build_is_followed_from_its_start_to_its_end(
    jp_fetch: Any, listen: Listen, freezeout_home: Path
) -> None:
    make_environment(freezeout_home / "own" / "environments")
    async with listen() as stream:
        _, started = await ask(jp_fetch, "POST", "environments/small/build")
        ids, states, messages = [], [], []
        while "done" not in states:
            id, job = await stream.event(60)
            assert job["id"] == started["id"] and job["state"] not in ("failed", "cancelled"), job
            ids.append(id)
            states.append(job["state"])
            messages.append(job["message"])
    assert ids == sorted(set(ids))
    assert len(set(messages)) >= 3


def test_a_server_with_listeners_ends_at_once_and_without_complaint(freezeout_home: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = freezeout_home / "server.log"
    command = [
        sys.executable, "-m", "jupyter_server", "--allow-root", "--no-browser", f"--port={port}",
        "--IdentityProvider.token=t", f"--ServerApp.root_dir={freezeout_home}",
        "--ServerApp.jpserver_extensions={'freezeout_jupyter': True}",
    ]  # fmt: skip
    with log.open("w") as said:
        server = subprocess.Popen(command, stdout=said, stderr=said, stdin=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}/freezeout/api/events"
        with httpx.Client(headers={"Authorization": "token t"}, timeout=30) as client:
            for _ in range(300):
                try:
                    client.get(f"http://127.0.0.1:{port}/api")
                    break
                except httpx.ConnectError:
                    time.sleep(0.1)
            with client.stream("GET", url) as one, client.stream("GET", url) as another:
                assert one.status_code == another.status_code == 200
                begun = time.monotonic()
                server.send_signal(signal.SIGTERM)
                server.wait(20)
                assert time.monotonic() - begun < 10
    finally:
        if server.poll() is None:
            server.kill()
            server.wait()
    text = log.read_text()
    assert "Traceback" not in text and "Task was destroyed" not in text, text
