"""No Rucio and no Jupyter but those of the test; and a shorter way to ask."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from freezeout.lake.sites.client import LakeClient


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A HOME of the test's own, without anybody's configuration of Rucio or Jupyter."""
    folder = tmp_path_factory.mktemp("user")
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(folder / "jupyter"))
    monkeypatch.setenv("VIRTUAL_ENV", str(folder))
    for name in ("JUPYTER_CONFIG_PATH", "CONDA_PREFIX", "X509_USER_PROXY"):
        monkeypatch.delenv(name, raising=False)
    yield folder


@pytest.fixture
def ask(lake: Any) -> Callable[..., Any]:
    """``ask(function, …, by=connection)`` calls a function of the lake and returns all that it gives."""

    def go(function: Callable[..., Any], *words: Any, by: Any = None, **more: Any) -> Any:
        async def work() -> Any:
            async with LakeClient(by or lake.connection) as client:
                answer: Awaitable[Any] | AsyncIterator[Any] = function(client, *words, **more)
                if hasattr(answer, "__aiter__"):
                    return [one async for one in answer]
                return await answer  # type: ignore[misc]

        return asyncio.run(work())

    return go


@pytest.fixture
def files(lake: Any) -> Callable[..., list[str]]:
    """``files(number, rse=…)`` registers files with replicas (and no bytes) in the test's scope."""

    def register(
        number: int, rse: str = "ARCHIVE", names: str = "file{:06d}.csv", scope: str = ""
    ) -> list[str]:
        where = scope or lake.scope
        named = [names.format(index) for index in range(number)]
        for start in range(0, number, 1000):
            body = {
                "rse": rse,
                "files": [
                    {"scope": where, "name": name, "bytes": 10, "adler32": "0cc737eb"}
                    for name in named[start : start + 1000]
                ],
            }
            lake.call("POST", "/replicas", body)
        return named

    return register
