"""Answers that many ask for at once: asked for once, and good for a moment."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")

FRESH = 1.0
_PAUSE = 2.0
_MOST = 200


class Shared:
    """Remembers answers, faults included, for a second; those that took long, for longer.

    Parameters
    ----------
    fresh : float
        Seconds for which an answer is good at least.
    """

    def __init__(self, fresh: float = FRESH) -> None:
        self._fresh = fresh
        self._known: dict[Hashable, _Answer] = {}

    async def get(self, key: Hashable, ask: Callable[[], Awaitable[T]]) -> T:
        """The answer to what the key stands for; asked for when there is none that is fresh."""
        self._drop_old()
        answer = self._known.get(key)
        if answer is None or answer.is_old:
            answer = self._known[key] = _Answer(ask, self._fresh)
        # who goes away does not take the answer from the others
        found: T = await asyncio.shield(answer.task)
        return found

    def forget(self) -> None:
        """Ask anew from now on; who waits already gets the answer of before."""
        self._known.clear()

    def close(self) -> None:
        """Stop asking."""
        for answer in self._known.values():
            answer.task.cancel()
        self._known.clear()

    def _drop_old(self) -> None:
        if len(self._known) > _MOST:
            self._known = {key: answer for key, answer in self._known.items() if not answer.is_old}


class _Answer:
    """One answer, from when it is asked for."""

    def __init__(self, ask: Callable[[], Awaitable[Any]], fresh: float) -> None:
        self._begun = time.monotonic()
        self._until: float | None = None
        self._fresh = fresh
        self.task = asyncio.ensure_future(_begin(ask))
        self.task.add_done_callback(self._ended)

    @property
    def is_old(self) -> bool:
        return self._until is not None and time.monotonic() >= self._until

    def _ended(self, task: asyncio.Task[Any]) -> None:
        # a server that is slow is asked the less often
        now = time.monotonic()
        self._until = max(self._begun + self._fresh, now + _PAUSE * (now - self._begun))
        if not task.cancelled():
            task.exception()  # a fault that nobody waits for any more is nobody's


async def _begin(ask: Callable[[], Awaitable[T]]) -> T:
    return await ask()
