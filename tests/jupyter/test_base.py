"""How errors become answers."""

from __future__ import annotations

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


async def test_the_version_is_the_librarys(jp_fetch: Any) -> None:
    import freezeout

    assert body(await jp_fetch("/freezeout/api/version")) == {"version": freezeout.__version__}
