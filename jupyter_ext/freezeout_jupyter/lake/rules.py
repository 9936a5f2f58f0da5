"""Rules: listed, made, prolonged and cancelled."""

from __future__ import annotations

import dataclasses

from jupyter_server.auth.decorator import authorized
from tornado import web

from freezeout_jupyter.lake.api import LakeApi, did_of


class LakeRules(LakeApi):
    """``GET`` and ``POST /freezeout/api/lake/rules``."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer the rules of a data identifier."""
        from freezeout.lake.catalogue.rules import rules

        did, lake = self.did(), await self.lake()
        self.finish({"rules": [dataclasses.asdict(one) for one in await rules(lake.client, did)]})

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Make a rule, and answer it."""
        from freezeout.lake.catalogue.rules import add_rule

        allowed = {"connection": str, "did": str, "rse": str, "lifetime": int | None, "copies": int}
        said = self.body(allowed, ["did"])
        did, lake = did_of(said["did"]), await self.lake(said.get("connection", ""))
        made = await add_rule(
            lake.client, did, said.get("rse", ""), said.get("lifetime"), said.get("copies", 1)
        )
        self.set_status(201)
        self.finish(dataclasses.asdict(made))


class OneLakeRule(LakeApi):
    """``PATCH`` and ``DELETE /freezeout/api/lake/rules/<id>``."""

    @web.authenticated
    @authorized
    async def patch(self, id: str) -> None:
        """Let a rule end sooner or later, and answer it."""
        from freezeout.lake.catalogue.rules import change_lifetime

        said = self.body({"connection": str, "lifetime": int | None}, ["lifetime"])
        lake = await self.lake(said.get("connection", ""))
        self.finish(dataclasses.asdict(await change_lifetime(lake.client, id, said["lifetime"])))

    @web.authenticated
    @authorized
    async def delete(self, id: str) -> None:
        """End a rule at once."""
        from freezeout.lake.catalogue.rules import cancel_rule

        lake = await self.lake()
        await cancel_rule(lake.client, id)
        self.set_status(204)
        self.finish()
