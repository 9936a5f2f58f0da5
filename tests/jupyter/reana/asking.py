"""What tests of REANA's routes share: asking, every answer held against openapi.yaml; a small workflow."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from openapi_core import OpenAPI
from openapi_core.testing import MockRequest, MockResponse
from tornado.httpclient import HTTPClientError

from freezeout.reana.sites.connection import connections

from ..conftest import body

IMAGE = "freezeout-gateway"
"""Of the environment that is always there."""


class Routes:
    """Asks the routes of REANA, and sees that answers are as described and tell no token of REANA."""

    def __init__(self, jp_fetch: Any, openapi: OpenAPI) -> None:
        self._fetch, self._openapi = jp_fetch, openapi

    async def raw(self, method: str, path: str, data: Any = None, /, **query: object) -> Any:
        """The answer as it came."""
        headers = query.pop("headers", {})
        text = None if data is None and method == "GET" else json.dumps(data or {})
        try:
            answer = await self._fetch(
                path if path.startswith("/") else f"/freezeout/api/reana/{path}",
                method=method,
                body=text,
                headers=headers,
                params={name: str(value) for name, value in query.items()},
                allow_nonstandard_methods=True,
                follow_redirects=False,
                request_timeout=120,
            )
        except HTTPClientError as error:
            assert error.response is not None, error
            answer = error.response
        # a cluster's sessions want the token in their address, and so a browser is sent on to that
        headers = {name: said for name, said in answer.headers.items() if name != "Location"}
        told = f"{answer.effective_url} {headers}".encode() + answer.body
        assert not [one for one in tokens() if one.encode() in told], (method, path, query)
        return answer

    async def ask(self, method: str, path: str, data: Any = None, /, **query: object) -> tuple[int, Any]:
        """Status and JSON of an answer, errors included."""
        response = await self.raw(method, path, data, **query)
        if response.code != 304:
            self._openapi.validate_response(
                MockRequest("http://localhost", method.lower(), f"/freezeout/api/reana/{path}"),
                MockResponse(
                    response.body,
                    status_code=response.code,
                    headers=dict(response.headers),
                    content_type=response.headers.get("Content-Type", "").partition(";")[0],
                ),
            )
        return response.code, body(response) if response.body else None

    async def get(self, path: str, /, **query: object) -> Any:
        """The JSON of an answer that is in order."""
        status, answer = await self.ask("GET", path, **query)
        assert status == 200, answer
        return answer

    async def post(self, path: str, expected: int = 200, /, **data: object) -> Any:
        """The same, of something that is done."""
        status, answer = await self.ask("POST", path, data)
        assert status == expected, answer
        return answer

    async def refused(self, method: str, path: str, data: Any = None, /, **query: object) -> tuple[int, str]:
        """Status and code of an error."""
        status, answer = await self.ask(method, path, data, **query)
        assert status >= 400, answer
        return status, answer["code"]

    async def job(self, job: Any, seconds: float = 120, seen: Callable[[Any], None] | None = None) -> Any:
        """A job at its end; how it was is seen on the way."""
        end = time.monotonic() + seconds
        while job["state"] in ("queued", "running"):
            if seen is not None:
                seen(job)
            assert time.monotonic() < end, job
            await asyncio.sleep(0.1)
            job = body(await self._fetch(f"/freezeout/api/jobs/{job['id']}"))
        return job

    async def ended(self, workflow: str, status: str = "finished", seconds: float = 120) -> Any:
        """A workflow when it has come to this."""
        end = time.monotonic() + seconds
        while (found := await self.get("workflow", workflow=workflow))["status"] != status:
            over = found["status"] in ("finished", "failed", "stopped") or time.monotonic() > end
            assert not over, (found, (await self.get("logs", workflow=workflow))["workflow_log"])
            await asyncio.sleep(0.2)
        return found


def tokens() -> list[str]:
    """All of REANA that this home knows."""
    return [one.token for one in connections() if len(one.token) > 20]


def specification(*commands: str, parameters: Mapping[str, object] | None = None) -> dict[str, Any]:
    """A serial workflow of these commands, one step each; its input is the folder ``data``."""
    steps = [
        {"name": f"step{n}", "environment": IMAGE, "commands": [command]}
        for n, command in enumerate(commands)
    ]
    return {
        "version": "0.9.4",
        "inputs": {"directories": ["data"], "parameters": dict(parameters or {})},
        "workflow": {"type": "serial", "specification": {"steps": steps}},
        "outputs": {"files": ["results/out.txt"]},
    }


def make(reana: Any, name: str, *commands: str, files: Mapping[str, Path] | None = None, **more: Any) -> str:
    """A workflow that is made and not started; its full name."""
    client = reana.client()
    made = client.create(specification(*commands, **more), name)
    if files:
        client.upload(made.id, files)
    return str(made.full_name)
