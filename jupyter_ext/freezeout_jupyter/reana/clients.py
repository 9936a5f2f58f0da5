"""The client of each REANA server, with the threads that call it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from freezeout.reana.sites.connection import Connection
from freezeout_jupyter.reana.pool import Pool
from freezeout_jupyter.sites.clients import Clients

if TYPE_CHECKING:
    from freezeout.reana.client.client import Client

T = TypeVar("T")

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


class ReanaClients(Clients[Connection, Reana]):
    """The clients of all servers that were asked."""

    def configured(self) -> list[Connection]:
        """Read what is configured."""
        from freezeout.reana.sites.connection import connections

        return connections()

    def chosen(self, name: str) -> Connection:
        """The connection of this name, or why there is none."""
        from freezeout.reana.sites.connection import connection

        return connection(name)

    def open(self, connection: Connection, generation: int) -> Reana:
        """A server with threads of its own."""
        from freezeout.reana.client.client import Client

        return Reana(connection, Client(connection), Pool(connection.name), generation)

    def retire(self, one: Reana) -> None:
        """Take no more work; what is under way is done."""
        one.pool.close()

    async def end(self, known: list[Reana]) -> None:
        """End these, and the processes that REANA's own client runs in."""
        for one in known:
            one.pool.close(at_once=True)
        if known:
            from freezeout.reana.client.worker import close_all

            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.to_thread(close_all), _TO_CLOSE)
