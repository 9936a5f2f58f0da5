"""How each server stands: asked of all at once, remembered for some seconds, and never waited for long."""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Generic

from freezeout.errors import FreezeoutError
from freezeout_jupyter.sites.clients import C, Clients, K

if TYPE_CHECKING:
    from freezeout_jupyter.sites.own import Own

FRESH = 5.0
PATIENCE = 15.0
_AT_ONCE = 1.0


@dataclass(frozen=True)
class State:
    """How a server stood when it was asked.

    Attributes
    ----------
    state : str
        ready, starting, degraded, down, unreachable or signed_out.
    user : str or None
        Who one is there.
    at : float
        When, by the clock of `time.monotonic`.
    """

    state: str
    message: str = ""
    hint: str = ""
    version: str | None = None
    user: str | None = None
    token_expires_at: str | None = None
    at: float = 0.0


SILENT = State("unreachable", "it does not answer", "try again later")


class States(ABC, Generic[C, K]):
    """The states of all servers.

    A kind of them says in `unknown` how one stands of which nothing is known yet, and by `sign_in`, codes
    of errors, which ones refuse whoever asks.

    Parameters
    ----------
    clients : Clients
        Who they are.
    own : Own
        That of this machine.
    fresh : float
        Seconds for which an answer is good enough.
    """

    unknown: ClassVar[State] = SILENT
    sign_in: ClassVar[tuple[str, ...]]

    def __init__(self, clients: Clients[C, K], own: Own, fresh: float = FRESH) -> None:
        self._clients, self._own, self._fresh = clients, own, fresh
        self._known: dict[str, tuple[C, State]] = {}
        self._asking: dict[str, tuple[float, asyncio.Task[None]]] = {}

    async def all(self, refresh: bool = False) -> list[tuple[C, State]]:
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
        return [(one, self._before(one) or self.unknown) for one in found]

    def forget(self) -> None:
        """Ask anew next time."""
        self._known.clear()

    async def close(self) -> None:
        """Stop asking."""
        tasks = [task for _, task in self._asking.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @abstractmethod
    async def asked(self, one: K) -> State:
        """What a server says itself.

        Raises
        ------
        FreezeoutError
            That it does not answer, or not to us.
        """

    async def answers_all_the_same(self, connection: C) -> bool:
        """Whether one of this machine, which nobody has started here, is looked after by somebody else."""
        return False

    def _before(self, connection: C) -> State | None:
        known, state = self._known.get(connection.name, (None, None))
        return state if known == connection else None

    def _ask(self, connection: C, refresh: bool) -> tuple[float, asyncio.Task[None]] | None:
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

    async def _answer(self, connection: C) -> None:
        try:
            if connection.fault:
                connection.require_sound()
            found = await asyncio.wait_for(self._state(connection), PATIENCE)
        except TimeoutError:
            found = SILENT
        except FreezeoutError as error:
            state = "signed_out" if error.code in self.sign_in else "unreachable"
            found = State(state, error.message, error.hint)
        except Exception as error:
            found = State("unreachable", f"its answer cannot be read: {type(error).__name__}")
        self._known[connection.name] = connection, replace(found, at=time.monotonic())

    async def _state(self, connection: C) -> State:
        said = await asyncio.to_thread(self._of_own) if connection.kind == "embedded" else None
        if said is not None and said.state == "starting":
            return said
        if said is not None and said.state == "down" and not await self.answers_all_the_same(connection):
            return said
        found = await self.asked(self._clients.of(connection))
        if said is not None and said.state == "degraded":
            return replace(found, state=said.state, message=said.message, hint=said.hint)
        return found

    def _of_own(self) -> State:
        """What the supervisor of this machine's says."""
        own = self._own.found()
        status = own.status
        if status.state == "down":
            return State("down", f"{own.title} of this machine is not started", "start it, or: freezeout up")
        state = {"stopping": "down", "failed": "down"}.get(status.state, status.state)
        return State(state, "" if state == "ready" else status.message or status.state, status.hint)
