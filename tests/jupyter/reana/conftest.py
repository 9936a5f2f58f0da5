"""The routes of REANA, with a real server behind them."""

from __future__ import annotations

from typing import Any

import pytest
from openapi_core import OpenAPI

from ..test_openapi import FILE
from .asking import Routes


@pytest.fixture(scope="session")
def described() -> OpenAPI:
    """The file, checked against the OpenAPI standard."""
    return OpenAPI.from_file_path(str(FILE))


@pytest.fixture
def api(jp_fetch: Any, described: OpenAPI) -> Routes:
    """Asks the routes."""
    return Routes(jp_fetch, described)
