"""How each lake stands: asked of all at once, remembered for some seconds, and never waited for long."""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from freezeout.errors import FreezeoutError

if TYPE_CHECKING:
    from freezeout.lake.sites.connection import Connection
    from freezeout_jupyter.lake.clients import Clients

FRESH = 5.0
_PATIENCE = 10.0
_AT_ONCE = 1.0
_CONNECT = 3.0
_SIGN_IN = ("lake_sign_in", "lake_certificate")


@dataclass(frozen=True)
class State:
    """How a lake stood when it was asked.

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
    token_expires_at: str | None = None
    at: float = 0.0


_SILENT = State("unreachable", "the lake does not answer", "try again later")


class States:
    """The states of all lakes.

    Parameters
    ----------
    clients : Clients
        Who they are.
    fresh : float
        Seconds for which an answer is good enough.
    """

    def __init__(self, clients: Clients, fresh: float = FRESH) -> None:
        self._clients, self._fresh = clients, fresh
        self._known: dict[Connection, State] = {}
        self._asking: dict[Connection, asyncio.Task[State]] = {}

    async def all(self, refresh: bool = False) -> list[tuple[Connection, State]]:
        """Every connection with its state; one that does not answer at once has the state of before."""
        found = await self._clients.connections()
        for gone in [one for one in self._known if one not in found]:
            del self._known[gone]
        asked = [self._ask(one, refresh) for one in found]
        waited = [task for task in asked if task is not None]
        if waited:
            await asyncio.wait(waited, timeout=_AT_ONCE)
        return [(one, self._known.get(one, _SILENT)) for one in found]

    def forget(self) -> None:
        """Ask anew next time."""
        self._known.clear()

    async def close(self) -> None:
        """Stop asking."""
        tasks = list(self._asking.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ask(self, connection: Connection, refresh: bool) -> asyncio.Task[State] | None:
        known = self._known.get(connection)
        if known is not None and not refresh and time.monotonic() - known.at < self._fresh:
            return None
        task = self._asking.get(connection)
        if task is None:
            task = self._asking[connection] = asyncio.create_task(self._answer(connection))
            task.add_done_callback(lambda _: self._asking.pop(connection, None))
        return task

    async def _answer(self, connection: Connection) -> State:
        try:
            connection.require_sound()
            found = await asyncio.wait_for(self._state(connection), _PATIENCE)
        except TimeoutError:
            found = _SILENT
        except FreezeoutError as error:
            state = "signed_out" if error.code in _SIGN_IN else "unreachable"
            found = State(state, error.message, error.hint)
        except Exception as error:
            found = State("unreachable", f"the lake's answer cannot be read: {type(error).__name__}")
        found = replace(found, at=time.monotonic())
        self._known[connection] = found
        return found

    async def _state(self, connection: Connection) -> State:
        said = await asyncio.to_thread(_of_embedded) if connection.kind == "embedded" else None
        if said is not None and said.state == "starting":
            return said
        # one that is down for its supervisor may be looked after by somebody else
        if said is not None and said.state == "down" and not await _listens(connection.url):
            return said
        found = await self._asked(connection)
        if said is not None and said.state == "degraded":
            return replace(found, state=said.state, message=said.message, hint=said.hint)
        return found

    async def _asked(self, connection: Connection) -> State:
        client = self._clients.of(connection).client
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


def _of_embedded() -> State:
    """What the supervisor of the embedded lake says."""
    from freezeout.services.lake.place import place
    from freezeout.services.lake.status import read_status

    status = read_status(place())
    state = {"stopping": "down", "failed": "down"}.get(status.state, status.state)
    if status.state == "down":
        return State("down", "the lake of this machine is not started", "start it, or: freezeout up")
    return State(state, "" if state == "ready" else status.message or status.state, status.hint)


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
