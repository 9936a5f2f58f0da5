"""Listing the dashboards, and the address that shows one wherever Freezeout is installed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError, HTTPResponse

from freezeout.settings import shared_folder

from .conftest import VOILA, VOILA_WARNS, body, configuration

pytestmark = pytest.mark.filterwarnings(VOILA_WARNS)


@pytest.fixture
def jp_server_config() -> dict[str, Any]:
    """The extension with Voila beside it."""
    return configuration(**VOILA)


async def show(jp_fetch: Any, id: str, **options: Any) -> HTTPResponse:
    with pytest.raises(HTTPClientError) as caught:
        await jp_fetch(f"/freezeout/dashboards/{id}", follow_redirects=False, **options)
    assert caught.value.response is not None
    return caught.value.response


async def test_every_dashboard_has_a_title_and_an_address(jp_fetch: Any, jp_base_url: str) -> None:
    answer = body(await jp_fetch("/freezeout/api/dashboards"))
    names = {path.stem for path in (shared_folder("notebooks") / "dashboards").glob("*.ipynb")}
    assert {d["id"] for d in answer["dashboards"]} == names >= {"summary"}
    for dashboard in answer["dashboards"]:
        assert dashboard["title"]
        assert dashboard["url"] == f"{jp_base_url}freezeout/dashboards/{dashboard['id']}"


async def test_a_dashboard_is_made_openable_and_the_browser_sent_to_voila(
    jp_fetch: Any, jp_base_url: str, jp_root_dir: Path
) -> None:
    answer = await show(jp_fetch, "summary", params={"plane": "si"})
    assert answer.code == 302
    where = f"{jp_base_url}voila/render/freezeout/dashboards/summary.ipynb?plane=si"
    assert answer.headers["Location"] == where
    assert (jp_root_dir / "freezeout" / "dashboards" / "summary.ipynb").is_file()


async def test_an_unknown_dashboard_is_not_found_on_a_page_that_names_the_others(jp_fetch: Any) -> None:
    answer = await show(jp_fetch, "sumario")
    assert answer.code == 404
    page = answer.body.decode()
    assert "there is no dashboard" in page and "summary" in page


class TestWithoutVoila:
    @pytest.fixture
    def jp_server_config(self) -> dict[str, Any]:
        return configuration()

    async def test_the_page_says_that_voila_is_missing_and_how_to_get_it(self, jp_fetch: Any) -> None:
        answer = await show(jp_fetch, "summary")
        assert answer.code == 503
        assert "pip install" in answer.body.decode()
