"""A connection tried: signed in, and asked who it is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from freezeout.lake.sites.client import LakeClient
from freezeout.lake.sites.connection import Connection

_SECONDS = 15.0


async def try_connection(connection: Connection) -> dict[str, Any]:
    """Sign in, and see that the account is there.

    Returns
    -------
    dict
        ``account``, ``version`` (of the server, or None) and ``expires_at`` (of the token, or None).

    Raises
    ------
    FreezeoutError
        Says why it does not work.
    """
    async with LakeClient(connection, _SECONDS) as client:
        await client.token()
        found = await client.get(f"accounts/{quote(client.account, safe='')}")
        version = await server_version(client)
        ends = client.expires
    until = datetime.fromtimestamp(ends, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if ends else None
    return {"account": found.get("account", client.account), "version": version, "expires_at": until}


async def server_version(client: LakeClient) -> str | None:
    """The version of Rucio that answers; None when it does not say."""
    said = await client.get("ping")
    version = said.get("version") if isinstance(said, dict) else None
    return str(version)[:40] if version else None
