"""Questions to the lake from code that waits for the answer."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import asdict
from typing import Any

from freezeout.errors import FreezeoutError
from freezeout.lake.catalogue.details import details, replicas
from freezeout.lake.catalogue.metadata import describe, of_users
from freezeout.lake.catalogue.rules import rules
from freezeout.lake.catalogue.search import Found
from freezeout.lake.catalogue.search import search as hits
from freezeout.lake.did import DID
from freezeout.lake.files.cache import Slot
from freezeout.lake.sites.client import LakeClient
from freezeout.lake.sites.known import connection
from freezeout.lake.waiting import wait

_MANY = 200


def search(
    query: str = "", *, type: str = "", scope: str = "", lake: str = "", limit: int | None = None
) -> list[dict[str, Any]]:
    """What fits a query, sorted by name, with its metadata.

    Parameters
    ----------
    limit : int, optional
        Stop after so many.
    """

    async def ask() -> list[dict[str, Any]]:
        found: list[Found] = []
        async with LakeClient(connection(lake)) as client, aclosing(hits(client, query, scope, type)) as some:
            async for hit in some:
                found.append(hit)
                if len(found) == limit:
                    break
            return sorted(
                [row for start in range(0, len(found), _MANY)
                 for row in await _with_metadata(client, found[start : start + _MANY])],
                key=lambda row: str(row["did"]),
            )  # fmt: skip

    return wait(ask())


async def _with_metadata(client: LakeClient, found: list[Found]) -> list[dict[str, Any]]:
    missing = [hit.row.did for hit in found if hit.metadata is None]
    looked_up = (
        {did: of_users(*both) for did, both in (await describe(client, missing)).items()} if missing else {}
    )
    return [
        {
            "did": str(hit.row.did), "scope": hit.row.scope, "name": hit.row.name, "type": hit.row.type,
            "bytes": hit.row.bytes, "length": hit.row.length,
            "metadata": hit.metadata if hit.metadata is not None else looked_up.get(hit.row.did, {}),
        }
        for hit in found
    ]  # fmt: skip


def info(did: str | DID, *, lake: str = "") -> dict[str, Any]:
    """All about one data identifier, with the storages that hold it, its rules, and where it is cached."""
    wanted = DID.parse(did) if isinstance(did, str) else did
    where = connection(lake)

    async def ask() -> dict[str, Any]:
        async with LakeClient(where) as client:
            found = asdict(await details(client, wanted))
            found["replicas"] = [asdict(one) for one in await replicas(client, wanted)]
            try:
                found["rules"] = [asdict(one) for one in await rules(client, wanted)]
            except FreezeoutError as error:
                if error.code != "lake_denied":
                    raise
                found["rules"] = []
            return found

    found = wait(ask())
    path = (
        Slot(where, wanted, found["adler32"]).find() if found["type"] == "FILE" and found["adler32"] else None
    )
    return {**found, "cached": str(path) if path else None}
