"""A Jupyter server with the extension and an empty folder as its root; and a small environment."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from jupyter_server.auth import Authorizer
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.serverapp import ServerApp
from packaging.requirements import Requirement

# its fixtures and hooks for this folder only; `pytest_plugins` would bring them to every test
from pytest_jupyter.jupyter_server import *  # noqa: F403
from tornado.routing import PathMatches, Router
from tornado.web import RequestHandler

from freezeout.environments.build import run_build
from freezeout.environments.library import requirements
from freezeout.environments.lock import normalised
from freezeout.settings import shared_folder

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
        return re.sub(r"\(\?P<(\w+)>[^)]*\)", r"{\1}", path)


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


def make_environment(folder: Path, name: str = "small", **description: Any) -> Path:
    """The folder of an environment with no more in it than a kernel and the library need."""
    here = folder / name
    here.mkdir(parents=True)
    said = {
        "schema": 1, "name": name, "title": f"The {name} one", "summary": "A kernel and the library.",
        "packages": ["ipykernel"], "status": "ready", "library": "base", "megabytes": 20, **description,
    }  # fmt: skip
    (here / "environment.yaml").write_text(json.dumps(said))
    (here / "requirements.in").write_text("")
    (here / "requirements.txt").write_text(_cut(requirements("base")))
    return here


def _cut(wanted: list[str]) -> str:
    """The part of the shipped environment's lock that these requirements need."""
    text = (shared_folder("environments") / "base" / "requirements.txt").read_text()
    pins: dict[str, list[str]] = {}
    for block in re.split(r"\n(?=[a-z0-9])", text):
        pins.setdefault(normalised(re.split(r"[=\[ ]", block, maxsplit=1)[0]), []).append(block.rstrip())
    names: set[str] = set()
    queue = [Requirement(line) for line in wanted]
    while queue:
        one = queue.pop()
        name = normalised(one.name)
        if name in names or (one.marker and not one.marker.evaluate({"extra": ""})):
            continue
        names.add(name)
        queue += [Requirement(line) for line in metadata.requires(name) or []]
    return "\n".join(pin for name in sorted(names) for pin in pins[name]) + "\n"


@pytest.fixture(scope="session")
def built_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A FREEZEOUT_HOME with the environment ``small`` built in it; tests do not change it."""
    home = tmp_path_factory.mktemp("built")
    make_environment(home / "own" / "environments")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FREEZEOUT_HOME", str(home))
        run_build("small")
    return home


@pytest.fixture
def small(built_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home with the small environment is the test's own; it must leave it as it was."""
    monkeypatch.setenv("FREEZEOUT_HOME", str(built_home))
    return built_home


@pytest.fixture
def own_small(freezeout_home: Path) -> Path:
    """A small environment built for this test alone, which may break it."""
    make_environment(freezeout_home / "own" / "environments")
    run_build("small")
    return freezeout_home
