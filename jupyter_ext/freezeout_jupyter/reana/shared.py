"""Answers that many ask for at once: asked for once, and good for a moment."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")

FRESH = 1.0
_MOST = 200


class Shared:
    """Remembers answers, faults included, for a second.

    Parameters
    ----------
    fresh : float
        Seconds for which an answer is good.
    """

    def __init__(self, fresh: float = FRESH) -> None:
        self._fresh = fresh
        self._known: dict[Hashable, tuple[float, asyncio.Task[Any]]] = {}

    async def get(self, key: Hashable, ask: Callable[[], Awaitable[T]]) -> T:
        """The answer to what the key stands for; asked for when there is none that is fresh."""
        self._drop_old()
        at, task = self._known.get(key, (0.0, None))
        if task is None or (task.done() and time.monotonic() - at >= self._fresh):
            task = asyncio.ensure_future(_begin(ask))
            # a fault that nobody waits for any more is nobody's
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
            self._known[key] = (time.monotonic(), task)
        # who goes away does not take the answer from the others
        found: T = await asyncio.shield(task)
        return found

    def forget(self) -> None:
        """Ask anew from now on; who waits already gets the answer of before."""
        self._known.clear()

    def close(self) -> None:
        """Stop asking."""
        for _, task in self._known.values():
            task.cancel()
        self._known.clear()

    def _drop_old(self) -> None:
        if len(self._known) > _MOST:
            now = time.monotonic()
            self._known = {
                key: (at, task)
                for key, (at, task) in self._known.items()
                if not task.done() or now - at < self._fresh
            }


async def _begin(ask: Callable[[], Awaitable[T]]) -> T:
    return await ask()
