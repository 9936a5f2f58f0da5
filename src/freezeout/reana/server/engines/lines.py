"""Lines of a workflow's log, in the form that REANA's engines write them."""

from __future__ import annotations

import time

FORMAT = "%(asctime)s | %(name)s | %(threadName)s | %(levelname)s | %(message)s"
"""For Python's `logging`."""


def line(message: str, name: str = "freezeout", level: str = "INFO") -> str:
    """A line of our own."""
    now = time.time()
    date = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(now))
    return f"{date},{int(now * 1000) % 1000:03d} | {name} | MainThread | {level} | {message}"
