"""What tests of the lake's routes share: asking, files in bulk, polling."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

from tornado.httpclient import HTTPClientError

from .conftest import body


class LakeApi:
    """Asks the routes below ``/freezeout/api/lake``."""

    def __init__(self, jp_fetch: Any) -> None:
        self._fetch = jp_fetch

    async def ask(self, method: str, path: str, data: Any = None, **query: object) -> tuple[int, Any]:
        """Status and JSON of an answer, errors included."""
        text = None if data is None and method in ("GET", "DELETE") else json.dumps(data or {})
        try:
            response = await self._fetch(
                f"/freezeout/api/lake/{path}",
                method=method,
                body=text,
                params={name: str(value) for name, value in query.items()},
                allow_nonstandard_methods=True,
                request_timeout=60,
            )
        except HTTPClientError as error:
            assert error.response is not None, error
            response = error.response
        return response.code, body(response) if response.body else None

    async def get(self, path: str, **query: object) -> Any:
        """The JSON of an answer that is in order."""
        status, answer = await self.ask("GET", path, **query)
        assert status == 200, answer
        return answer

    async def job(self, job: Any, seconds: float = 120) -> Any:
        """A job at its end."""
        end = time.monotonic() + seconds
        while job["state"] in ("queued", "running"):
            assert time.monotonic() < end, job
            await asyncio.sleep(0.1)
            job = body(await self._fetch(f"/freezeout/api/jobs/{job['id']}"))
        return job


async def until(true: Callable[[], Awaitable[Any]], seconds: float = 60) -> Any:
    """Wait until something is so, and give it."""
    end = time.monotonic() + seconds
    while True:
        found = await true()
        if found:
            return found
        assert time.monotonic() < end
        await asyncio.sleep(0.1)


def register(lake: Any, dataset: str, count: int, rse: str = "ARCHIVE") -> None:
    """A dataset of so many files that are nowhere but in the catalogue."""
    scope = lake.scope
    lake.call("POST", f"/dids/{scope}/{quote(dataset, safe='')}", {"type": "DATASET"})
    for start in range(0, count, 1000):
        files = [
            {"scope": scope, "name": f"{dataset}.{n:06d}", "bytes": 1000 + n, "adler32": f"{n + 1:08x}"}
            for n in range(start, min(start + 1000, count))
        ]
        lake.call("POST", "/replicas", {"rse": rse, "files": files, "ignore_availability": True})
        dids = [{"scope": scope, "name": one["name"]} for one in files]
        attachments = [{"scope": scope, "name": dataset, "dids": dids}]
        lake.call("POST", "/dids/attachments", {"attachments": attachments})
