"""A shim and the command that it looks after, seen from the server."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from freezeout.reana.server.steps import shim
from freezeout.reana.server.steps.preparation import Prepared

GRACE = 5.0
"""Seconds between asking a step to end and ending it."""
_MARGIN = 15.0


class Child:
    """A command that runs; whoever starts one waits for `told` or calls `end`."""

    def __init__(self, process: asyncio.subprocess.Process, grace: float) -> None:
        self._process, self._grace = process, grace

    @classmethod
    async def start(
        cls, prepared: Prepared, log: Path, log_bytes: int, grace: float = GRACE, keep: Sequence[int] = ()
    ) -> Child:
        """Start it.

        Parameters
        ----------
        prepared : Prepared
            What, where and within which limits.
        log : Path
            Gets its output.
        log_bytes : int
            What is kept of that.
        grace : float, s
            Between asking it to end and ending it.
        keep : sequence of int
            Open files that it inherits.
        """
        order = {
            "words": prepared.words,
            "env": dict(prepared.variables),
            "cwd": str(prepared.folder),
            "log": str(log),
            "log_bytes": log_bytes,
            "notes": prepared.notes,
            "seconds": prepared.limits.seconds,
            "memory_bytes": prepared.limits.memory_bytes,
            "processes": prepared.limits.processes,
            "grace": grace,
            "wrappers": prepared.wrappers,
            "keep": list(keep),
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", "-S", shim.__file__,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
            env={"PATH": os.defpath},
            pass_fds=tuple(keep),
        )  # fmt: skip
        assert process.stdin is not None
        process.stdin.write(json.dumps(order).encode() + b"\n")
        return cls(process, grace)

    async def told(self) -> dict[str, Any]:
        """How it ended: ``status``, ``reason``, ``left_out`` and ``peak``."""
        assert self._process.stdout is not None and self._process.stderr is not None
        said = await self._process.stdout.read()
        await self._process.wait()
        try:
            found: dict[str, Any] = json.loads(said)
        except ValueError:
            complaint = (await self._process.stderr.read()).decode(errors="replace").strip().splitlines()
            why = complaint[-1] if complaint else f"exit status {self._process.returncode}"
            return {"status": 1, "reason": f"the process that looks after the step has ended: {why}"}
        return found

    async def end(self) -> None:
        """Have all of it ended, and wait until it is."""
        if self._process.returncode is None:
            self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), self._grace + _MARGIN)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
