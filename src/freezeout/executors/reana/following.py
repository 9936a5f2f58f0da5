"""Along with a workflow, until it ends: step by step, and cell by cell where the log tells."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence

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
            said = client.logs(workflow) if now.status == "running" else Logs.of({})
            log.tell(said)
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
        reporter.progress(*told(now, cells(said)))
        time.sleep(EVERY)


def told(now: Workflow, notebooks: Sequence[tuple[int, int]]) -> tuple[float, str]:
    """How far it is: steps that have ended, and of those that run the part of their cells that is done."""
    steps = now.progress
    if now.status != "running":
        return BEGIN, f"{now.full_name} is {now.status}"
    ended = steps.finished + steps.failed
    part = sum(done / of for done, of in notebooks)
    share = min((ended + part) / steps.total, 1.0) if steps.total else 0.0
    if steps.running > 1 or len(notebooks) > 1:
        where = f"{ended} of {steps.total} steps are done, {max(steps.running, len(notebooks))} run"
    elif steps.total:
        where = f"step {min(ended + 1, steps.total)} of {steps.total}"
        where += f" ({steps.step})" if steps.step else ""
    else:
        where = "running"
    done, of = map(sum, zip(*notebooks, strict=True)) if notebooks else (0, 0)
    return BEGIN + (END - BEGIN) * share, f"{where}: cell {done} of {of}" if of else where


def cells(said: Logs) -> list[tuple[int, int]]:
    """Of each notebook that runs now, the cells that are done and all of them."""
    found = [list(_CELLS.finditer(step.log)) for step in said.steps if step.status == "running"]
    return [(int(every[-1][1]), int(every[-1][2])) for every in found if every and int(every[-1][2])]


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
