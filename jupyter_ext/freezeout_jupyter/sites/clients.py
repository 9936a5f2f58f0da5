"""One client for each server that is connected, kept as long as this one lives, renewed with its settings."""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

FRESH = 1.0


class Site(Protocol):
    """A connection to a server, as it is configured."""

    @property
    def name(self) -> str:
        """What users choose it by."""
        ...

    @property
    def kind(self) -> str:
        """Where it is configured; ``embedded`` when it is of this machine."""
        ...

    @property
    def fault(self) -> str:
        """What is wrong with what is configured; nothing can be asked then."""
        ...

    def require_sound(self) -> None:
        """Refuse when nothing can be asked."""
        ...


C = TypeVar("C", bound=Site)
C_co = TypeVar("C_co", bound=Site, covariant=True)


class Connected(Protocol[C_co]):
    """A connection with its client."""

    @property
    def connection(self) -> C_co:
        """What the client was made of."""
        ...


K = TypeVar("K", bound=Connected[Any])


class Clients(ABC, Generic[C, K]):
    """The clients of all servers that were asked for.

    Parameters
    ----------
    changed : callable
        Called with all connections when they are not those of before.
    """

    def __init__(self, changed: Callable[[list[C]], object] = lambda found: None) -> None:
        self._changed = changed
        self._known: dict[str, K] = {}
        self._configured: tuple[float, list[C]] = (-FRESH, [])
        self._reading: asyncio.Task[list[C]] | None = None
        self._generation = 0
        self._closed = False

    async def connections(self) -> list[C]:
        """All that are configured now, the preferred one first; read again when a second has gone by."""
        at, found = self._configured
        if time.monotonic() - at < FRESH:
            return found
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read())
        return await asyncio.shield(self._reading)

    async def named(self, name: str = "") -> K:
        """The one of this name, or the preferred one.

        Raises
        ------
        InputError
            When there is none, or it has a fault.
        """
        for one in await self.connections():
            if not name or one.name == name:
                if one.fault:
                    one.require_sound()
                return self.of(one)
        return self.of(await asyncio.to_thread(self.chosen, name))  # says what is wrong

    def of(self, connection: C) -> K:
        """The client of a connection that is configured."""
        known = self._known.get(connection.name)
        if known is not None and known.connection == connection:
            return known
        if self._closed:
            raise RuntimeError("the server stops")
        if known is not None:
            self.retire(known)
        self._generation += 1
        made = self._known[connection.name] = self.open(connection, self._generation)
        return made

    def forget(self) -> None:
        """Read what is configured anew at the next request."""
        self._configured = (-FRESH, self._configured[1])

    async def close(self) -> None:
        """End all clients; nothing can be asked afterwards."""
        self._closed = True
        known, self._known = list(self._known.values()), {}
        await self.end(known)

    async def _read(self) -> list[C]:
        found = await asyncio.to_thread(self.configured)
        if found != self._configured[1]:
            self._changed(found)
        self._configured = (time.monotonic(), found)
        names = {one.name for one in found}
        for name in [name for name in self._known if name not in names]:
            self.retire(self._known.pop(name))
        return found

    @abstractmethod
    def configured(self) -> list[C]:
        """Read what is configured; this may take its time."""

    @abstractmethod
    def chosen(self, name: str) -> C:
        """The connection of this name, or why there is none; this may take its time."""

    @abstractmethod
    def open(self, connection: C, generation: int) -> K:
        """A client, with a number that no other one has."""

    @abstractmethod
    def retire(self, one: K) -> None:
        """Let a client go that nobody asks any more; what it was asked before is still answered."""

    @abstractmethod
    async def end(self, known: list[K]) -> None:
        """End these, which are all, at once."""
