"""How errors become answers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from freezeout_jupyter.base import Api, status_of
from jupyter_server.auth.decorator import authorized
from jupyter_server.serverapp import ServerApp
from jupyter_server.utils import url_path_join
from tornado import web
from tornado.httpclient import HTTPClientError

from freezeout.errors import FreezeoutError, InputError

from .conftest import body


class Broken(Api):
    """A route with a fault that nobody foresaw."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Divide by zero, off the event loop, as the work of routes is."""
        await self.in_thread(lambda: 1 // 0)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InputError("no"), 400),
        (InputError("no", code="unknown_experiment"), 404),
        (InputError("no", code="disk_full"), 507),
        (FreezeoutError("no"), 500),
        (FreezeoutError("no", code="voila_missing"), 503),
    ],
)
def test_the_status_says_whose_fault_it_is(error: FreezeoutError, status: int) -> None:
    assert status_of(error) == status


async def test_an_unforeseen_error_is_500_and_tells_the_client_no_traceback(
    jp_fetch: Any, jp_serverapp: ServerApp, jp_base_url: str
) -> None:
    jp_serverapp.web_app.add_handlers(".*$", [(url_path_join(jp_base_url, "broken"), Broken)])
    with pytest.raises(HTTPClientError) as caught:
        await jp_fetch("broken")
    assert caught.value.code == 500
    assert caught.value.response is not None
    answer = body(caught.value.response)
    assert set(answer) == {"code", "message", "hint"} and answer["code"] == "unexpected"
    assert b"ZeroDivisionError" not in caught.value.response.body


async def test_a_method_that_a_route_has_not_is_refused_in_the_same_shape(jp_fetch: Any) -> None:
    with pytest.raises(HTTPClientError) as caught:
        await jp_fetch("/freezeout/api/experiments", method="DELETE")
    assert caught.value.code == 405
    assert caught.value.response is not None
    assert set(body(caught.value.response)) == {"code", "message", "hint"}
    assert caught.value.response.headers["Allow"] == "GET, OPTIONS"
    assert body(caught.value.response)["hint"] == "this address takes GET, OPTIONS"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/freezeout/api"),
        ("GET", "/freezeout/api/environment"),
        ("GET", "/freezeout/api/environments/%2e%2e"),
        ("GET", "/freezeout/api/environments/gateway%2flock"),
        ("GET", "/freezeout/api/environments/%00"),
        ("GET", "/freezeout/api/environments/%ff"),
        ("POST", "/freezeout/api/jobs/..%2f../cancel"),
        ("DELETE", "/freezeout/api/environments/a;b"),
    ],
)
async def test_an_address_below_the_api_that_leads_nowhere_is_refused_in_the_same_shape(
    http_server_client: Any, jp_auth_header: dict[str, str], jp_base_url: str, method: str, path: str
) -> None:
    ask = http_server_client.fetch  # `jp_fetch` would escape what is escaped already
    asked = {"method": method, "headers": jp_auth_header, "body": "" if method == "POST" else None}
    answer = await ask(url_path_join(jp_base_url, path), raise_error=False, **asked)
    assert answer.code == 404
    assert body(answer)["code"] == "not_found" and "openapi.yaml" in body(answer)["hint"]


async def test_who_has_no_token_is_told_what_to_send(jp_fetch: Any) -> None:
    for path in ("/freezeout/api/environments", "/freezeout/api/nothing"):
        with pytest.raises(HTTPClientError) as caught:
            await jp_fetch(path, headers={"Authorization": ""})
        assert caught.value.code == 403 and caught.value.response is not None
        assert "Authorization: token" in body(caught.value.response)["hint"]


async def test_a_huge_body_is_refused_before_it_is_read_and_does_not_come_back(jp_fetch: Any) -> None:
    huge = json.dumps({"name": "x" * 1_000_000})
    with pytest.raises(HTTPClientError) as caught:
        await jp_fetch("/freezeout/api/environments/gateway/clone", method="POST", body=huge)
    assert caught.value.code == 413 and caught.value.response is not None
    assert body(caught.value.response)["code"] == "body_too_large"
    assert len(caught.value.response.body) < 500


async def test_the_version_is_the_librarys(jp_fetch: Any) -> None:
    import freezeout

    assert body(await jp_fetch("/freezeout/api/version")) == {"version": freezeout.__version__}
