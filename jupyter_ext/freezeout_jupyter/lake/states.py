"""How each lake stands, as it says itself."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from freezeout_jupyter.lake.clients import Lake
from freezeout_jupyter.sites.states import State, States

if TYPE_CHECKING:
    from freezeout.lake.sites.connection import Connection

_CONNECT = 3.0


class LakeStates(States["Connection", Lake]):
    """The states of all lakes."""

    sign_in = ("lake_sign_in", "lake_certificate")

    async def answers_all_the_same(self, connection: Connection) -> bool:
        """Whether anybody is there."""
        return await _listens(connection.url)

    async def asked(self, one: Lake) -> State:
        """What a lake says to us, once we are signed in."""
        client, connection = one.client, one.connection
        if not await _listens(connection.url):
            hint = "freezeout up" if connection.kind == "embedded" else "check the address and the network"
            return State("unreachable", f"nothing answers at {connection.url}", hint)
        await client.token()
        version = (await client.get("ping")).get("version")
        expires = None
        with contextlib.suppress(ValueError, OverflowError, OSError):
            if client.expires:
                expires = datetime.fromtimestamp(client.expires, UTC).isoformat(timespec="seconds")
        return State("ready", version=str(version) if version else None, token_expires_at=expires)


async def _listens(url: str) -> bool:
    """Whether anybody is there at all; found out at once, and not after many tries."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(parts.hostname, port), _CONNECT)
    except (OSError, TimeoutError):
        return False
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return True
