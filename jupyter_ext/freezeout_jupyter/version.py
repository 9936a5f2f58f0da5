"""The handshake: a page that was loaded before an upgrade notices that the server has changed."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

import freezeout
from freezeout_jupyter.base import Api


class Version(Api):
    """``GET /freezeout/api/version``."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer the version of the server's half."""
        self.finish({"version": freezeout.__version__})
