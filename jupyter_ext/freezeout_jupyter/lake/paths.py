"""Where files of the lake lie on this machine, for those who ask rucio-jupyterlab's way."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from freezeout.errors import InputError
from freezeout_jupyter.lake.api import LakeApi

if TYPE_CHECKING:
    from freezeout.lake.did import DID
    from freezeout.lake.sites.client import LakeClient
    from freezeout.lake.sites.connection import Connection

MOST = 10_000


class LakePaths(LakeApi):
    """``GET /freezeout/api/lake/paths``."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer which files there are, and where those that are at hand lie."""
        did, lake = self.did(), await self.lake()
        rows = await _replicas(lake.client, did)
        files = await asyncio.to_thread(_files, lake.connection, rows)
        single = len(rows) == 1 and (rows[0]["scope"], rows[0]["name"]) == (did.scope, did.name)
        self.finish(
            {
                "did": str(did),
                "type": "file" if single else "collection",
                "available": bool(files) and all(one["path"] for one in files),
                "files": files,
            }
        )


async def _replicas(client: LakeClient, did: DID) -> list[dict[str, Any]]:
    body = {"dids": [{"scope": did.scope, "name": did.name}], "sort": "random", "resolve_archives": False}
    rows: list[dict[str, Any]] = []
    async with aclosing(client.batches("POST", "replicas/list", body=body)) as batches:
        async for batch in batches:
            rows += batch
            if len(rows) > MOST:
                raise InputError(
                    f"{did} holds more than {MOST} files",
                    hint="get it by freezeout.lake.files.get",
                    code="too_many_files",
                )
    return rows


def _files(connection: Connection, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    from freezeout.lake.did import DID
    from freezeout.lake.files.cache import Slot
    from freezeout.lake.files.replicas import local_path

    files = []
    for row in sorted(rows, key=lambda row: (row["scope"], row["name"])):
        did, pfns = DID(row["scope"], row["name"]), row.get("pfns") or {}
        # the near storage first
        pfns = sorted(pfns, key=lambda pfn: pfns[pfn]["rse"] != connection.here)
        found = Slot(connection, did, (row.get("adler32") or "").lower()).find()
        for pfn in pfns:
            found = found or local_path(pfn, connection)
        files.append(
            {"did": str(did), "path": str(found) if found else None, "pfn": pfns[0] if pfns else None}
        )
    return files
