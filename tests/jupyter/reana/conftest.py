"""The routes of REANA, with a real server behind them."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from openapi_core import OpenAPI

from ..test_openapi import FILE
from .asking import Routes, tokens


@pytest.fixture(scope="session")
def described() -> OpenAPI:
    """The file, checked against the OpenAPI standard."""
    return OpenAPI.from_file_path(str(FILE))


@pytest.fixture
def api(jp_fetch: Any, described: OpenAPI, caplog: pytest.LogCaptureFixture) -> Iterator[Routes]:
    """Asks the routes; no token of REANA is in what the server logs meanwhile, however much that is."""
    caplog.set_level(logging.DEBUG)
    yield Routes(jp_fetch, described)
    assert not [one for one in tokens() if one in caplog.text]
