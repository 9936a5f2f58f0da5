"""A Jupyter server with the extension and an empty folder as its root."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from jupyter_server.auth import Authorizer
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.serverapp import ServerApp

# its fixtures and hooks for this folder only; `pytest_plugins` would bring them to every test
from pytest_jupyter.jupyter_server import *  # noqa: F403
from tornado.routing import PathMatches, Router
from tornado.web import RequestHandler

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Route:
    """One method of one route of a running server."""

    method: str
    pattern: str
    handler: type[RequestHandler]

    @property
    def template(self) -> str:
        """The path below the server's base address as OpenAPI writes it."""
        path = self.pattern[self.pattern.index("/freezeout/") :].removesuffix("$")
        return path.replace("(?P<id>[A-Za-z0-9_-]{1,80})", "{id}")


class DenyFreezeout(Authorizer):
    """A site's authorizer that lets its users do all but use Freezeout."""

    def is_authorized(self, handler: JupyterHandler, user: Any, action: str, resource: str) -> bool:
        """Say no to Freezeout's resource."""
        return resource != "freezeout"


def live_routes(server: ServerApp) -> list[Route]:
    """Freezeout's routes in the route table of a running server."""
    return [
        Route(method, matcher.regex.pattern, handler)
        for matcher, handler in _rules(server.web_app.default_router)
        if "/freezeout" in matcher.regex.pattern
        for method in METHODS
        if getattr(handler, method.lower()) is not getattr(RequestHandler, method.lower())
    ]


def _rules(router: Router) -> Iterator[tuple[PathMatches, type[RequestHandler]]]:
    for rule in router.rules:  # type: ignore[attr-defined]
        if isinstance(rule.target, Router):
            yield from _rules(rule.target)
        elif isinstance(rule.matcher, PathMatches):
            yield rule.matcher, rule.target


def configuration(**extensions: bool) -> dict[str, Any]:
    """A server with the extension and others, where nobody gets anything without authentication."""
    return {
        "ServerApp": {
            "jpserver_extensions": {"freezeout_jupyter": True, **extensions},
            "allow_unauthenticated_access": False,
        }
    }


VOILA = {"voila.server_extension": True}
VOILA_WARNS = "ignore:Extension endpoints without:jupyter_server.utils.JupyterServerAuthWarning"


@pytest.fixture
def jp_server_config() -> dict[str, Any]:
    """The extension alone."""
    return configuration()


@pytest.fixture
def mine(jp_root_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for the user's own experiments, below the server's root."""
    folder = jp_root_dir / "mine"
    folder.mkdir()
    monkeypatch.setenv("FREEZEOUT_EXPERIMENTS_PATH", str(folder))
    return folder


def body(response: Any) -> Any:
    """The JSON of an answer."""
    return json.loads(response.body)
