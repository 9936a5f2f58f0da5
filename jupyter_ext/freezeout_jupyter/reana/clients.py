"""One client for each REANA server, kept as long as this one lives, renewed when its settings change."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from freezeout_jupyter.reana.pool import Pool

if TYPE_CHECKING:
    from freezeout.reana.client.client import Client
    from freezeout.reana.sites.connection import Connection

T = TypeVar("T")

_FRESH = 1.0
_TO_CLOSE = 10.0


@dataclass(frozen=True)
class Reana:
    """A connection, its client, the threads that call it, and a number that no other one has."""

    connection: Connection
    client: Client
    pool: Pool
    generation: int

    async def ask(self, work: Callable[[Client], T], seconds: float) -> T:
        """What the client says to this.

        Raises
        ------
        FreezeoutError
            What the client raises; or that it takes too long.
        """
        return await self.pool.do(lambda: work(self.client), seconds)


class Clients:
    """The clients of all servers that were asked."""

    def __init__(self) -> None:
        self._known: dict[str, Reana] = {}
        self._configured: tuple[float, list[Connection]] = (-_FRESH, [])
        self._reading: asyncio.Task[list[Connection]] | None = None
        self._generation = 0
        self._closed = False

    async def connections(self) -> list[Connection]:
        """All servers that are configured now, the preferred one first; read again after a second."""
        at, found = self._configured
        if time.monotonic() - at < _FRESH:
            return found
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read())
        return await asyncio.shield(self._reading)

    async def reana(self, name: str = "") -> Reana:
        """The server of this name, or the preferred one.

        Raises
        ------
        InputError
            When there is none.
        """
        for one in await self.connections():
            if not name or one.name == name:
                return self.of(one)
        return self.of(await asyncio.to_thread(_connection, name))  # says what is wrong

    def of(self, connection: Connection) -> Reana:
        """The client of a connection that is configured."""
        known = self._known.get(connection.name)
        if known is not None and known.connection == connection:
            return known
        if self._closed:
            raise RuntimeError("the server stops")
        if known is not None:
            known.pool.close()
        self._generation += 1
        made = Reana(connection, _client(connection), Pool(connection.name), self._generation)
        self._known[connection.name] = made
        return made

    def forget(self) -> None:
        """Read what is configured anew at the next request."""
        self._configured = (-_FRESH, self._configured[1])

    async def close(self) -> None:
        """End all clients; nothing can be asked afterwards."""
        self._closed = True
        known, self._known = self._known, {}
        for one in known.values():
            one.pool.close(at_once=True)
        if known:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.to_thread(_end_processes), _TO_CLOSE)

    async def _read(self) -> list[Connection]:
        found = await asyncio.to_thread(_connections)
        self._configured = (time.monotonic(), found)
        names = {one.name for one in found}
        for name in [name for name in self._known if name not in names]:
            self._known.pop(name).pool.close()
        return found


def _connections() -> list[Connection]:
    from freezeout.reana.sites.connection import connections

    return connections()


def _connection(name: str) -> Connection:
    from freezeout.reana.sites.connection import connection

    return connection(name)


def _client(connection: Connection) -> Client:
    from freezeout.reana.client.client import Client

    return Client(connection)


def _end_processes() -> None:
    from freezeout.reana.client.worker import close_all

    close_all()
