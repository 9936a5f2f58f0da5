"""The client of each lake; one that is replaced may finish what it was asked."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from freezeout_jupyter.sites.clients import Clients

if TYPE_CHECKING:
    from freezeout.lake.sites.client import LakeClient
    from freezeout.lake.sites.connection import Connection

_AFTERWARDS = 30.0


@dataclass(frozen=True)
class Lake:
    """A connection, its client, and a number that grows whenever it becomes another client."""

    connection: Connection
    client: LakeClient
    generation: int


class LakeClients(Clients["Connection", Lake]):
    """The clients of all lakes that were asked for."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._retiring: set[asyncio.Task[None]] = set()

    def configured(self) -> list[Connection]:
        """Read what is configured."""
        from freezeout.lake.sites.known import connections

        return connections()

    def chosen(self, name: str) -> Connection:
        """The connection of this name, or why there is none."""
        from freezeout.lake.sites.known import connection

        return connection(name)

    def open(self, connection: Connection, generation: int) -> Lake:
        """A lake with a client that nobody has asked yet."""
        from freezeout.lake.sites.client import LakeClient

        return Lake(connection, LakeClient(connection), generation)

    def retire(self, one: Lake) -> None:
        """Close a client when the requests that it still serves have had their time."""

        async def close() -> None:
            try:
                await asyncio.sleep(_AFTERWARDS)
            finally:
                await one.client.close()

        task = asyncio.create_task(close())
        self._retiring.add(task)
        task.add_done_callback(self._retiring.discard)

    async def end(self, known: list[Lake]) -> None:
        """Close these, and those that have had no time yet."""
        for task in list(self._retiring):
            task.cancel()
        await asyncio.gather(*self._retiring, return_exceptions=True)
        for lake in known:
            with contextlib.suppress(Exception):
                await lake.client.close()
