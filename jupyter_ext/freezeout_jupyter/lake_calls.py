"""What Rucio is asked for, as the routes show it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from freezeout_jupyter.lake_index import Row

if TYPE_CHECKING:
    from freezeout.lake.client import LakeClient
    from freezeout.lake.did import DID


def address(did: DID, *rest: str) -> str:
    return "/".join(["dids", quote(did.scope, safe=""), quote(did.name, safe=""), *rest])


async def scopes(client: LakeClient) -> list[dict[str, Any]]:
    account = quote(client.connection.account, safe="")
    all_scopes = await client.get("scopes/")
    own = set(await client.get(f"accounts/{account}/scopes/"))
    return [{"scope": scope, "own": scope in own} for scope in sorted(all_scopes)]


async def content(client: LakeClient, did: DID) -> AsyncIterator[Row]:
    async for row in client.rows("GET", address(did, "dids")):
        yield row["scope"], row["name"], row["type"], row["bytes"], row["adler32"], None


async def of_scope(client: LakeClient, scope: str, type: str) -> AsyncIterator[Row]:
    params = {"type": type, "long": "1", "name": "*"}
    async for row in client.rows("GET", f"dids/{quote(scope, safe='')}/dids/search", params=params):
        yield row["scope"], row["name"], row["did_type"], row["bytes"], None, row["length"]


async def details(client: LakeClient, did: DID) -> dict[str, Any]:
    said = await client.get(address(did), dynamic="DATASET")
    meta = await client.get(address(did, "meta"), plugin="ALL")
    parents = [f"{row['scope']}:{row['name']}" async for row in client.rows("GET", address(did, "parents"))]
    known = set(COLUMNS)
    return {
        "did": str(did), "scope": did.scope, "name": did.name, "type": said["type"],
        "account": said["account"], "bytes": said.get("bytes"), "length": said.get("length"),
        "adler32": said.get("adler32"), "md5": said.get("md5"), "open": said.get("open"),
        "created_at": iso(meta.get("created_at")), "updated_at": iso(meta.get("updated_at")),
        "expired_at": iso(meta.get("expired_at")),
        "metadata": {k: v for k, v in sorted(meta.items()) if k not in known},
        "parents": parents, "mine": said["account"] == client.connection.account, "cached": None,
    }  # fmt: skip


async def rules(client: LakeClient, did: DID) -> list[dict[str, Any]]:
    return [rule(client, row) async for row in client.rows("GET", address(did, "rules"))]


def rule(client: LakeClient, row: dict[str, Any]) -> dict[str, Any]:
    ok, going, stuck = (int(row[f"locks_{name}_cnt"]) for name in ("ok", "replicating", "stuck"))
    whole = ok + going + stuck
    return {
        "id": row["id"], "did": f"{row['scope']}:{row['name']}", "rse_expression": row["rse_expression"],
        "account": row["account"], "state": row["state"], "copies": row["copies"],
        "progress": ok / whole if whole else float(row["state"] == "OK"),
        "ok": ok, "replicating": going, "stuck": stuck, "expires_at": iso(row.get("expires_at")),
        "created_at": iso(row.get("created_at")), "error": row.get("error") or "",
        "mine": row["account"] == client.connection.account,
    }  # fmt: skip


def iso(text: str | None) -> str | None:
    if not text:
        return None
    return (
        datetime.strptime(text, "%a, %d %b %Y %H:%M:%S UTC").replace(tzinfo=UTC).isoformat(timespec="seconds")
    )


COLUMNS = ["account", "availability", "deleted_at", "prod_step", "accessed_at", "did_type", "suppressed", "events", "version", "closed_at", "is_open", "bytes", "guid", "campaign", "eol_at", "monotonic", "length", "project", "task_id", "is_archive", "hidden", "md5", "datatype", "panda_id", "constituent", "name", "obsolete", "adler32", "run_number", "lumiblocknr", "access_cnt", "scope", "complete", "expired_at", "stream_name", "provenance", "created_at", "is_new", "purge_replicas", "phys_group", "transient", "updated_at"]
