"""What all routes of REANA share: the servers, and how a request names one and asks it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, TypeVar

from freezeout.errors import FreezeoutError, InputError
from freezeout_jupyter.base import Api, _Shared

if TYPE_CHECKING:
    from freezeout.reana.client.client import Client
    from freezeout_jupyter.reana.clients import Reana

T = TypeVar("T")

SETTING = "freezeout_reanas"
SECONDS = 60.0
_SESSIONS = 5.0
_LOOKING = 2
_NOT_BUILT = ("environment_missing", "environment_broken", "environment_damaged", "environment_left_over")


class Reanas:
    """The REANA servers that this server knows: their clients, their states, and what they said just now.

    Attributes
    ----------
    own : OwnReana
        That of this machine.
    """

    def __init__(self) -> None:
        # when somebody asks for the first time: a server that starts does not wait for them
        from freezeout_jupyter.reana.abouts import Abouts
        from freezeout_jupyter.reana.clients import ReanaClients
        from freezeout_jupyter.reana.own import OwnReana
        from freezeout_jupyter.reana.pool import Pool
        from freezeout_jupyter.reana.shared import Shared
        from freezeout_jupyter.reana.states import ReanaStates

        # what others wrote may be large, and takes the time of all while it is looked at
        self.looking = asyncio.Semaphore(_LOOKING)
        self.clients = ReanaClients()
        self.own = OwnReana()
        self.states = ReanaStates(self.clients, self.own)
        self.answers = Shared()
        self.sessions = Shared(_SESSIONS)
        self.abouts = Abouts()
        # each takes seconds, and who types wants many
        self.checks = Pool("REANA's client", threads=1, waiting=4)

    async def close(self) -> None:
        """Close everything, and stop the server of this machine if it is this server's."""
        self.answers.close()
        self.sessions.close()
        self.abouts.close()
        self.checks.close(at_once=True)
        await self.states.close()
        await self.clients.close()
        await asyncio.to_thread(self.own.close)

    def forget(self) -> None:
        """Something was changed: nothing that was said before is good."""
        self.clients.forget()
        self.answers.forget()
        self.sessions.forget()
        self.states.forget()


class ReanaRoute(_Shared):
    """What routes of both kinds share."""

    @property
    def reanas(self) -> Reanas:
        """The servers that this server knows."""
        found = self.settings.get(SETTING)
        if found is None:
            found = self.settings[SETTING] = Reanas()
        assert isinstance(found, Reanas)
        return found

    async def reana(self, name: str | None = None) -> Reana:
        """The server that the request is about: of the query, unless the body names it.

        Raises
        ------
        InputError
            When there is none of this name.
        """
        return await self.reanas.clients.named(self.query("connection") if name is None else name)

    async def ask(self, work: Callable[[Client], T], name: str | None = None, seconds: float = SECONDS) -> T:
        """What the server of the request says.

        Raises
        ------
        FreezeoutError
            What it raises; or that it takes too long, or that there is no client.
        """
        reana = await self.reana(name)
        try:
            return await reana.ask(work, seconds)
        except FreezeoutError as error:
            require_client(error)
            raise

    async def ask_once(self, key: Hashable, work: Callable[[Client], T], seconds: float = SECONDS) -> T:
        """The same for what many pages ask for again and again: one call serves them all."""
        reana = await self.reana()
        whole = (type(self), reana.generation, key)
        try:
            return await self.reanas.answers.get(whole, lambda: reana.ask(work, seconds))
        except FreezeoutError as error:
            require_client(error)
            raise

    async def change(
        self, work: Callable[[Client], T], name: str | None = None, seconds: float = SECONDS
    ) -> T:
        """The same for what changes something: what was said before is not repeated."""
        try:
            return await self.ask(work, name, seconds)
        finally:
            self.reanas.answers.forget()
            self.reanas.sessions.forget()


class ReanaApi(ReanaRoute, Api):
    """A route of REANA."""

    def slice(self, few: int, most: int) -> tuple[int, int]:
        """Page and size of the query.

        Raises
        ------
        InputError
            When they are none.
        """
        page, size = self.number("page"), self.number("size")
        page, size = 1 if page is None else page, few if size is None else size
        if not 0 < page < 1_000_000:
            raise InputError(f"page is '{page}'", hint="from 1 on", code="bad_query")
        if not 0 < size <= most:
            raise InputError(f"size is '{size}'", hint=f"from 1 to {most}", code="bad_query")
        return page, size


def require_client(error: FreezeoutError) -> None:
    """Say what to do when the error is that REANA's own client is not built.

    Raises
    ------
    InputError
        When it is that.
    """
    if error.code in _NOT_BUILT:
        raise InputError(
            f"REANA's own client is not here to be asked: {error.message}",
            hint="start the REANA server of this machine, which builds it; or: freezeout env build reana",
            code="reana_client_missing",
        ) from error
