"""Interactive sessions from the page: opened, entered without REANA's token, shown in lists, closed."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tornado.httpclient import AsyncHTTPClient

from freezeout.reana.sites.connection import keep

from .asking import Routes, make


@pytest.mark.slow
async def test_a_session_is_opened_entered_and_closed_and_no_token_of_reana_is_told(
    api: Routes, reana: Any, jp_base_url: str
) -> None:
    name = make(reana, "looked-at", "true")
    workflow = await api.get("workflow", workflow=name)
    page = {"workflow": workflow["id"]}
    assert (await api.raw("GET", "/freezeout/reana/session", **page)).code == 404
    opened = await api.post("open-session", workflow=name)
    assert reana.token not in opened["url"]
    (shown,) = (await api.get("workflows", search="looked-at"))["workflows"]
    assert shown["session"]["type"] == "jupyter" and shown["session"]["url"].startswith(jp_base_url)
    sent_on = await api.raw("GET", "/freezeout/reana/session", **page)
    assert sent_on.code == 302 and sent_on.headers["Referrer-Policy"] == "no-referrer"
    location = sent_on.headers["Location"]
    assert urlsplit(location).hostname == "127.0.0.1" and reana.token not in location
    (token,) = parse_qs(urlsplit(location).query)["token"]
    status = urlsplit(location)._replace(path="/api/status", query="").geturl()
    answer = await AsyncHTTPClient().fetch(status, headers={"Authorization": f"token {token}"})
    assert answer.code == 200
    closed = await api.post("close-session", workflow=name)
    assert closed["session"] is None
    assert (await api.raw("GET", "/freezeout/reana/session", **page)).code == 404


@pytest.mark.slow
async def test_on_a_cluster_the_address_of_a_session_has_the_token_as_the_openapi_says(
    api: Routes, reana: Any
) -> None:
    keep("cluster", reana.url, reana.token)
    name = make(reana, "far-away", "true")
    opened = await api.post("open-session", workflow=name, connection="cluster")
    assert reana.token not in opened["url"] and "connection=cluster" in opened["url"]
    sent_on = await api.raw("GET", "/freezeout/reana/session", workflow=name, connection="cluster")
    assert sent_on.headers["Location"].startswith(reana.url)
    assert parse_qs(urlsplit(sent_on.headers["Location"]).query) == {"token": [reana.token]}
    assert sent_on.headers["Cache-Control"] == "no-store"
    await api.post("close-session", workflow=name, connection="cluster")
    assert await api.refused("POST", "open-session", {"workflow": name, "type": "odd"}) == (400, "bad_body")
    assert await api.refused("POST", "open-session", {"workflow": "no.1"}) == (404, "unknown_workflow")
