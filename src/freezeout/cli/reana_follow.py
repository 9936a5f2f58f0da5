"""The logs of a workflow as they grow."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from freezeout.cli.output import say

if TYPE_CHECKING:
    from freezeout.reana.client.client import Client

_PAUSE = 1.0
_LONGEST_PAUSE = 30.0
_TEMPORARY = ("reana_unreachable", "reana_timeout", "reana_busy")
_PATIENCE = 10


def follow(client: Client, workflow: str, steps: Sequence[str] = (), silent: bool = False) -> int:
    """Print what is said until the workflow has ended.

    A server that does not answer for a while is waited for.

    Returns
    -------
    int
        The exit status: 0 when it finished, 1 when it did not.
    """
    from freezeout.errors import FreezeoutError

    printer, failures, told = _Printer(), 0, False
    while True:
        try:
            found = client.status(workflow)
            if not silent:
                printer.show(client, found.id, steps)
            failures = 0
        except FreezeoutError as error:
            failures += 1
            if error.code not in _TEMPORARY or failures > _PATIENCE:
                raise
            say(f"{error.message}; trying again")
            time.sleep(min(_PAUSE * 2**failures, _LONGEST_PAUSE))
            continue
        # asked before its logs: what it said last is in them
        if not found.live and found.status != "created":
            say(f"{found.full_name}: {found.status}")
            return 0 if found.status == "finished" else 1
        if found.status == "created" and not told:
            told = True
            say(f"{found.full_name} waits to be started")
        time.sleep(_PAUSE)


class _Printer:
    """Knows what of which log is on the screen already."""

    def __init__(self) -> None:
        self._seen: dict[str, str] = {}
        self._shown = ""

    def show(self, client: Client, workflow: str, steps: Sequence[str]) -> None:
        found = client.logs(workflow, list(steps) or None)
        if not steps:
            self._add("workflow", found.workflow_log)
            self._add("engine", found.engine_log)
        for number, one in enumerate(found.steps, start=1):
            self._add(f"step {one.name or number}", one.log, one.id)
        sys.stdout.flush()

    def _add(self, title: str, text: str, key: str = "") -> None:
        before = self._seen.get(key or title, "")
        # a log that got too long loses its middle
        new = text[len(before) :] if text.startswith(before) else text
        if not new:
            return
        self._seen[key or title] = text
        if self._shown != (key or title):
            self._shown = key or title
            print(f"==> {title} <==")
        sys.stdout.write(new if new.endswith("\n") else f"{new}\n")
