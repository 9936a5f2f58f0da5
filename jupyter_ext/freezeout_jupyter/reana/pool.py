"""Threads for the calls of one server, few and its own: one that hangs holds up nobody else."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from freezeout.errors import FreezeoutError

T = TypeVar("T")

THREADS = 4
WAITING = 40


class Pool:
    """Does blocking calls in a few threads, and waits for none of them for ever.

    Parameters
    ----------
    name : str
        Of the server, for messages.
    """

    def __init__(self, name: str, threads: int = THREADS, waiting: int = WAITING) -> None:
        self._name, self._most = name, threads + waiting
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix=f"reana-{name}")
        self._lock = threading.Lock()
        self._under_way = 0

    async def do(self, work: Callable[[], T], seconds: float) -> T:
        """What the work gives, when it does so in time.

        Raises
        ------
        FreezeoutError
            When too many calls wait already, or the time is over; and what the work raises.
        """
        with self._lock:
            if self._under_way >= self._most:
                raise FreezeoutError(
                    f"{self._under_way} calls to '{self._name}' wait already",
                    hint="try again in a moment",
                    code="reana_busy",
                )
            self._under_way += 1
        try:
            future = self._executor.submit(work)
        except RuntimeError:  # the server stops
            self._ended(None)
            raise FreezeoutError(f"the connection '{self._name}' is closed", code="reana_busy") from None
        future.add_done_callback(self._ended)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(future), seconds)
        except TimeoutError:
            if future.done() and not future.cancelled() and future.exception() is not None:
                raise  # it is the work's own
            raise FreezeoutError(
                f"'{self._name}' has not answered in {seconds:g} seconds",
                hint="try again later",
                code="reana_timeout",
            ) from None

    def close(self, at_once: bool = False) -> None:
        """Take no more work; what has not begun is done all the same unless it is to end at once."""
        self._executor.shutdown(wait=False, cancel_futures=at_once)

    def _ended(self, _: Future[T] | None) -> None:
        with self._lock:
            self._under_way -= 1
