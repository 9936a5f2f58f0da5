"""The REANA server of this machine, started and stopped."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from freezeout_jupyter.reana.api import ReanaApi
from freezeout_jupyter.reana.connections import listed


class ReanaStart(ReanaApi):
    """``POST /freezeout/api/reana/start``."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Start the server, and answer the job that follows it until it can be used."""
        self.body({})
        await self.begin(self.reanas.own.start, self.reanas.forget)


class ReanaStop(ReanaApi):
    """``POST /freezeout/api/reana/stop``."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Stop the server, and answer how it stands then."""
        self.body({})
        await self.in_thread(self.reanas.own.stop)
        self.reanas.forget()
        rows = await listed(self.reanas)
        self.set_status(202)
        self.finish(next(one for one in rows if one["kind"] == "embedded"))
