"""The REANA servers that are known: listed with how they stand, kept, forgotten."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from freezeout.errors import FreezeoutError
from freezeout_jupyter.reana.api import ReanaApi, Reanas, require_client

if TYPE_CHECKING:
    from freezeout.reana.sites.connection import Connection
    from freezeout_jupyter.reana.clients import Reana
    from freezeout_jupyter.sites.states import State

_PATIENCE = 30.0
_LARGEST_BODY = 40_000  # tokens may be long


class ReanaConnections(ReanaApi):
    """``GET``, ``POST`` and ``DELETE /freezeout/api/reana/connections``."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer all servers and how they stand; none holds up the others."""
        rows = await listed(self.reanas, self.flag("refresh"))
        self.finish({"connections": rows, "client": await self.in_thread(client_json)})

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Keep a server's address and a token, when it answers to them; answer all but the token."""
        names = ["name", "url", "token"]
        said = self.body(dict.fromkeys([*names, "authorities"], str), names, _LARGEST_BODY)
        made = await self.tried(said.pop("authorities", ""), **said)
        self.reanas.forget()
        rows = await listed(self.reanas)
        self.set_status(201)
        self.finish(next(one for one in rows if one["name"] == made.name))

    async def tried(self, authorities: str, name: str, url: str, token: str) -> Connection:
        """The connection, kept once the server has answered to it."""
        reana = await self.in_thread(lambda: _to_try(name, url, token, authorities))
        try:
            await reana.ask(lambda client: client.server(), _PATIENCE)
        except FreezeoutError as error:
            require_client(error)
            raise
        finally:
            reana.pool.close()
        return await self.in_thread(lambda: _keep(name, url, token, reana.connection.authorities))

    @web.authenticated
    @authorized
    async def delete(self) -> None:
        """Forget a kept server and its token."""
        name = self.needed("name")
        await self.in_thread(lambda: _forget(name))
        self.reanas.forget()
        self.set_status(204)
        self.finish()


async def listed(reanas: Reanas, refresh: bool = False) -> list[dict[str, Any]]:
    """All connections as the API shows them, without their tokens or where those lie."""
    found = await reanas.states.all(refresh)
    return [_connection_json(one, state, first=n == 0) for n, (one, state) in enumerate(found)]


def _connection_json(one: Connection, state: State, first: bool) -> dict[str, Any]:
    return {
        "name": one.name, "kind": one.kind, "url": one.url,
        "state": state.state, "message": state.message, "hint": state.hint,
        "version": state.version, "user": state.user, "token_expires_at": one.token_expires_at,
        "preferred": first, "removable": one.kind == "kept",
    }  # fmt: skip


def client_json() -> dict[str, str]:
    """Whether REANA's own client is here."""
    from freezeout.environments.card import cards
    from freezeout.environments.folder import environment

    try:
        (card,) = cards([environment("reana")])
    except FreezeoutError as error:
        return {"state": "unavailable", "message": error.message}
    state = {"outdated": "built", "ready": "missing", "broken": "missing"}.get(card["state"], card["state"])
    return {"state": state, "message": card["reason"]}


def _to_try(name: str, url: str, token: str, authorities: str) -> Reana:
    from freezeout.reana.client.client import Client
    from freezeout.reana.sites.checking import address, certificates, secret
    from freezeout.reana.sites.connection import Connection, require_name
    from freezeout_jupyter.reana.clients import Reana
    from freezeout_jupyter.reana.pool import Pool

    require_name(name)
    trusted = certificates(Path(authorities)) if authorities else None
    connection = Connection(name, "kept", address(url), secret(token), authorities=trusted)
    return Reana(connection, Client(connection), Pool(name), 0)


def _keep(name: str, url: str, token: str, authorities: Path | None) -> Connection:
    from freezeout.reana.sites.connection import keep

    return keep(name, url, token, authorities=authorities)


def _forget(name: str) -> None:
    from freezeout.reana.sites.connection import forget

    forget(name)
