"""Search: what of the lake fits a query, found by Rucio's filters and proved here.

Rucio's filters do less than they seem to, so that they only narrow down what is looked at:

- those of JSON metadata ignore the type of the DID, and cannot stand beside those of its own columns;
- text that looks like a number, a date or a truth is compared as such, and ``true`` within any text is
  changed into ``True``;
- comparing with a number fails as a whole when one DID has text under that key;
- ``!=`` compares with missing values, once so and once so.

(Rucio 41.5, ``rucio.core.did_meta_plugins``.) Every hit is then held against the query with its own
metadata, and what is found does not depend on how.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, NamedTuple

from freezeout.errors import FreezeoutError, InputError
from freezeout.lake.catalogue.browse import TYPES, Row, listing, scopes
from freezeout.lake.catalogue.matching import fits, fits_row, needs_description
from freezeout.lake.catalogue.metadata import describe, of_users
from freezeout.lake.catalogue.narrowing import filters
from freezeout.lake.catalogue.query import Query, Term, glob, parse, quoted
from freezeout.lake.did import DID
from freezeout.lake.sites.client import LakeClient

__all__ = ["Found", "Query", "parse", "quoted", "search"]

_AT_ONCE = 3
_MANY = 200
_FIRST = 20
_WAITING = 1000


class Found(NamedTuple):
    """A hit; its metadata when they had to be looked at, else None."""

    row: Row
    metadata: dict[str, Any] | None


async def search(
    client: LakeClient, query: Query | str, scope: str = "", type: str = ""
) -> AsyncGenerator[Found, None]:
    """What fits a query, as it is found; each DID once.

    Close it when it is not read to its end: ``async with contextlib.aclosing(search(…)) as hits``.

    Parameters
    ----------
    query : Query or str
        See `freezeout.lake.catalogue.query`.
    scope : str
        Look there only; in all scopes unless given.
    type : str
        collection, container, dataset or file; all unless given.

    Raises
    ------
    InputError
        When the query cannot be read, or the type is none.
    """
    asked = parse(query) if isinstance(query, str) else query
    if type not in TYPES:
        raise InputError(
            f"there is no type '{type}' of data", hint=f"types: {', '.join(TYPES[1:])}", code="bad_type"
        )
    alternatives = asked.alternatives()
    places = [scope] if scope else [one.scope for one in await scopes(client)]
    work = [(place, fitting) for place in places if (fitting := _of_scope(alternatives, place))]
    async with aclosing(_together(client, work, type)) as hits:
        async for hit in hits:
            yield hit


def _of_scope(alternatives: list[tuple[Term, ...]], scope: str) -> list[tuple[Term, ...]]:
    """The alternatives that this scope can fit, without their conditions on the scope."""
    return [
        tuple(term for term in terms if term.key != "scope")
        for terms in alternatives
        if all(
            (glob(str(term.value)).fullmatch(scope) is not None) == (term.operator == "=")
            for term in terms
            if term.key == "scope"
        )
    ]


async def _together(
    client: LakeClient, work: list[tuple[str, list[tuple[Term, ...]]]], type: str
) -> AsyncGenerator[Found, None]:
    """The hits of several scopes, a few scopes at a time."""
    if len(work) == 1:
        async with aclosing(_in_scope(client, *work[0], type)) as hits:
            async for hit in hits:
                yield hit
        return
    queue: asyncio.Queue[Found | Exception | None] = asyncio.Queue(_WAITING)
    waiting = iter(work)

    async def look() -> None:
        for scope, alternatives in waiting:
            async with aclosing(_in_scope(client, scope, alternatives, type)) as hits:
                async for hit in hits:
                    await queue.put(hit)

    async def look_everywhere() -> None:
        end: Exception | None = None
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(_AT_ONCE, len(work))):
                    group.create_task(look())
        except ExceptionGroup as failed:
            end = failed.exceptions[0]
        await queue.put(end)

    looking = asyncio.create_task(look_everywhere())
    try:
        while (found := await queue.get()) is not None:
            if isinstance(found, Exception):
                raise found
            yield found
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)


async def _in_scope(
    client: LakeClient, scope: str, alternatives: list[tuple[Term, ...]], type: str
) -> AsyncGenerator[Found, None]:
    seen: set[str] = set()
    for terms in alternatives:
        async with aclosing(_one_alternative(client, scope, terms, type)) as hits:
            async for hit in hits:
                if hit.row.name not in seen:
                    seen.add(hit.row.name)
                    yield hit


async def _one_alternative(
    client: LakeClient, scope: str, terms: tuple[Term, ...], type: str
) -> AsyncGenerator[Found, None]:
    narrowed = filters(terms)
    try:
        async with aclosing(_proved(client, scope, terms, type, narrowed.sharp)) as hits:
            async for hit in hits:
                yield hit
        return
    except FreezeoutError as error:
        if narrowed.sharp == narrowed.wide or error.code not in (
            "bad_metadata", "bad_query", "lake_failed", "lake_busy", "lake_unreachable", "not_possible",
        ):  # fmt: skip
            raise
    # a value of another kind under one of the keys breaks the database's comparison, even half-way
    async with aclosing(_proved(client, scope, terms, type, narrowed.wide)) as hits:
        async for hit in hits:
            yield hit


async def _proved(
    client: LakeClient, scope: str, terms: tuple[Term, ...], type: str, filter: dict[str, Any]
) -> AsyncGenerator[Found, None]:
    look = needs_description(terms)
    many, waiting = _FIRST, []
    async with aclosing(listing(client, scope, [filter], _narrow_type(terms, type))) as rows:
        async for row in rows:
            if not look:
                if _is_of(row.type, type) and fits_row(row, terms):
                    yield Found(row, None)
                continue
            waiting.append(DID(row.scope, row.name))
            if len(waiting) >= many:
                for hit in await _described(client, waiting, terms, type):
                    yield hit
                many, waiting = _MANY, []
    for hit in await _described(client, waiting, terms, type):
        yield hit


async def _described(client: LakeClient, dids: list[DID], terms: tuple[Term, ...], type: str) -> list[Found]:
    found = []
    for did, (columns, own) in (await describe(client, dids)).items() if dids else ():
        if not columns.get("suppressed") and _is_of(columns["did_type"], type) and fits(columns, own, terms):
            row = Row(
                did.scope, did.name, columns["did_type"], columns.get("bytes"), columns.get("adler32"),
                columns.get("length") if columns["did_type"] != "FILE" else None,
            )  # fmt: skip
            found.append(Found(row, of_users(columns, own)))
    return found


def _narrow_type(terms: tuple[Term, ...], type: str) -> str:
    asked = [str(term.value) for term in terms if term.key == "type" and term.operator == "="]
    return asked[0] if asked else type


def _is_of(kind: str, type: str) -> bool:
    return type in ("", "all") or (kind != "FILE" if type == "collection" else kind == type.upper())
