"""One line for one event, and the same line at most once a minute."""

from __future__ import annotations

import logging
import sys
import time

_AGAIN = 60.0
_NOISE = (
    # Rucio means to tell a server that is not there; the transfer is called off all the same
    "Could not cancel FTS3 transfer",
    "Deletion NOTFOUND",
    "Booleans should only accept true/false",
    "multihop_rse_expression is not empty",
)


def start(level: int = logging.WARNING) -> logging.Logger:
    """Send the log of Rucio and of ourselves to standard error; answers our own logger."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLine())
    handler.addFilter(NotAgain())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    own = logging.getLogger("freezeout")
    own.setLevel(logging.INFO)
    return own


class OneLine(logging.Formatter):
    """Time, level, who and what; of a traceback only its last words."""

    def format(self, record: logging.LogRecord) -> str:
        """The one line."""
        words = record.getMessage()
        if record.exc_info and record.exc_info[1]:
            words += f": {type(record.exc_info[1]).__name__}: {record.exc_info[1]}"
        lines = [line.strip() for line in words.splitlines() if line.strip()]
        if lines and lines[0].startswith("Traceback"):
            lines = lines[-1:]
        when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))
        return f"{when} {record.levelname} {record.name}: {' '.join(lines)[:600]}"


class NotAgain(logging.Filter):
    """Lets nothing through that was said a short while ago."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it is news."""
        words = record.getMessage()
        if any(noise in words for noise in _NOISE):
            return False
        key, now = (record.name, words[:200]), time.monotonic()
        if now - self._said.get(key, -_AGAIN) < _AGAIN:
            return False
        if len(self._said) > 1000:
            self._said = {said: at for said, at in self._said.items() if now - at < _AGAIN}
        self._said[key] = now
        return True
