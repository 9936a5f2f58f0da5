"""One client for each lake, kept as long as the server lives, and renewed when its settings change."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from freezeout.lake.sites.client import LakeClient
    from freezeout.lake.sites.connection import Connection

_FRESH = 1.0
_AFTERWARDS = 30.0


@dataclass(frozen=True)
class Lake:
    """A connection, its client, and a number that grows whenever it becomes another client."""

    connection: Connection
    client: LakeClient
    generation: int


class Clients:
    """The clients of all lakes that were asked for.

    Parameters
    ----------
    changed : callable
        Called with all connections when they are not those of before.
    """

    def __init__(self, changed: Callable[[list[Connection]], object] = lambda found: None) -> None:
        self._changed = changed
        self._lakes: dict[str, Lake] = {}
        self._configured: tuple[float, list[Connection]] = (-_FRESH, [])
        self._reading: asyncio.Task[list[Connection]] | None = None
        self._retiring: set[asyncio.Task[None]] = set()
        self._generation = 0
        self._closed = False

    async def connections(self) -> list[Connection]:
        """All lakes that are configured now, the default first; read again when a second has gone by."""
        at, found = self._configured
        if time.monotonic() - at < _FRESH:
            return found
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read())
        return await asyncio.shield(self._reading)

    async def lake(self, name: str = "") -> Lake:
        """The lake of this name, or the default one.

        Raises
        ------
        InputError
            When there is none.
        """
        for one in await self.connections():
            if not name or one.name == name:
                one.require_sound()
                return self._of(one)
        from freezeout.lake.sites.known import connection

        return self._of(await asyncio.to_thread(connection, name))  # says what is wrong

    def of(self, connection: Connection) -> Lake:
        """The lake of a connection that is configured."""
        return self._of(connection)

    def forget(self) -> None:
        """Read what is configured anew at the next request."""
        self._configured = (-_FRESH, self._configured[1])

    async def close(self) -> None:
        """Close all connections; nothing can be asked afterwards."""
        self._closed = True
        for task in list(self._retiring):
            task.cancel()
        await asyncio.gather(*self._retiring, return_exceptions=True)
        lakes, self._lakes = list(self._lakes.values()), {}
        for lake in lakes:
            with contextlib.suppress(Exception):
                await lake.client.close()

    async def _read(self) -> list[Connection]:
        found = await asyncio.to_thread(_configured())
        if found != self._configured[1]:
            self._changed(found)
        self._configured = (time.monotonic(), found)
        names = {one.name for one in found}
        for name in [name for name in self._lakes if name not in names]:
            self._retire(self._lakes.pop(name))
        return found

    def _of(self, connection: Connection) -> Lake:
        known = self._lakes.get(connection.name)
        if known is not None and known.connection == connection:
            return known
        if self._closed:
            raise RuntimeError("the server stops")
        if known is not None:
            self._retire(known)
        self._generation += 1
        made = Lake(connection, _client(connection), self._generation)
        self._lakes[connection.name] = made
        return made

    def _retire(self, lake: Lake) -> None:
        """Close a client when the requests that it still serves have had their time."""

        async def close() -> None:
            try:
                await asyncio.sleep(_AFTERWARDS)
            finally:
                await lake.client.close()

        task = asyncio.create_task(close())
        self._retiring.add(task)
        task.add_done_callback(self._retiring.discard)


def _configured() -> Callable[[], list[Connection]]:
    from freezeout.lake.sites.known import connections

    return connections


def _client(connection: Connection) -> Any:
    from freezeout.lake.sites.client import LakeClient

    return LakeClient(connection)
