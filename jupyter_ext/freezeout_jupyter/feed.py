"""The changes of jobs, read once for all who listen.

One poller reads the table of jobs while somebody listens, and stands still when nobody does. A slow
listener is no burden: what waits for it is the latest state of each job, and nothing older.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from freezeout.errors import FreezeoutError

if TYPE_CHECKING:
    from freezeout.jobs.job import Job

EVERY = 0.25
AFTER_FAULT = 5.0
AT_MOST = 100


@dataclass(frozen=True)
class Change:
    """The state of a job at one revision, as JSON."""

    id: str
    revision: int
    data: str


class Listener:
    """One who listens: what waits to be told, and whether there is any sense in telling.

    Attributes
    ----------
    closed : bool
        Whether the client has gone or the server stops.
    head, seen : int
        The latest revision when listening began, and the last one that was taken.
    """

    def __init__(self) -> None:
        self.closed = False
        self.head = 0
        self.seen = 0
        self._waiting: dict[str, Change] = {}
        self._awake = asyncio.Event()

    def offer(self, changes: Iterable[Change]) -> None:
        """Add changes; of each job the latest one stays."""
        for change in changes:
            known = self._waiting.get(change.id)
            if change.revision > max(self.seen, known.revision if known else 0):
                self._waiting[change.id] = change
                self._awake.set()

    def close(self) -> None:
        """Stop listening."""
        self.closed = True
        self._awake.set()

    async def take(self, seconds: float) -> list[Change]:
        """What is new, in the order of the changes; empty when nothing is for so long, or it is closed."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._awake.wait(), seconds)
        self._awake.clear()
        taken = sorted(self._waiting.values(), key=lambda change: change.revision)
        self._waiting.clear()
        self.seen = max([self.seen, *(change.revision for change in taken)])
        return taken


class Feed:
    """Hands every change of a job to all listeners.

    Parameters
    ----------
    stopping : callable
        Whether the server is about to end; all listeners are let go then.
    log : Logger
        Is told when the table cannot be read.
    """

    def __init__(
        self, stopping: Callable[[], bool], log: logging.Logger | logging.LoggerAdapter[logging.Logger]
    ):
        self._stopping, self._log = stopping, log
        self._listeners: set[Listener] = set()
        self._poller: asyncio.Task[None] | None = None

    @property
    def polls(self) -> bool:
        """Whether the table is being read."""
        return self._poller is not None and not self._poller.done()

    @property
    def listeners(self) -> int:
        """How many listen."""
        return len(self._listeners)

    @asynccontextmanager
    async def listen(self, since: int | None) -> AsyncIterator[Listener]:
        """Listen to what changes after this revision; without one, to live jobs and what changes from now on.

        Raises
        ------
        FreezeoutError
            When too many listen already, or the table cannot be read.
        """
        if len(self._listeners) >= AT_MOST:
            raise FreezeoutError(
                f"{AT_MOST} listen to the events already", hint="close other tabs", code="too_many_listeners"
            )
        listener = Listener()
        # first in, then read what was before: so nothing falls between the two
        self._listeners.add(listener)
        try:
            listener.head, earlier = await asyncio.to_thread(_earlier, since)
            listener.offer(earlier)
            if not self.polls:
                self._poller = asyncio.get_running_loop().create_task(self._poll(listener.head))
            yield listener
        finally:
            self._listeners.discard(listener)
            if self._poller and not self._listeners:
                self._poller.cancel()
                self._poller = None

    async def _poll(self, head: int) -> None:
        told = ""
        while self._listeners and not self._stopping():
            pause = EVERY
            try:
                found = await asyncio.to_thread(_changes, head)
            except FreezeoutError as error:
                pause = AFTER_FAULT
                if str(error) != told:
                    self._log.warning("freezeout: no events of jobs: %s", error)
                told = str(error)
            else:
                told = ""
                head = max([head, *(change.revision for change in found)])
                for listener in self._listeners:
                    listener.offer(found)
            await asyncio.sleep(pause)
        for listener in self._listeners:
            listener.close()


def _earlier(since: int | None) -> tuple[int, list[Change]]:
    """The latest revision, and what a new listener is told first."""
    from freezeout.jobs.store import jobs

    found = jobs()
    head = max((job.revision for job in found), default=0)
    if since is None or since > head:  # the table was begun anew since
        return head, [_change(job) for job in found if job.live]
    return head, [_change(job) for job in found if job.revision > since]


def _changes(since: int) -> list[Change]:
    from freezeout.jobs.store import changes

    return [_change(job) for job in changes(since)]


def _change(job: Job) -> Change:
    return Change(job.id, job.revision, json.dumps(job.to_dict()))
