"""A shim and the command that it looks after, seen from the server."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from freezeout.reana.server.steps import shim
from freezeout.reana.server.steps.preparation import Prepared

GRACE = 5.0
"""Seconds between asking a step to end and ending it."""
_MARGIN = 15.0
_MARK = "FREEZEOUT_STEP"


class Child:
    """A command that runs; whoever starts one waits for `told` or calls `end`."""

    def __init__(self, process: asyncio.subprocess.Process, grace: float, mark: str) -> None:
        self._process, self._grace, self._mark = process, grace, mark

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
        mark = secrets.token_hex(12)
        order = {
            "words": prepared.words,
            "env": {**prepared.variables, _MARK: mark},
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
            "secrets": prepared.secrets,
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
        return cls(process, grace, mark)

    async def told(self) -> dict[str, Any]:
        """How it ended: ``status``, ``reason``, ``left_out`` and ``peak``."""
        assert self._process.stdout is not None and self._process.stderr is not None
        said = await self._process.stdout.read()
        await self._process.wait()
        try:
            found: dict[str, Any] = json.loads(said)
        except ValueError:
            # somebody has killed the shim: without a sandbox, the step can
            await asyncio.to_thread(_sweep, self._mark)
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
        if self._process.returncode:
            await asyncio.to_thread(_sweep, self._mark)


def _sweep(mark: str) -> None:
    """End whatever was started with this mark and has nobody any more who looks after it."""
    wanted = f"{_MARK}={mark}".encode()
    until = time.monotonic() + _MARGIN
    while time.monotonic() < until:
        found = [pid for pid in map(int, filter(str.isdigit, _listed())) if wanted in _environ(pid)]
        if not found:
            return
        for pid in found:
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.01)


def _listed() -> list[str]:
    return os.listdir("/proc") if os.path.isdir("/proc/self") else []


def _environ(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return []
