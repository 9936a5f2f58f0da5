"""The server of this machine, started and stopped; it lives no longer than the one that starts it."""

from __future__ import annotations

import contextlib
import threading
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from freezeout.jobs.job import Job
    from freezeout.services.supervised import Supervised


class Own(ABC):
    """What is supervised on this machine, as this server has started or found it.

    A kind of it says the `word` that its jobs are named by, the `title` of the one that starts it, and the
    `work` of that job: the function that follows a start to its end.
    """

    word: ClassVar[str]
    title: ClassVar[str]
    work: ClassVar[str]

    def __init__(self) -> None:
        self._mine: Supervised[Any] | None = None
        self._changing = threading.Lock()

    @abstractmethod
    def begin(self) -> Supervised[Any]:
        """Start it, or find the one that runs."""

    @abstractmethod
    def found(self) -> Supervised[Any]:
        """The one that runs, or does not."""

    def start(self) -> Job:
        """Start it, and a job that follows it until it can be used."""
        from freezeout.jobs.run import start
        from freezeout.services.identity import born

        with self._changing:
            mine = self._mine
            if mine is None or mine.supervisor is None or mine.supervisor.poll() is not None:
                # the process that starts it is the one that it ends with: this one, not the job's
                mine = self._mine = self.begin()
            begun = mine.supervisor
            who = {} if begun is None else {"pid": begun.pid, "birth": born(begun.pid)}
            return start(f"{self.word}-start", self.title, self._subject, self.work, who)

    def stop(self) -> None:
        """Stop it, whoever has started it, and whoever waits for its start."""
        from freezeout.jobs.run import cancel
        from freezeout.jobs.store import live_jobs

        with self._changing:
            for job in live_jobs():
                if job.subject == self._subject:
                    cancel(job.id)
            mine, self._mine = self._mine or self.found(), None
            mine.stop()

    def close(self) -> None:
        """Stop it if it is this server's; another's goes on."""
        mine = self._mine
        if mine is not None and mine.supervisor is not None:
            with contextlib.suppress(Exception):
                mine.stop()

    @property
    def _subject(self) -> str:
        return f"{self.word}:embedded"
