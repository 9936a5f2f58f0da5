"""Pages that ask again and again cost the server little, and the Jupyter server answers meanwhile."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from freezeout_jupyter.reana.pool import Pool
from freezeout_jupyter.reana.shared import Shared

from freezeout.errors import FreezeoutError
from freezeout.reana.client.client import Client

from .asking import Routes, make


@pytest.mark.alone
async def test_many_pages_cost_one_call_a_second(
    api: Routes, reana: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float] = []
    whole = Client.workflows

    def counted(self: Client, **query: Any) -> Any:
        if not query.get("sessions"):
            asked.append(time.monotonic())
        return whole(self, **query)

    monkeypatch.setattr(Client, "workflows", counted)
    await api.get("workflows")
    begun = time.monotonic()
    while time.monotonic() - begun < 3:
        await asyncio.gather(*(api.get("workflows") for _ in range(5)))
    assert len(asked) <= 2 + time.monotonic() - begun
    name = make(reana, "new", "true")  # not by a route: the list may be a second old
    await asyncio.sleep(1.1)
    assert (await api.get("workflows"))["workflows"][0]["full_name"] == name
    await api.ask("POST", "delete", {"workflow": name})  # by a route: it is read anew at once
    assert name not in [one["full_name"] for one in (await api.get("workflows"))["workflows"]]


@pytest.mark.alone
async def test_the_server_answers_while_workflows_run_files_go_up_and_pages_poll(
    api: Routes, reana: Any, jp_fetch: Any, jp_root_dir: Path
) -> None:
    (jp_root_dir / "many").mkdir()
    for n in range(200):
        (jp_root_dir / "many" / f"{n}.bin").write_bytes(bytes(20_000))
    talk = "seq -f 'line %g of a long log' 20000; sleep 1"
    name = make(reana, "long", talk, talk)
    await api.post("workflow-start", workflow=name)
    up = asyncio.ensure_future(api.job(await api.post("uploads", 202, workflow=name, paths=["many"])))
    times: list[float] = []

    async def polls() -> None:
        while not up.done() or len(times) < 40:
            for path, query in (
                ("connections", {}), ("workflows", {}), ("workflow", {"workflow": name}),
                ("logs", {"workflow": name}), ("files", {"workflow": name}),
            ):  # fmt: skip
                await api.get(path, **query)
            await asyncio.sleep(0.05)

    async def measures() -> None:
        while not up.done() or len(times) < 40:
            begun = time.perf_counter()
            await jp_fetch("/api")
            times.append(time.perf_counter() - begun)
            await asyncio.sleep(0.02)

    await asyncio.gather(polls(), measures())
    assert (await up)["state"] == "done"
    assert sorted(times)[int(0.95 * len(times))] < 0.1, times
    await api.ended(name)


async def test_of_many_files_two_are_looked_at_at_once(
    api: Routes, reana: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.txt").write_text("a")
    name = make(reana, "looked-into", "true", files={"a.txt": tmp_path / "a.txt"})
    under_way, most = [0], [0]
    whole = Client.read

    def counted(self: Client, *given: Any) -> bytes:
        under_way[0] += 1
        most[0] = max(most[0], under_way[0])
        time.sleep(0.05)
        try:
            return whole(self, *given)
        finally:
            under_way[0] -= 1

    monkeypatch.setattr(Client, "read", counted)
    found = await asyncio.gather(*(api.get("preview", workflow=name, path="a.txt") for _ in range(8)))
    assert {one["text"] for one in found} == {"a"} and most[0] == 2


async def test_an_answer_is_shared_for_a_moment_and_so_is_a_fault() -> None:
    shared, asked = Shared(0.5), []

    async def ask() -> int:
        asked.append(1)
        await asyncio.sleep(0.02)
        if len(asked) == 3:
            raise FreezeoutError("no")
        return len(asked)

    assert await asyncio.gather(*(shared.get("a", ask) for _ in range(5))) == [1] * 5
    assert await shared.get("b", ask) == 2
    await asyncio.sleep(0.6)
    for _ in range(2):
        with pytest.raises(FreezeoutError):
            await shared.get("a", ask)
    shared.forget()
    assert await shared.get("a", ask) == 4


async def test_who_takes_long_to_answer_is_asked_the_less_often() -> None:
    shared, asked = Shared(0.05), []

    async def ask() -> None:
        asked.append(1)
        await asyncio.sleep(0.2)

    begun = time.monotonic()
    while time.monotonic() - begun < 0.55:
        await shared.get("a", ask)
        await asyncio.sleep(0.01)
    assert len(asked) == 1


async def test_one_who_goes_away_does_not_take_the_answer_from_the_others() -> None:
    shared = Shared()

    async def ask() -> str:
        await asyncio.sleep(0.1)
        return "answer"

    first, second = (asyncio.ensure_future(shared.get("a", ask)) for _ in range(2))
    await asyncio.sleep(0.02)
    first.cancel()
    assert await second == "answer"


async def test_calls_that_hang_are_not_waited_for_and_are_not_without_number() -> None:
    pool = Pool("slow", threads=1, waiting=1)
    done: list[int] = []

    def hang() -> None:
        time.sleep(0.5)
        done.append(1)

    async def code() -> str:
        with pytest.raises(FreezeoutError) as caught:
            await pool.do(hang, 0.05)
        return caught.value.code

    assert await asyncio.gather(code(), code(), code()) == ["reana_timeout", "reana_timeout", "reana_busy"]
    await asyncio.sleep(0.6)
    assert done == [1]  # what waited for its turn was given up in time
    assert await pool.do(lambda: 2, 1) == 2
    pool.close()
    with pytest.raises(FreezeoutError):
        await pool.do(lambda: 2, 1)
