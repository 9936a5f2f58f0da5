"""Along with a workflow, until it ends: step by step, and cell by cell where the log tells."""

from __future__ import annotations

import re
import time

from freezeout.errors import FreezeoutError
from freezeout.jobs.reporter import Reporter
from freezeout.reana.client.client import Client
from freezeout.reana.client.workflow import Logs, Workflow

EVERY = 0.5
PATIENCE = 300.0
"""Seconds for which a server may be away."""

BEGIN, END = 0.1, 0.9
_PASSES = ("reana_unreachable", "reana_timeout", "reana_busy", "reana_worker", "reana_failed", "reana_answer")
_CELLS = re.compile(r"Executing:\s+\d+%[^\r\n]*?\| (\d+)/(\d+) ")


def follow(client: Client, workflow: str, reporter: Reporter, patience: float | None = None) -> Workflow:
    """Wait for the end of a workflow; a server that is away for a while is waited for.

    Raises
    ------
    FreezeoutError
        When the server stays away; says how to go on.
    """
    limit = PATIENCE if patience is None else patience
    away_since: float | None = None
    log = _Log(reporter)
    while True:
        try:
            now = client.status(workflow)
            cells = _cells(client, workflow, log) if now.status == "running" else None
        except FreezeoutError as error:
            if error.code not in _PASSES:
                raise
            away_since = away_since or time.monotonic()
            gone = time.monotonic() - away_since
            if gone > limit:
                raise FreezeoutError(
                    f"REANA has not answered for {gone:.0f} s: {error.message}",
                    hint=f"the workflow may go on; bring its results home: freezeout reana fetch {workflow}",
                    code=error.code,
                ) from error
            reporter.progress(None, f"waiting for REANA, which does not answer: {gone:.0f} s")
            time.sleep(min(2.0, EVERY * 2))
            continue
        if away_since is not None:
            reporter.log("REANA answers again")
            away_since = None
        if not now.live and now.status != "created":
            return now
        reporter.progress(*_told(now, cells))
        time.sleep(EVERY)


def _told(now: Workflow, cells: tuple[int, int] | None) -> tuple[float, str]:
    steps = now.progress
    if now.status != "running":
        return BEGIN, f"{now.full_name} is {now.status}"
    part = cells[0] / cells[1] if cells and cells[1] else 0.0
    share = min((steps.finished + steps.failed + part) / steps.total, 1.0) if steps.total else 0.0
    total = f"step {min(steps.finished + 1, steps.total)} of {steps.total}" if steps.total else "running"
    name = f" ({steps.step})" if steps.step else ""
    of_cells = f": cell {cells[0]} of {cells[1]}" if cells else ""
    return BEGIN + (END - BEGIN) * share, f"{total}{name}{of_cells}"


def _cells(client: Client, workflow: str, log: _Log) -> tuple[int, int] | None:
    said = client.logs(workflow)
    log.tell(said)
    found = None
    for step in said.steps:
        if step.status == "running":
            for match in _CELLS.finditer(step.log):
                found = int(match[1]), int(match[2])
    return found


class _Log:
    """What the engine says, line by line, each once."""

    def __init__(self, reporter: Reporter) -> None:
        self._reporter, self._told = reporter, 0

    def tell(self, said: Logs) -> None:
        """Tell what is new; a line that is not whole yet waits."""
        lines = said.workflow_log.splitlines(keepends=True)
        whole = [line for line in lines if line.endswith("\n")]
        for line in whole[self._told :]:
            self._reporter.log(line.rstrip())
        self._told = max(self._told, len(whole))
