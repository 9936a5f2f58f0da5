"""A step, executed: prepared in a thread, done by a shim, gone when it is over."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from pathlib import Path

from freezeout.errors import FreezeoutError
from freezeout.reana.server.steps.child import GRACE, Child
from freezeout.reana.server.steps.preparation import prepare
from freezeout.reana.server.steps.shim import CappedLog
from freezeout.reana.server.work import Limits, Step, StepResult, Work


async def execute(step: Step, work: Work, log: Path, limits: Limits, grace: float = GRACE) -> StepResult:
    """Run one command to its end; it and all that it started are gone when this returns.

    Parameters
    ----------
    step : Step
        What is to be done.
    work : Work
        The workflow that it belongs to.
    log : Path
        Gets the output, live; the beginning and the end of it when it is too long.
    limits : Limits
        What it may take.
    grace : float, s
        Between asking it to end and ending it.
    """
    with ExitStack() as stack:
        try:
            prepared = await asyncio.to_thread(prepare, step, work, limits, stack)
        except FreezeoutError as error:
            kept = CappedLog(str(log), limits.log_bytes)
            kept.note(str(error))
            kept.close()
            return StepResult(1, str(error))
        child = await Child.start(prepared, log, limits.log_bytes, grace)
        try:
            told = await child.told()
        except asyncio.CancelledError:
            await asyncio.shield(child.end())
            raise
    return StepResult(int(told["status"]), str(told["reason"]))
