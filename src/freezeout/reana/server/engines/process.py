"""An engine in a process of its own: Snakemake, CWL's and Yadage's, which ask for every step.

The engine runs in its own environment, and where there is one in the same sandbox as steps: a Snakefile is
a program. What it says through the socket that it is given is checked here as what a stranger says.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from freezeout.errors import FreezeoutError
from freezeout.reana.server.engines.lines import line
from freezeout.reana.server.steps.child import Child
from freezeout.reana.server.steps.preparation import prepare_engine
from freezeout.reana.server.work import Hands, Limits, Step, StepResult, Work, WorkflowFailed

_LONGEST_MESSAGE = 64 << 20
_LONGEST_LINE = 100_000
_MOST_LINES = 100_000
_OUTPUT = 1_000_000
_LAST_WORDS = 40
_FOREVER = 10 * 365 * 86_400.0


async def conduct(work: Work, hands: Hands) -> None:
    """Run a workflow by the engine of its type.

    Raises
    ------
    WorkflowFailed
        When its environment is not built, the engine gives up or a step fails.
    """
    module = f"freezeout.reana.server.engines.inside.{work.type}"
    limits = Limits(_FOREVER, work.limits.memory_bytes, work.limits.log_bytes, work.limits.processes)
    with ExitStack() as stack:
        try:
            prepared = await asyncio.to_thread(prepare_engine, module, work, limits, stack)
        except FreezeoutError as error:
            raise WorkflowFailed(f"the engines of REANA are needed: {error}") from error
        log = work.scratch / "engine.log"
        ours, theirs = socket.socketpair()
        with theirs:
            variables = {**prepared.variables, "FREEZEOUT_HANDS": str(theirs.fileno())}
            prepared = replace(prepared, variables=variables)
            child = await Child.start(prepared, log, _OUTPUT, grace=0, keep=[theirs.fileno()])
        conversation = _Conversation(work, hands)
        try:
            await conversation.hold(ours)
            told = await child.told()
        finally:
            await asyncio.shield(_end(child, conversation))
    conversation.require_success(told, log)


async def _end(child: Child, conversation: _Conversation) -> None:
    await child.end()
    await conversation.end()


class _Conversation:
    """What an engine asks for, and what it is answered."""

    def __init__(self, work: Work, hands: Hands) -> None:
        self._work, self._hands = work, hands
        self._at_once = max(2, os.cpu_count() or 2)
        self._room = asyncio.Semaphore(self._at_once)
        self._tasks: set[asyncio.Task[None]] = set()
        self._lines = 0
        self._failure = ""
        self._failed_step = ""
        self._done = False

    async def hold(self, end: socket.socket) -> None:
        """Talk until the engine has nothing to say any more."""
        reader, writer = await asyncio.open_connection(sock=end, limit=_LONGEST_MESSAGE)
        try:
            self._say(writer, self._order())
            while said := await reader.readline():
                await self._hear(json.loads(said), writer)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            # the engine's process runs what users write
            self._failure = self._failure or f"the engine cannot be understood: {error}"
        finally:
            writer.close()

    def _order(self) -> dict[str, Any]:
        workflow = self._work.specification.get("workflow", {})
        return {
            "workspace": str(self._work.workspace),
            "specification": workflow.get("specification"),
            "file": workflow.get("file") or "",
            "parameters": dict(self._work.parameters),
            "options": dict(self._work.options),
            "at_once": self._at_once,
        }

    @staticmethod
    def _say(writer: asyncio.StreamWriter, message: dict[str, Any]) -> None:
        writer.write(json.dumps(message).encode() + b"\n")

    async def _hear(self, said: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        kind = said["do"]
        if kind == "log":
            self._log(str(said["line"]))
        elif kind == "plan":
            self._hands.plan(max(1, min(int(said["total"]), 1_000_000)))
        elif kind == "fail":
            self._failure = str(said["message"])[:_LONGEST_LINE]
        elif kind == "done":
            self._done = True
        elif kind == "step":
            task = asyncio.create_task(self._run(int(said["id"]), self._step(said), writer))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _log(self, text: str) -> None:
        self._lines += 1
        if self._lines <= _MOST_LINES:
            self._hands.log(text[:_LONGEST_LINE])
        elif self._lines == _MOST_LINES + 1:
            self._hands.log(line("the engine says more than is kept here", level="WARNING"))

    def _step(self, said: dict[str, Any]) -> Step:
        folder = Path(os.path.abspath(str(said.get("folder") or self._work.workspace)))
        if not folder.resolve().is_relative_to(self._work.workspace.resolve()):
            raise ValueError(f"a step is to run in {folder}, which is not in the workspace")
        return Step(
            name=str(said["name"]),
            command=str(said["command"]),
            image=str(said["image"]),
            shown=str(said.get("shown") or said["command"]).replace(f"{self._work.workspace}/", ""),
            hints=dict(said.get("hints") or {}),
            folder=folder,
            variables={str(key): str(value) for key, value in (said.get("variables") or {}).items()},
            key=str(said["name"]),
        )

    async def _run(self, id: int, step: Step, writer: asyncio.StreamWriter) -> None:
        async with self._room:
            result: StepResult = await self._hands.run_step(step)
        if not result.well:
            why = result.reason or f"exit status {result.status}"
            self._failed_step = self._failed_step or f"step {step.name} failed: {why}"
        with suppress(OSError):
            self._say(writer, {"id": id, "status": result.status or (0 if result.well else 1),
                               "reason": result.reason})  # fmt: skip

    async def end(self) -> None:
        """Stop the steps that still run."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def require_success(self, told: dict[str, Any], log: Path) -> None:
        """Raise unless the engine has said that all is done.

        Raises
        ------
        WorkflowFailed
            With the step that failed, what the engine complained of, or its last words.
        """
        if self._done and not told["status"] and not self._failure:
            return
        why = self._failed_step or self._failure or told["reason"]
        if not self._failed_step:
            words = [text for text in log.read_text(errors="replace").splitlines() if text.strip()]
            for text in words[-_LAST_WORDS:]:
                self._hands.log(line(text[:_LONGEST_LINE], "stderr", "ERROR"))
            why = why or f"the engine has ended ({told['status']}): {words[-1] if words else 'no word'}"
        raise WorkflowFailed(why)
