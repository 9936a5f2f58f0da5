"""All about one DID, and where its bytes are."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from freezeout.errors import FreezeoutError
from freezeout.lake.catalogue.browse import contents
from freezeout.lake.catalogue.metadata import describe, missing, of_users
from freezeout.lake.catalogue.times import iso
from freezeout.lake.did import DID
from freezeout.lake.sites.client import LakeClient, path_of
from freezeout.lake.waiting import together

_AT_ONCE = 3


@dataclass(frozen=True)
class Details:
    """What the lake knows of a DID; times are ISO 8601 in UTC.

    Attributes
    ----------
    type : str
        FILE, DATASET or CONTAINER.
    length : int or None
        How many files a dataset or container holds.
    open : bool or None
        Whether more can be attached.
    mine : bool
        Whether it belongs to the connection's account.
    """

    did: str
    scope: str
    name: str
    type: str
    account: str
    bytes: int | None
    length: int | None
    adler32: str | None
    md5: str | None
    open: bool | None
    created_at: str | None
    updated_at: str | None
    expired_at: str | None
    metadata: dict[str, Any]
    parents: list[str]
    mine: bool


@dataclass(frozen=True)
class Replica:
    """What one storage element holds of a DID.

    Attributes
    ----------
    state : str
        Of a file Rucio's word: AVAILABLE, COPYING, UNAVAILABLE, BAD, BEING_DELETED,
        TEMPORARY_UNAVAILABLE. Of a collection AVAILABLE or PARTIAL.
    """

    rse: str
    state: str
    files: int
    files_available: int
    bytes: int
    bytes_available: int


async def details(client: LakeClient, did: DID) -> Details:
    """What the lake knows of a DID.

    Raises
    ------
    InputError
        When it is not there.
    """
    described, parents = await together(describe(client, [did]), _parents(client, did))
    columns, own = described.get(did) or missing(did)
    kind = columns["did_type"]
    size, length = columns.get("bytes"), columns.get("length")
    if kind != "FILE" and columns.get("is_open") is not False:
        size, length = await _counted(client, did, size, length)
    return Details(
        did=str(did), scope=did.scope, name=did.name, type=kind, account=columns["account"], bytes=size,
        length=length if kind != "FILE" else None, adler32=columns.get("adler32"), md5=columns.get("md5"),
        open=columns.get("is_open") if kind != "FILE" else None, created_at=iso(columns.get("created_at")),
        updated_at=iso(columns.get("updated_at")), expired_at=iso(columns.get("expired_at")),
        metadata=of_users(columns, own), parents=parents,
        mine=columns["account"] == client.account,
    )  # fmt: skip


async def replicas(client: LakeClient, did: DID) -> list[Replica]:
    """Where the bytes are, storage by storage; of a container those of all datasets below.

    Raises
    ------
    InputError
        When it is not there.
    """
    columns, _ = (await describe(client, [did])).get(did) or missing(did)
    if columns["did_type"] == "FILE":
        return await _of_file(client, did)
    datasets = {did} if columns["did_type"] == "DATASET" else await _datasets(client, did)
    turn = asyncio.Semaphore(_AT_ONCE)
    found = await together(*(_of_dataset(client, one, turn) for one in sorted(datasets)))
    totals = [sum(files for files, _, _ in found), sum(size for _, size, _ in found)]
    there: dict[str, list[int]] = {}
    for _, _, rses in found:
        for rse, (files, size) in rses.items():
            held = there.setdefault(rse, [0, 0])
            held[0] += files
            held[1] += size
    return [
        Replica(rse, "AVAILABLE" if files >= totals[0] else "PARTIAL", totals[0], files, totals[1], size)
        for rse, (files, size) in sorted(there.items())
    ]


async def _of_file(client: LakeClient, did: DID) -> list[Replica]:
    # the server's own order is by geography, which takes it a while
    body = {
        "dids": [{"scope": did.scope, "name": did.name}], "all_states": True, "sort": "random",
        "ignore_availability": True, "resolve_archives": False,
    }  # fmt: skip
    found: list[Replica] = []
    async with aclosing(client.rows("POST", "replicas/list", body=body)) as rows:
        async for row in rows:
            size = row.get("bytes") or 0
            for rse, state in sorted(row["states"].items()):
                ok = state == "AVAILABLE"
                found.append(Replica(rse, state, 1, int(ok), size, size if ok else 0))
    return found


async def _of_dataset(
    client: LakeClient, did: DID, turn: asyncio.Semaphore
) -> tuple[int, int, dict[str, tuple[int, int]]]:
    rses: dict[str, tuple[int, int]] = {}
    files = size = 0
    async with turn:
        path = f"replicas/{path_of(did)}/datasets"
        async with aclosing(client.rows("GET", path, params={"deep": "True"})) as rows:
            async for row in rows:
                files, size = row["length"] or 0, _whole(row["bytes"]) or 0
                rses[row["rse"]] = (row["available_length"] or 0, _whole(row["available_bytes"]) or 0)
        if not rses:
            size, files = (one or 0 for one in await _counted(client, did, None, None))
    return files, size, rses


async def _datasets(client: LakeClient, container: DID) -> set[DID]:
    """All datasets below a container, each once, however it is reached."""
    found: set[DID] = set()
    seen, queue = {container}, [container]
    while queue:
        async with aclosing(contents(client, queue.pop())) as rows:
            async for row in rows:
                if row.type == "DATASET":
                    found.add(row.did)
                elif row.type == "CONTAINER" and row.did not in seen:
                    seen.add(row.did)
                    queue.append(row.did)
    return found


async def _parents(client: LakeClient, did: DID) -> list[str]:
    async with aclosing(client.rows("GET", f"dids/{path_of(did)}/parents")) as rows:
        return sorted([f"{row['scope']}:{row['name']}" async for row in rows])


async def _counted(
    client: LakeClient, did: DID, size: int | None, length: int | None
) -> tuple[int | None, int | None]:
    """Size and length of what is still open, as the server counts them now."""
    try:
        found = await client.get(f"dids/{path_of(did)}", dynamic_depth="FILE")
    except FreezeoutError as error:
        if error.code in ("did_not_found", "not_possible"):
            return size, length
        raise
    # the address of 'a/meta' is also that of the metadata of 'a'
    return (
        (_whole(found.get("bytes")), found.get("length")) if found.get("name") == did.name else (size, length)
    )


def _whole(size: float | None) -> int | None:
    """A sum over files as the server sends it: PostgreSQL's sums are no whole numbers."""
    return None if size is None else int(size)
