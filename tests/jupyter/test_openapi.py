"""openapi.yaml is what the server does: no route missing, none too many, every answer as described."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jupyter_server.serverapp import ServerApp
from openapi_core import OpenAPI
from openapi_core.testing import MockRequest, MockResponse
from tornado.httpclient import HTTPClientError, HTTPResponse

import freezeout

from .conftest import METHODS, VOILA, VOILA_WARNS, configuration, live_routes, make_environment

pytestmark = pytest.mark.filterwarnings(VOILA_WARNS)

FILE = Path(__file__).resolve().parents[2] / "jupyter_ext" / "openapi.yaml"


@pytest.fixture
def jp_server_config() -> dict[str, Any]:
    """The extension with Voila beside it."""
    return configuration(**VOILA)


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    """The file as it is."""
    found = yaml.safe_load(FILE.read_text())
    assert isinstance(found, dict)
    return found


@pytest.fixture(scope="module")
def openapi() -> OpenAPI:
    """The file, checked against the OpenAPI standard."""
    return OpenAPI.from_file_path(str(FILE))


def test_the_description_has_the_version_of_the_package(description: dict[str, Any]) -> None:
    assert description["info"]["version"] == freezeout.__version__


def test_the_description_and_the_live_route_table_name_the_same_routes(
    jp_serverapp: ServerApp, description: dict[str, Any]
) -> None:
    described = {
        (verb.upper(), path)
        for path, verbs in description["paths"].items()
        for verb in verbs
        if verb.upper() in METHODS
    }
    live = {(route.method, route.template) for route in live_routes(jp_serverapp)}
    assert live == described


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/freezeout/api/version", 200),
        ("GET", "/freezeout/api/experiments", 200),
        ("GET", "/freezeout/api/dashboards", 200),
        ("POST", "/freezeout/api/experiments/darkside50/open", 200),
        ("POST", "/freezeout/api/experiments/darkside51/open", 404),
        ("GET", "/freezeout/dashboards/summary", 302),
        ("GET", "/freezeout/api/environments", 200),
        ("GET", "/freezeout/api/environments/gateway", 200),
        ("GET", "/freezeout/api/environments/gatewey", 404),
        ("GET", "/freezeout/api/environments/gateway/lock", 200),
        ("POST", "/freezeout/api/environments/gateway/build", 409),
        ("POST", "/freezeout/api/environments/gateway/clone", 400),
        ("DELETE", "/freezeout/api/environments/gateway", 409),
        ("GET", "/freezeout/api/jobs", 200),
        ("GET", "/freezeout/api/jobs/none", 404),
        ("POST", "/freezeout/api/jobs/none/cancel", 404),
        ("GET", "/freezeout/api/jobs/none/log", 404),
        ("GET", "/freezeout/api/events?since=x", 400),
    ],
)
async def test_every_answer_is_as_described(
    jp_fetch: Any, openapi: OpenAPI, method: str, path: str, status: int
) -> None:
    assert (await asked(jp_fetch, openapi, method, path)).code == status


@pytest.mark.slow
async def test_the_answers_about_an_environment_are_as_described_at_all_its_stages(
    jp_fetch: Any, openapi: OpenAPI, freezeout_home: Path
) -> None:
    make_environment(freezeout_home / "own" / "environments")
    make_environment(freezeout_home / "own" / "environments", "odd", status="splendid")
    small = "/freezeout/api/environments/small"
    copy = json.dumps({"name": "small-2"})
    assert (await asked(jp_fetch, openapi, "POST", f"{small}/clone", copy)).code == 201
    for verb, state in (("build", "building"), ("test", "built")):
        started = await asked(jp_fetch, openapi, "POST", f"{small}/{verb}")
        assert started.code == 202
        id = json.loads(started.body)["id"]
        assert json.loads((await asked(jp_fetch, openapi, "GET", small)).body)["state"] == state
        await asked(jp_fetch, openapi, "GET", "/freezeout/api/environments")
        while (await asked(jp_fetch, openapi, "GET", f"/freezeout/api/jobs/{id}")).body.find(b'"done"') < 0:
            await asyncio.sleep(0.2)
        assert json.loads((await asked(jp_fetch, openapi, "GET", small)).body)["state"] == "built"
        for path in ("/freezeout/api/environments", "/freezeout/api/jobs", f"/freezeout/api/jobs/{id}/log"):
            assert (await asked(jp_fetch, openapi, "GET", path)).code == 200
    assert (await asked(jp_fetch, openapi, "DELETE", small)).code == 204


async def asked(
    jp_fetch: Any, openapi: OpenAPI, method: str, path: str, data: str | None = None
) -> HTTPResponse:
    """The answer, errors included, after it was checked against the description."""
    path, _, query = path.partition("?")
    try:
        response = await jp_fetch(
            path,
            method=method,
            body=(data or "") if method == "POST" else None,
            params=dict([query.split("=")]) if query else None,
            follow_redirects=False,
        )
    except HTTPClientError as error:
        assert error.response is not None
        response = error.response
    openapi.validate_response(
        MockRequest("http://localhost", method.lower(), path),
        MockResponse(
            response.body,
            status_code=response.code,
            headers=dict(response.headers),
            content_type=response.headers.get("Content-Type", "").partition(";")[0],
        ),
    )
    assert isinstance(response, HTTPResponse)
    return response
