"""How each REANA server stands: asked of all at once, remembered for some seconds, never waited for long."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from freezeout.errors import FreezeoutError

if TYPE_CHECKING:
    from freezeout.reana.client.client import Client
    from freezeout.reana.sites.connection import Connection
    from freezeout_jupyter.reana.clients import Clients

FRESH = 5.0
_PATIENCE = 15.0
_AT_ONCE = 1.0
_SIGN_IN = ("reana_sign_in", "reana_denied")


@dataclass(frozen=True)
class State:
    """How a server stood when it was asked.

    Attributes
    ----------
    state : str
        ready, starting, degraded, down, unreachable or signed_out.
    at : float
        When, by the clock of `time.monotonic`.
    """

    state: str
    message: str = ""
    hint: str = ""
    version: str | None = None
    user: str | None = None
    at: float = 0.0


_ASKED = State("starting", "it is being asked", "this takes some seconds the first time")
_SILENT = State("unreachable", "the server does not answer", "try again later")
_DOWN = State("down", "the REANA server of this machine is not started", "start it, or: freezeout up")


class States:
    """The states of all servers.

    Parameters
    ----------
    clients : Clients
        Who they are.
    fresh : float
        Seconds for which an answer is good enough.
    """

    def __init__(self, clients: Clients, fresh: float = FRESH) -> None:
        self._clients, self._fresh = clients, fresh
        self._known: dict[str, tuple[Connection, State]] = {}
        self._asking: dict[str, tuple[float, asyncio.Task[None]]] = {}

    async def all(self, refresh: bool = False) -> list[tuple[Connection, State]]:
        """Every connection with its state; one that does not answer at once has the state of before."""
        found = await self._clients.connections()
        names = {one.name for one in found}
        for gone in [name for name in self._known if name not in names]:
            del self._known[gone]
        asked = [begun for one in found if (begun := self._ask(one, refresh)) is not None]
        # who is silent is waited for once, and not by every page that asks again
        last = max((at for at, _ in asked), default=0.0) + _AT_ONCE
        if asked and (left := last - time.monotonic()) > 0:
            await asyncio.wait([task for _, task in asked], timeout=left)
        return [(one, self._before(one) or _ASKED) for one in found]

    def forget(self) -> None:
        """Ask anew next time."""
        self._known.clear()

    async def close(self) -> None:
        """Stop asking."""
        tasks = [task for _, task in self._asking.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _before(self, connection: Connection) -> State | None:
        known, state = self._known.get(connection.name, (None, None))
        return state if known == connection else None

    def _ask(self, connection: Connection, refresh: bool) -> tuple[float, asyncio.Task[None]] | None:
        """Since when it is being asked; None when the answer of before is good enough."""
        known = self._before(connection)
        if known is not None and not refresh and time.monotonic() - known.at < self._fresh:
            return None
        name = connection.name
        if name not in self._asking:
            task = asyncio.create_task(self._answer(connection))
            self._asking[name] = time.monotonic(), task
            task.add_done_callback(lambda _: self._asking.pop(name, None))
        return self._asking[name]

    async def _answer(self, connection: Connection) -> None:
        try:
            found = await self._state(connection)
        except FreezeoutError as error:
            state = "signed_out" if error.code in _SIGN_IN else "unreachable"
            found = _SILENT if error.code == "reana_timeout" else State(state, error.message, error.hint)
        except Exception as error:
            found = State("unreachable", f"its answer cannot be read: {type(error).__name__}")
        self._known[connection.name] = connection, replace(found, at=time.monotonic())

    async def _state(self, connection: Connection) -> State:
        said = await asyncio.to_thread(_of_embedded) if connection.kind == "embedded" else None
        if said is not None and said.state in ("starting", "down"):
            return said
        reana = self._clients.of(connection)
        found = await reana.ask(_of_server, _PATIENCE)
        if said is not None and said.state == "degraded":
            return replace(found, state=said.state, message=said.message, hint=said.hint)
        return found


def _of_server(client: Client) -> State:
    said = client.server()
    return State("ready", version=said.version or None, user=said.email or None)


def _of_embedded() -> State:
    """What the supervisor of this machine's server says."""
    from freezeout.services.reana.status import read_status

    status = read_status()
    state = {"stopping": "down", "failed": "down"}.get(status.state, status.state)
    if status.state == "down":
        return _DOWN
    return State(state, "" if state == "ready" else status.message or status.state, status.hint)
