"""Steps that are not to be broken off in the middle, however a job is asked to stop."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from freezeout.jobs.job import Cancelled

_STOPS: dict[int, type[BaseException]] = {
    signal.SIGTERM: Cancelled,
    signal.SIGINT: KeyboardInterrupt,
    signal.SIGHUP: Cancelled,  # its terminal was closed
}
_depth = 0
_pending: type[BaseException] | None = None


@contextmanager
def stoppable() -> Iterator[bool]:
    """While the block lasts SIGTERM and SIGHUP raise `Cancelled` in it, SIGINT `KeyboardInterrupt`, once.

    Gives whether it can be stopped so: only the main thread of a process can.
    """
    global _pending
    if threading.current_thread() is not threading.main_thread():
        yield False
        return
    # nohup has SIGHUP ignored, and means it
    stops = [n for n in _STOPS if n != signal.SIGHUP or signal.getsignal(n) != signal.SIG_IGN]
    previous = {number: signal.signal(number, _stop) for number in stops}
    try:
        yield True
    finally:
        _pending = None
        for number, handler in previous.items():
            signal.signal(number, handler)


@contextmanager
def undisturbed() -> Iterator[None]:
    """A stop that comes while the block lasts waits for its end."""
    global _depth, _pending
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _depth += 1
    try:
        yield
    finally:
        _depth -= 1
        if _depth == 0 and _pending is not None:
            stop, _pending = _pending, None
            raise stop


def _stop(number: int, _frame: FrameType | None) -> None:
    global _pending
    # once is enough: a second one would break into the clearing away that the first began
    signal.signal(number, signal.SIG_IGN)
    if _depth:
        _pending = _STOPS[number]
        return
    raise _STOPS[number]
