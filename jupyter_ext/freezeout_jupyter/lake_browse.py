"""The lake looked at: connections, scopes, what is in them, and one data identifier."""

from __future__ import annotations

from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from freezeout.errors import InputError
from freezeout_jupyter import lake_calls as calls
from freezeout_jupyter.lake import LakeApi, page_json
from freezeout_jupyter.lake_states import State

MOST = 500
_TYPES = ("all", "collection", "container", "dataset", "file")


class LakeConnections(LakeApi):
    """``GET /freezeout/api/lake/connections``."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer all lakes and how they stand; none holds up the others."""
        found = await self.lakes.states.all(self.flag("refresh"))
        self.finish(
            {
                "default": found[0][0].name if found else None,
                "connections": [connection_json(one, state) for one, state in found],
            }
        )


class LakeScopes(LakeApi):
    """``GET /freezeout/api/lake/scopes``."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer all scopes."""
        lake = await self.lake()
        self.finish({"scopes": await calls.scopes(lake.client)})


class LakeListing(LakeApi):
    """``GET /freezeout/api/lake/listing``."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer a page of what is in a scope or in a data identifier."""
        lake, scope, text = await self.lake(), self.query("scope"), self.query("did")
        if bool(scope) == bool(text):
            raise InputError("it is not said what to list", hint="give scope=… or did=…", code="bad_query")
        if text:
            did, type = self.did(), ""
        else:
            type = self.query("type", "collection")
            if type not in _TYPES:
                raise InputError(f"type is '{type}'", hint=f"one of {', '.join(_TYPES)}", code="bad_query")
        key = (lake.connection.name, lake.generation, scope, type, text)
        page = await self.lakes.listings.page(
            key,
            (lambda: calls.content(lake.client, did))
            if text
            else (lambda: calls.of_scope(lake.client, scope, type)),
            self.number("offset") or 0,
            self.limit(),
            self.query("contains"),
            self.flag("refresh"),
        )
        self.finish(page_json(page))

    def limit(self) -> int:
        """How many rows to answer."""
        limit = self.number("limit")
        limit = 200 if limit is None else limit
        if not 0 < limit <= MOST:
            raise InputError(f"limit is '{limit}'", hint=f"from 1 to {MOST}", code="bad_query")
        return limit


class LakeDid(LakeApi):
    """``GET /freezeout/api/lake/did``."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer all that is known of a data identifier."""
        did, lake = self.did(), await self.lake()
        self.finish(await calls.details(lake.client, did))


class LakeRules(LakeApi):
    """``GET /freezeout/api/lake/rules``."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer the rules of a data identifier."""
        did, lake = self.did(), await self.lake()
        self.finish({"rules": await calls.rules(lake.client, did)})


def connection_json(one: Any, state: State) -> dict[str, Any]:
    """A connection as the API shows it: nothing of its secrets, nor where they lie."""
    return {
        "name": one.name, "title": _TITLES.get(one.kind, one.name), "kind": one.kind, "url": one.url,
        "account": one.account, "auth": one.auth, "here": one.here, "scope": one.scope,
        "state": state.state, "message": state.message, "hint": state.hint,
        "token_expires_at": state.token_expires_at, "version": state.version,
    }  # fmt: skip


_TITLES = {"embedded": "On this machine"}
