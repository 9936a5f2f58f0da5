"""The embedded lake, started and stopped."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from freezeout_jupyter.lake.api import LakeApi
from freezeout_jupyter.lake.connections import embedded


class LakeStart(LakeApi):
    """``POST /freezeout/api/lake/start``."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Start the embedded lake, and answer the job that follows it until it can be used."""
        self.body({})
        await self.begin(self.lakes.own.start, self.lakes.forget)


class LakeStop(LakeApi):
    """``POST /freezeout/api/lake/stop``."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Stop the embedded lake, and answer how it stands then."""
        self.body({})
        await self.in_thread(self.lakes.own.stop)
        self.lakes.forget()
        self.set_status(202)
        self.finish(await self.in_thread(embedded))
