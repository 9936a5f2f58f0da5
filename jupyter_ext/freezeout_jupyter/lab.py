"""JupyterLab as ``freezeout up`` starts it: it answers sooner, and all of it comes.

``python -m freezeout_jupyter.lab`` takes the arguments of ``jupyter lab`` and differs in two things.
Large extensions that the first page does not need are loaded when the server answers already; who
asks for one of them before that waits for it. And two things that importing Lab sets off are left
out: asking Node for the settings of Yarn, which only builds need, and loading setuptools, which an
old ``notebook`` asks for by importing distutils.
"""

from __future__ import annotations

import asyncio
import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.serverapp import ServerApp
from tornado import web
from tornado.routing import Matcher, Rule

if TYPE_CHECKING:
    from tornado.httputil import HTTPServerRequest

LATE = ("nbclassic", "notebook_shim", "rucio_jupyterlab.server", "voila.server_extension")
_AFTER = 0.3
_HACK = "_distutils_hack"  # what setuptools puts into every interpreter


class LateServer(ServerApp):
    """A server that loads some of its extensions when it answers already."""

    _late: LateExtensions

    def find_server_extensions(self) -> None:
        """Find all extensions, and keep the late ones for later."""
        super().find_server_extensions()
        found = self.jpserver_extensions
        names = [name for name in LATE if found.get(name)]
        self.jpserver_extensions = {name: on for name, on in found.items() if name not in names}
        self._late = LateExtensions(self, names)

    def start_ioloop(self) -> None:
        """Serve, and soon after the start load what is late."""
        self._late.offer()
        self.io_loop.call_later(_AFTER, self._late.load)
        super().start_ioloop()


class LateExtensions:
    """Extensions that are not there yet, and those who wait for them."""

    def __init__(self, server: ServerApp, names: list[str]) -> None:
        self._server, self._names = server, names
        self._loading: asyncio.Task[None] | None = None
        self.loaded = not names

    def offer(self) -> None:
        """Let requests that nobody serves yet wait, instead of telling them that there is nothing."""
        self._server.web_app.settings["freezeout_late"] = self
        # before the last rule, which answers 404
        self._server.web_app.wildcard_router.rules.insert(-1, Rule(_NotYet(self), Waiting, {"late": self}))

    async def load(self) -> None:
        """Load them, once; whoever awaits this gets on when all are there."""
        if self._loading is None:
            self._loading = asyncio.ensure_future(self._load())
        await asyncio.shield(self._loading)

    async def _load(self) -> None:
        manager: Any = self._server.extension_manager
        try:
            for name in self._names:
                # in a thread: the server goes on answering
                await asyncio.to_thread(_import, name)
            for name in self._names:
                if manager.add_extension(name, enabled=True):
                    manager.link_extension(name)
            for name in self._names:
                manager.load_extension(name)
                await manager.start_extension(name)
            self._server.jpserver_extensions = {
                **self._server.jpserver_extensions, **dict.fromkeys(self._names, True),
            }  # fmt: skip
        finally:
            self.loaded = True


class _NotYet(Matcher):
    """Matches every request until the late extensions are there."""

    def __init__(self, late: LateExtensions) -> None:
        self._late = late

    def match(self, request: HTTPServerRequest) -> dict[str, Any] | None:
        return None if self._late.loaded else {}


class Waiting(JupyterHandler):
    """Sends a request that came too early to where it went, when that is there."""

    def initialize(self, late: LateExtensions) -> None:
        """Take what is waited for."""
        self._late = late

    @web.authenticated
    async def get(self) -> None:
        """Wait, and let the client ask again with the same method and body."""
        await self._late.load()
        # two slashes or a backslash at the start would be the address of another host
        self.redirect("/" + (self.request.uri or "").lstrip("/\\"), status=307)

    head = post = put = patch = delete = get


@contextmanager
def _without_programs() -> Iterator[None]:
    """In this block no program is found, Node least of all."""
    path = os.environ.get("PATH")
    os.environ["PATH"] = os.devnull
    try:
        yield
    finally:
        if path is None:
            del os.environ["PATH"]
        else:
            os.environ["PATH"] = path


def _import(name: str) -> None:
    if (hack := sys.modules.get(_HACK)) is not None:
        hack.add_shim()
    try:
        importlib.import_module(name)
    except Exception:
        # the manager of extensions tries again and says what is wrong
        sys.modules.pop(name, None)


def main() -> None:
    """Start JupyterLab with the arguments of the command line."""
    if (hack := sys.modules.get(_HACK)) is not None:
        hack.remove_shim()  # `_import` brings it back
    with _without_programs():
        from jupyterlab.labapp import LabApp  # type: ignore[import-untyped]
    LabApp.serverapp_class = LateServer
    LabApp.launch_instance()


if __name__ == "__main__":
    main()
