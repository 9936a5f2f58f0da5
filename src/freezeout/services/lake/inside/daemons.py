"""All daemons of Rucio in one process: ``python -m freezeout.services.lake.inside.daemons``.

A round asks the database what there is to do and takes only those steps. It begins again after a
fraction of a second, or at once when a copy has ended.
"""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from logging import Logger
from pathlib import Path

from rucio.common.config import config_get
from rucio.db.sqla.constants import DatabaseOperationType
from rucio.db.sqla.session import db_session, get_engine
from sqlalchemy.exc import OperationalError

from freezeout.services.lake.inside import bookkeeping, database, log, steps, transfertool, work
from freezeout.services.lake.inside.transfers import Transfers

_PAUSE = 0.4
_BUSY_FOR = 20.0
_LONGEST_BACK_OFF = 60.0
_GRACE = 4.0


def main() -> int:
    """Work until somebody says SIGTERM."""
    own = log.start()
    folder = Path(config_get("posix", "transfers"))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(folder / ".lock", "w") as only_one:
        try:
            fcntl.flock(only_one, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            own.error("other daemons are at work in %s", folder)
            return 1
        return Daemons(folder, own).run()


class Daemons:
    """The loop.

    Parameters
    ----------
    folder : Path
        Where transfers are remembered.
    own : Logger
        Where it says what happens.
    """

    def __init__(self, folder: Path, own: Logger) -> None:
        self._own = own
        self._wake = threading.Event()
        self._ending = False
        self._away = False
        self._held_back: dict[str, tuple[float, float]] = {}
        database.ping_first(get_engine())
        database.do_not_wait_for_the_disk(get_engine())
        self._transfers = Transfers(folder, self._wake.set)
        transfertool.install(self._transfers)
        self._steps = steps.steps()
        self._began = False
        self._last_work = time.monotonic()

    def run(self) -> int:
        """Go round until told to end."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        self._own.info("the daemons are at work")
        while not self._ending:
            self._wake.wait(self._pause())
            self._wake.clear()
            if not self._ending:
                self._round()
        self._transfers.close()
        self._own.info("the daemons have ended")
        return 0

    def _end(self, *_: object) -> None:
        self._ending = True
        steps.stop()
        self._wake.set()
        # a step that hangs must not keep the process
        timer = threading.Timer(_GRACE, _leave)
        timer.daemon = True
        timer.start()

    def _pause(self) -> float:
        if self._away:
            return 1.0
        return _PAUSE if time.monotonic() - self._last_work < _BUSY_FOR else _PAUSE * 1.5

    def _round(self) -> None:
        try:
            if not self._began:
                bookkeeping.take_up(self._transfers)
                self._began = True
            bookkeeping.settle(self._transfers)
            with db_session(DatabaseOperationType.READ) as session:
                there_is = work.find(session)
        except Exception as error:
            self._database_is_away(error)
            return
        if self._away:
            self._away = False
            self._own.info("the database is back")
        for name in steps.ORDER:
            if self._ending:
                return
            needed = self._transfers.ended() if name == "poll" else name in there_is
            if needed:
                self._step(name, self._steps[name])
            if self._away:
                return

    def _step(self, name: str, do: Callable[[], object]) -> None:
        wait_until, back_off = self._held_back.get(name, (0.0, 0.0))
        if time.monotonic() < wait_until:
            return
        self._last_work = time.monotonic()
        try:
            do()
            self._held_back.pop(name, None)
        except Exception as error:
            if _of_the_database(error):
                self._database_is_away(error)
                return
            back_off = min(_LONGEST_BACK_OFF, max(1.0, 2 * back_off))
            self._held_back[name] = (time.monotonic() + back_off, back_off)
            self._own.warning("%s failed: %s: %s", name, type(error).__name__, error)

    def _database_is_away(self, error: Exception) -> None:
        if not _of_the_database(error):
            self._own.warning("a round failed: %s: %s", type(error).__name__, error)
        elif not self._away:
            self._own.warning("the database is away: %s", error)
        self._away = True


def _of_the_database(error: Exception) -> bool:
    """Whether it is the database that cannot be reached, and not one question that it did not like."""
    while not isinstance(error, OperationalError):
        cause = error.__cause__ or error.__context__
        if not isinstance(cause, Exception):
            return "OperationalError" in str(error)
        error = cause
    return True


def _leave() -> None:
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
