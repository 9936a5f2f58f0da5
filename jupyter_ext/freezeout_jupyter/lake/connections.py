"""The lakes that are connected, and how they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from freezeout_jupyter.lake.api import LakeApi

if TYPE_CHECKING:
    from freezeout.lake.sites.connection import Connection
    from freezeout_jupyter.sites.states import State


class LakeConnections(LakeApi):
    """``GET /freezeout/api/lake/connections``."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer all lakes and how they stand; none holds up the others."""
        lakes = self.lakes
        found = await lakes.states.all(self.flag("refresh"))
        self.finish(
            {
                "default": found[0][0].name if found else None,
                "connections": [connection_json(one, state) for one, state in found],
                "embedded": await self.in_thread(embedded),
            }
        )


def connection_json(one: Connection, state: State) -> dict[str, Any]:
    """A connection as the API shows it: nothing of its secrets, nor where they lie."""
    return {
        "name": one.name, "title": one.title or one.name, "kind": one.kind, "url": one.url,
        "account": one.account, "auth": one.auth, "here": one.here, "scope": one.scope,
        "state": state.state, "message": state.message, "hint": state.hint,
        "token_expires_at": state.token_expires_at, "version": state.version,
    }  # fmt: skip


def embedded() -> dict[str, Any]:
    """Whether this machine can have a lake of its own, and how it stands."""
    from freezeout.environments.folder import environment
    from freezeout.errors import FreezeoutError
    from freezeout.services.lake.place import place
    from freezeout.services.lake.status import read_status
    from freezeout.services.lake.supervisor import ENVIRONMENT

    try:
        obstacle = environment(ENVIRONMENT).obstacle()
        status = read_status(place())
    except FreezeoutError as error:
        return {"available": False, "state": "failed", "message": error.message}
    return {
        "available": obstacle is None,
        "state": status.state,
        "message": obstacle.message if obstacle else "" if status.state == "ready" else status.message,
    }
