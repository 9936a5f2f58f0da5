"""How each lake stands: asked of all at once, remembered for some seconds, and never waited for long."""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from freezeout.errors import FreezeoutError

if TYPE_CHECKING:
    from freezeout.lake.connection import Connection
    from freezeout_jupyter.lake_clients import Clients

FRESH = 5.0
_PATIENCE = 8.0
_AT_ONCE = 1.0
_SIGN_IN = ("lake_sign_in", "lake_token", "lake_forbidden")


@dataclass(frozen=True)
class State:
    """How a lake stood when it was asked.

    Attributes
    ----------
    state : str
        ready, starting, degraded, down, unreachable or signed_out.
    """

    state: str
    message: str = ""
    hint: str = ""
    version: str | None = None
    token_expires_at: str | None = None
    at: float = 0.0


class States:
    """The states of all lakes."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._known: dict[Connection, State] = {}
        self._asking: dict[Connection, asyncio.Task[State]] = {}

    async def all(self, refresh: bool = False) -> list[tuple[Connection, State]]:
        """Every connection with its state; one that does not answer at once has the state of before."""
        found = await self._clients.connections()
        for known in [known for known in self._known if known not in found]:
            del self._known[known]
        asked = [self._ask(one, refresh) for one in found]
        waited = [task for task in asked if task is not None]
        if waited:
            await asyncio.wait(waited, timeout=_AT_ONCE)
        return [(one, self._known.get(one, _NO_ANSWER)) for one in found]

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
        if known is not None and not refresh and time.monotonic() - known.at < FRESH:
            return None
        task = self._asking.get(connection)
        if task is None:
            task = self._asking[connection] = asyncio.create_task(self._answer(connection))
            task.add_done_callback(lambda _: self._asking.pop(connection, None))
        return task

    async def _answer(self, connection: Connection) -> State:
        try:
            found = await asyncio.wait_for(self._probe(connection), _PATIENCE)
        except TimeoutError:
            found = _NO_ANSWER
        except FreezeoutError as error:
            state = "signed_out" if error.code in _SIGN_IN else "unreachable"
            found = State(state, error.message, error.hint)
        except Exception as error:
            found = State("unreachable", f"the lake answers what cannot be read: {type(error).__name__}")
        found = State(**{**found.__dict__, "at": time.monotonic()})
        self._known[connection] = found
        return found

    async def _probe(self, connection: Connection) -> State:
        client = self._clients.of(connection).client
        await client.token()
        version: Any = await client.get("ping")
        expires = None
        with contextlib.suppress(ValueError, OverflowError, OSError):
            if client.expires:
                expires = datetime.fromtimestamp(client.expires, UTC).isoformat(timespec="seconds")
        return State("ready", version=str(version.get("version", "")) or None, token_expires_at=expires)


_NO_ANSWER = State("unreachable", "the lake does not answer (yet)", "try again later")
