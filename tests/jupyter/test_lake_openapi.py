"""Every answer of the lake's routes, with a real lake behind them, is as openapi.yaml describes it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from openapi_core import OpenAPI
from openapi_core.testing import MockRequest, MockResponse
from tornado.httpclient import HTTPClientError

from freezeout import lake as library

from .lakes import LakeApi
from .test_openapi import FILE


@pytest.fixture(scope="module")
def openapi() -> OpenAPI:
    """The file, checked against the OpenAPI standard."""
    return OpenAPI.from_file_path(str(FILE))


async def test_every_answer_about_a_real_lake_is_as_described(
    lake: Any, jp_fetch: Any, jp_root_dir: Path, openapi: OpenAPI
) -> None:
    (jp_root_dir / "a.txt").write_text("hello\n")
    (file,) = library.put(jp_root_dir / "a.txt", f"{lake.scope}:a.txt")
    did, seen = f"{lake.scope}:new", set()

    async def check(status: int, method: str, path: str, data: Any = None, **query: str) -> Any:
        address = f"/freezeout/api/lake/{path}"
        text = None if data is None and method in ("GET", "DELETE") else json.dumps(data or {})
        try:
            answer = await jp_fetch(
                address, method=method, body=text, params=query, allow_nonstandard_methods=True
            )
        except HTTPClientError as error:
            assert error.response is not None
            answer = error.response
        assert answer.code == status, answer.body
        openapi.validate_response(
            MockRequest("http://localhost", method.lower(), address),
            MockResponse(
                answer.body,
                status_code=answer.code,
                headers=dict(answer.headers),
                content_type=answer.headers.get("Content-Type", "").partition(";")[0],
            ),
        )
        seen.add((method, path.partition("/")[0]))
        return json.loads(answer.body) if answer.body else None

    await check(200, "GET", "connections")
    await check(200, "GET", "scopes")
    made = {"did": did, "type": "dataset", "metadata": {"rho_dm": 0.3}}
    await check(201, "POST", "dids", made)
    await check(409, "POST", "dids", made)
    await check(200, "POST", "attachments", {"did": did, "contents": [file]})
    for one in (did, file):
        for route in ("did", "replicas", "rules", "paths"):
            await check(200, "GET", route, did=one)
    await check(200, "GET", "listing", scope=lake.scope, type="all")
    await check(200, "GET", "listing", did=did, contains="a")
    await check(200, "GET", "search", q="rho_dm=0.3", scope=lake.scope)
    await check(200, "GET", "search", q="a.txt", scope=lake.scope)
    await check(200, "PUT", "metadata", {"did": file, "key": "a", "value": [1, {"b": None}]})
    await check(200, "DELETE", "metadata", did=file, key="a")
    rule = await check(201, "POST", "rules", {"did": file, "rse": "MIRROR", "lifetime": 600})
    await check(200, "PATCH", f"rules/{rule['id']}", {"lifetime": None})
    await check(204, "DELETE", f"rules/{rule['id']}")
    api = LakeApi(jp_fetch)
    for route, data in (
        ("downloads", {"did": file, "to": "down"}), ("uploads", {"paths": ["a.txt"], "scope": lake.scope}),
    ):  # fmt: skip
        assert (await api.job(await check(202, "POST", route, data)))["state"] == "done"
    await check(200, "DELETE", "attachments", {"did": did, "contents": [file]})
    await check(204, "DELETE", "dids", did=did)
    await check(404, "GET", "did", did="freezeout:nothing")
    started = await check(202, "POST", "start")  # it runs: the job finds it ready
    assert (await api.job(started))["state"] == "done"
    described = {
        (method.upper(), path.removeprefix("/freezeout/api/lake/").partition("/")[0])
        for path, methods in yaml.safe_load(FILE.read_text())["paths"].items()
        if path.startswith("/freezeout/api/lake/")
        for method in methods
    }
    assert described - seen == {("POST", "stop")}  # the lake is that of all tests
