"""Nobody gets anything without a token, and nobody whom the site's authorizer refuses."""

from __future__ import annotations

from typing import Any

import pytest
from jupyter_server.serverapp import ServerApp
from tornado.httpclient import HTTPClientError

from .conftest import DenyFreezeout, live_routes


@pytest.fixture
def jp_server_config(jp_server_config: dict[str, Any]) -> dict[str, Any]:
    """Without the check of cross-site forgery, which would refuse a POST for another reason."""
    jp_server_config["ServerApp"]["disable_check_xsrf"] = True
    return jp_server_config


async def refusal(jp_fetch: Any, method: str, path: str, **options: Any) -> tuple[int, dict[str, str]]:
    body = "" if method in ("POST", "PUT", "PATCH") else None
    with pytest.raises(HTTPClientError) as caught:
        await jp_fetch(path, method=method, body=body, follow_redirects=False, **options)
    assert caught.value.response is not None
    return caught.value.code, dict(caught.value.response.headers)


async def test_the_server_refuses_every_route_without_a_token(jp_fetch: Any, jp_serverapp: ServerApp) -> None:
    routes = live_routes(jp_serverapp)
    rooms = {route.template.split("/")[3] for route in routes if "/api/" in route.template}
    assert {"lake", "reana", "environments", "jobs"} <= rooms
    for route in routes:
        path = route.template.replace("{id}", "darkside50")
        status, headers = await refusal(jp_fetch, route.method, path, headers={"Authorization": ""})
        if path.startswith("/freezeout/api/"):
            assert status == 403, route
        else:
            assert status == 302 and "/login" in headers["Location"], route


@pytest.mark.parametrize("jp_argv", [["--ServerApp.allow_unauthenticated_access=True"]])
async def test_the_routes_refuse_by_themselves_where_a_server_is_lax(
    jp_fetch: Any, jp_serverapp: ServerApp
) -> None:
    assert jp_serverapp.web_app.settings["allow_unauthenticated_access"] is True
    for route in live_routes(jp_serverapp):
        path = route.template.replace("{id}", "darkside50")
        status, headers = await refusal(jp_fetch, route.method, path, headers={"Authorization": ""})
        assert status == 403 or (status == 302 and "/login" in headers["Location"]), route


class TestAuthorizer:
    @pytest.fixture
    def jp_server_config(self, jp_server_config: dict[str, Any]) -> dict[str, Any]:
        jp_server_config["ServerApp"]["authorizer_class"] = DenyFreezeout
        return jp_server_config

    async def test_every_route_asks_the_authorizer(self, jp_fetch: Any, jp_serverapp: ServerApp) -> None:
        assert (await jp_fetch("/api/contents")).code == 200
        for route in live_routes(jp_serverapp):
            path = route.template.replace("{id}", "darkside50")
            status, _ = await refusal(jp_fetch, route.method, path)
            assert status == 403, route
