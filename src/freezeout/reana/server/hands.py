"""What the server lends an engine: steps are recorded and done, lines are kept."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

from freezeout.reana.server.store import Store
from freezeout.reana.server.work import Step, StepResult, Work

_MOST_LOG = 20_000_000


class Doing:
    """The hands of one workflow that runs.

    Parameters
    ----------
    store : Store
        Where its steps are recorded.
    work : Work
        The workflow.
    """

    def __init__(self, store: Store, work: Work) -> None:
        self._store, self._work = store, work

    async def run_step(self, step: Step) -> StepResult:
        """Do a step: it is recorded, shown as running, limited, and its output kept."""
        from freezeout.reana.server.steps import execute

        job = self._store.add_job(self._work.id, step)
        log = step_log(self._work.scratch, job)
        log.parent.mkdir(mode=0o700, exist_ok=True)
        status, reason = "failed", "the server could not do this step"
        try:
            result = await execute(step, self._work, log, self._work.limits)
            status, reason = "finished" if result.well else "failed", result.reason
        except asyncio.CancelledError:
            status, reason = "stopped", ""
            raise
        finally:
            self._store.end_job(job, status, reason)
        return result

    def log(self, line: str) -> None:
        """Add a line to the log of the workflow."""
        self.tell(self._work.scratch, line)

    def plan(self, total: int) -> None:
        """Say how many steps there are."""
        self._store.plan(self._work.id, total)

    @staticmethod
    def tell(scratch: Path, line: str) -> None:
        """Add a line to the log of a workflow; a log that is very long already gets no more."""
        path = workflow_log(scratch)
        with (
            contextlib.suppress(OSError),
            path.open("a", encoding="utf-8", errors="backslashreplace") as stream,
        ):
            if stream.tell() < _MOST_LOG:
                stream.write(f"{line}\n")


def workflow_log(scratch: Path) -> Path:
    """The log of a workflow."""
    return scratch / "workflow.log"


def step_log(scratch: Path, job: str) -> Path:
    """The output of a step."""
    return scratch / "steps" / f"{job}.log"
