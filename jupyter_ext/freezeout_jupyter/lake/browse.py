"""The lake looked at: connections, scopes, what is in them, what is found, and one data identifier."""

from __future__ import annotations

import asyncio
import dataclasses
import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from freezeout.errors import InputError
from freezeout_jupyter.lake.api import LakeApi, page_json
from freezeout_jupyter.lake.index import Key, Row, Source

if TYPE_CHECKING:
    from freezeout.lake.catalogue import browse
    from freezeout.lake.catalogue.query import Query
    from freezeout.lake.did import DID
    from freezeout.lake.sites.client import LakeClient
    from freezeout.lake.sites.connection import Connection
    from freezeout_jupyter.lake.clients import Lake

MOST = 500
_FEW = 200
_TYPES = ("all", "collection", "container", "dataset", "file")


class LakeScopes(LakeApi):
    """``GET /freezeout/api/lake/scopes``."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer all scopes, the account's own first."""
        from freezeout.lake.catalogue.browse import scopes

        lake = await self.lake()
        self.finish({"scopes": [one._asdict() for one in await scopes(lake.client)]})


class LakePages(LakeApi):
    """What listings and searches share: a page of many rows."""

    def slice(self) -> tuple[int, int]:
        """Offset and limit of the query.

        Raises
        ------
        InputError
            When they are none.
        """
        limit = self.number("limit")
        limit = _FEW if limit is None else limit
        if not 0 < limit <= MOST:
            raise InputError(f"limit is '{limit}'", hint=f"from 1 to {MOST}", code="bad_query")
        return self.number("offset") or 0, limit


class LakeListing(LakePages):
    """``GET /freezeout/api/lake/listing``."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer a page of what is in a scope or in a data identifier."""
        scope, text, type = self.query("scope"), self.query("did"), self.query("type", "collection")
        if bool(scope) == bool(text):
            raise InputError("it is not said what to list", hint="give scope=… or did=…", code="bad_query")
        if type not in _TYPES:
            raise InputError(f"type is '{type}'", hint=f"one of {', '.join(_TYPES)}", code="bad_query")
        offset, limit = self.slice()
        did = self.did() if text else None
        contains, refresh, lake = self.query("contains"), self.flag("refresh"), await self.lake()
        subject = str(did) if did else f"{scope}:{type}"
        source = _contents(lake.client, did) if did else _of_scope(lake.client, scope, type)
        key = Key(lake.connection.name, lake.generation, "did" if did else "scope", subject)
        self.finish(page_json(await self.lakes.listings.page(key, source, offset, limit, contains, refresh)))


class LakeSearch(LakePages):
    """``GET /freezeout/api/lake/search``."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer a page of what fits a query, and the query as it was understood."""
        from freezeout.lake.catalogue.query import parse

        query, scope, type = parse(self.query("q")), self.query("scope"), self.query("type", "all")
        if type not in _TYPES:
            raise InputError(f"type is '{type}'", hint=f"one of {', '.join(_TYPES)}", code="bad_query")
        offset, limit = self.slice()
        contains, refresh, lake = self.query("contains"), self.flag("refresh"), await self.lake()
        key = Key(lake.connection.name, lake.generation, "search", f"{scope}:{type}:{query}")
        source = _hits(lake.client, query, scope, type)
        page = await self.lakes.listings.page(key, source, offset, limit, contains, refresh)
        self.finish({**page_json(page), "query": str(query)})


class LakeDid(LakeApi):
    """``GET /freezeout/api/lake/did``."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer all that is known of a data identifier."""
        did, lake = self.did(), await self.lake()
        self.finish(await details_json(lake, did))


class LakeReplicas(LakeApi):
    """``GET /freezeout/api/lake/replicas``."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer where the bytes of a data identifier are."""
        from freezeout.lake.catalogue.details import replicas

        did, lake = self.did(), await self.lake()
        self.finish({"rses": [dataclasses.asdict(one) for one in await replicas(lake.client, did)]})


def _contents(client: LakeClient, did: DID) -> Source:
    async def rows() -> AsyncGenerator[Row, None]:
        from freezeout.lake.catalogue.browse import contents

        async with aclosing(contents(client, did)) as found:
            async for row in found:
                yield _compact(row)

    return rows


def _of_scope(client: LakeClient, scope: str, type: str) -> Source:
    async def rows() -> AsyncGenerator[Row, None]:
        from freezeout.lake.catalogue.browse import dids

        async with aclosing(dids(client, scope, type)) as found:
            async for row in found:
                yield _compact(row)

    return rows


def _hits(client: LakeClient, query: Query, scope: str, type: str) -> Source:
    async def rows() -> AsyncGenerator[Row, None]:
        from freezeout.lake.catalogue.search import search

        async with aclosing(search(client, query, scope, type)) as found:
            async for row, metadata in found:
                yield (*_compact(row), metadata)

    return rows


def _compact(row: browse.Row) -> Row:
    scope, name, type, size, adler32, length = row
    # of a hundred thousand rows each would have its own
    return sys.intern(scope), name, sys.intern(type), size, adler32, length


async def details_json(lake: Lake, did: DID) -> dict[str, Any]:
    """A data identifier as the API shows it."""
    from freezeout.lake.catalogue.details import details

    found = await details(lake.client, did)
    cached = None
    if found.type == "FILE":
        cached = await asyncio.to_thread(_cached, lake.connection, did, found.adler32 or "")
    return {**dataclasses.asdict(found), "cached": cached}


def _cached(connection: Connection, did: DID, adler32: str) -> str | None:
    from freezeout.lake.files.cache import Slot

    path = Slot(connection, did, adler32.lower()).find()
    return None if path is None else str(path)
