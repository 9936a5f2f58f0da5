"""A step, executed: prepared in a thread, done by a shim, gone when it is over."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from freezeout.errors import FreezeoutError
from freezeout.reana.server.steps import shim
from freezeout.reana.server.steps.preparation import Prepared, prepare
from freezeout.reana.server.work import Limits, Step, StepResult, Work

GRACE = 5.0
"""Seconds between asking a step to end and ending it."""
_MARGIN = 15.0


async def execute(step: Step, work: Work, log: Path, limits: Limits) -> StepResult:
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
    """
    with ExitStack() as stack:
        try:
            prepared = await asyncio.to_thread(prepare, step, work, limits, stack)
        except FreezeoutError as error:
            _refuse(log, str(error))
            return StepResult(1, str(error))
        stack.callback(clear_away, prepared.private)
        told = await _look_after(prepared, log, limits)
    return StepResult(int(told["status"]), str(told["reason"]))


def clear_away(folder: Path) -> None:
    """Remove a step's private folder, also where the step has taken its own rights away."""

    def permit(_: object, path: str, __: object) -> None:
        parent = os.path.dirname(path)
        os.chmod(parent, 0o700)
        if os.path.isdir(path) and not os.path.islink(path):
            os.chmod(path, 0o700)
            shutil.rmtree(path, ignore_errors=True)
        else:
            os.unlink(path)

    shutil.rmtree(folder, onerror=permit)


def _refuse(log: Path, reason: str) -> None:
    kept = shim.CappedLog(log, 1 << 20)
    kept.note(reason)
    kept.close()


async def _look_after(prepared: Prepared, log: Path, limits: Limits) -> dict[str, Any]:
    order = {
        "words": prepared.words,
        "env": prepared.variables,
        "cwd": str(prepared.folder),
        "log": str(log),
        "log_bytes": limits.log_bytes,
        "notes": prepared.notes,
        "seconds": prepared.limits.seconds,
        "memory_bytes": prepared.limits.memory_bytes,
        "processes": prepared.limits.processes,
        "grace": GRACE,
        "wrappers": prepared.wrappers,
    }
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-S", shim.__file__,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
        env={"PATH": os.defpath},
    )  # fmt: skip
    assert child.stdin and child.stdout and child.stderr
    try:
        child.stdin.write(json.dumps(order).encode() + b"\n")
        await child.stdin.drain()
        said = await child.stdout.read()
        await child.wait()
    except asyncio.CancelledError:
        await asyncio.shield(_end(child))
        raise
    try:
        told: dict[str, Any] = json.loads(said)
    except ValueError:
        complaint = (await child.stderr.read()).decode(errors="replace").strip().splitlines()
        why = complaint[-1] if complaint else f"exit status {child.returncode}"
        told = {"status": 1, "reason": f"the process that looks after the step has ended: {why}"}
    return told


async def _end(child: asyncio.subprocess.Process) -> None:
    """Have the shim end all, and wait until it has."""
    if child.returncode is None:
        child.terminate()
        try:
            await asyncio.wait_for(child.wait(), GRACE + _MARGIN)
        except TimeoutError:
            child.kill()
            await child.wait()
