"""What is in the lake: scopes, what a scope holds, what a dataset or container holds; streamed."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, NamedTuple
from urllib.parse import quote

from freezeout.errors import FreezeoutError, InputError
from freezeout.lake.did import DID
from freezeout.lake.sites.client import LakeClient, path_of
from freezeout.lake.waiting import together

TYPES = ("", "all", "collection", "container", "dataset", "file")


class Scope(NamedTuple):
    """A scope, and whether the account owns it."""

    scope: str
    own: bool


class Row(NamedTuple):
    """One line of a listing; what the listing does not say is None."""

    scope: str
    name: str
    type: str
    bytes: int | None = None
    adler32: str | None = None
    length: int | None = None

    @property
    def did(self) -> DID:
        """Its data identifier."""
        return DID(self.scope, self.name)


async def scopes(client: LakeClient) -> list[Scope]:
    """All scopes by name, the account's own first."""
    found, own = await together(client.get("scopes/"), _own_scopes(client))
    return sorted((Scope(name, name in own) for name in found), key=lambda one: (not one.own, one.scope))


async def contents(client: LakeClient, did: DID) -> AsyncGenerator[Row, None]:
    """What a dataset or container holds, as it comes; of a file nothing.

    Sizes and lengths of what a container holds are not said here.
    """
    async with aclosing(client.batches("GET", f"dids/{path_of(did)}/dids")) as batches:
        async for batch in batches:
            for one in batch:
                yield Row(one["scope"], one["name"], one["type"], one.get("bytes"), one.get("adler32"))


async def dids(client: LakeClient, scope: str, type: str = "") -> AsyncGenerator[Row, None]:
    """What a scope holds, as it comes.

    Parameters
    ----------
    type : str
        all, collection (a dataset or container), container, dataset or file; empty means all.
    """
    if type not in TYPES:
        raise InputError(
            f"there is no type '{type}' of data", hint=f"types: {', '.join(TYPES[1:])}", code="bad_type"
        )
    async with aclosing(listing(client, scope, [{}], type)) as rows:
        async for row in rows:
            yield row


async def listing(
    client: LakeClient, scope: str, filters: list[dict[str, Any]], type: str
) -> AsyncGenerator[Row, None]:
    """What of a scope fits Rucio's filters; of those of JSON metadata the type is neither kept nor told."""
    # Rucio reads the filters as a literal of Python
    params = {"type": type or "all", "long": "True", "filters": repr(filters)}
    async with aclosing(
        client.batches("GET", f"dids/{quote(scope, safe='')}/dids/search", params=params)
    ) as found:
        async for batch in found:
            for one in batch:
                yield Row(
                    one["scope"], one["name"], one.get("did_type") or "", one.get("bytes"), None,
                    one.get("length"),
                )  # fmt: skip


async def _own_scopes(client: LakeClient) -> frozenset[str]:
    try:
        return frozenset(await client.get(f"accounts/{quote(client.account, safe='')}/scopes/"))
    except FreezeoutError as error:
        if error.code == "scope_not_found":
            return frozenset()
        raise
