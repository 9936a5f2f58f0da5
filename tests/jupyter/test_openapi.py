"""openapi.yaml is what the server does: no route missing, none too many, every answer as described."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from jupyter_server.serverapp import ServerApp
from openapi_core import OpenAPI
from openapi_core.testing import MockRequest, MockResponse
from tornado.httpclient import HTTPClientError

import freezeout

from .conftest import METHODS, VOILA, VOILA_WARNS, configuration, live_routes

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
    ],
)
async def test_every_answer_is_as_described(
    jp_fetch: Any, openapi: OpenAPI, method: str, path: str, status: int
) -> None:
    try:
        response = await jp_fetch(
            path, method=method, body="" if method == "POST" else None, follow_redirects=False
        )
    except HTTPClientError as error:
        assert error.response is not None
        response = error.response
    assert response.code == status
    openapi.validate_response(
        MockRequest("http://localhost", method.lower(), path),
        MockResponse(
            response.body,
            status_code=response.code,
            headers=dict(response.headers),
            content_type=response.headers["Content-Type"].partition(";")[0],
        ),
    )
