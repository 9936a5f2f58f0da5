"""Which workflow runs next, and how many at once."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from pathlib import Path

from freezeout.reana.server.hands import Doing
from freezeout.reana.server.options import Options
from freezeout.reana.server.refusal import Refusal
from freezeout.reana.server.steps.preparation import clear_left_over
from freezeout.reana.server.store import Status, Store, Workflow
from freezeout.reana.server.vault import Vault
from freezeout.reana.server.work import Limits, Type, Work, WorkflowFailed
from freezeout.reana.sites.place import Place

_LOG = logging.getLogger(__name__)
_KILLED = "The server was ended while this workflow ran. Restart the workflow to go on with it."
_ENDED = "The server was stopped while this workflow ran. Restart the workflow to go on with it."
_STOPPED = "The workflow was stopped by its user."
_GOODBYE = 15.0
_AGAIN = 2.0


class Queue:
    """The workflows that wait, in the order in which they were started, and those that run.

    Parameters
    ----------
    store : Store
        It survives the server, and so does the queue.
    place : Place
        Where workspaces and scratch folders are.
    vault : Vault
        Secrets that steps get.
    options : Options
        How many run at the same time, and what each step may take.
    """

    def __init__(self, store: Store, place: Place, vault: Vault, options: Options) -> None:
        self._store, self._place, self._vault = store, place, vault
        self.at_once = options.at_once
        self.limits = Limits(seconds=options.seconds, memory_bytes=options.memory_bytes)
        self.ended: Callable[[str], None] = lambda _workflow: None
        self._running: dict[str, asyncio.Task[None]] = {}
        self._why: dict[str, tuple[Status, str]] = {}
        self._closed = False

    def recover(self) -> None:
        """Tell the truth of what ran when the server of before was ended."""
        for workflow in self._store.of_status("running"):
            scratch = self.scratch(workflow.id)
            clear_left_over(scratch)
            Doing.tell(scratch, _KILLED)
            self._store.end(workflow.id, "failed")

    def scratch(self, workflow_id: str) -> Path:
        """The folder of a workflow's logs and of what its engine needs."""
        folder = self._place.scratch / workflow_id
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder

    def pump(self) -> None:
        """Start what may start now."""
        if self._closed:
            return
        for workflow in self._store.of_status("queued")[: max(0, self.at_once - len(self._running))]:
            self._store.running(workflow.id)
            self._running[workflow.id] = asyncio.create_task(self._run(workflow))

    async def _run(self, workflow: Workflow) -> None:
        scratch = self.scratch(workflow.id)
        status: Status = "failed"
        try:
            await self._conduct(workflow, scratch)
            status = "finished"
        except asyncio.CancelledError:
            status, why = self._why.pop(workflow.id, ("failed", _ENDED))
            Doing.tell(scratch, why)
        except WorkflowFailed as failure:
            Doing.tell(scratch, str(failure))
        except Exception as error:  # an engine that breaks must not take the queue along
            _LOG.exception("the engine of %s broke", workflow.full_name)
            Doing.tell(scratch, f"The engine of the workflow broke: {type(error).__name__}: {error}")
        finally:
            await self._settle(workflow, status)
            self._running.pop(workflow.id, None)
            self._why.pop(workflow.id, None)
            self.pump()

    async def _settle(self, workflow: Workflow, status: Status) -> None:
        """Write down how a workflow ended, again and again when the disk is full."""
        while True:
            try:
                self._store.end(workflow.id, status)
                self.ended(workflow.id)
                return
            except sqlite3.OperationalError as error:
                _LOG.error("cannot write down that %s has %s: %s", workflow.full_name, status, error)
                await asyncio.sleep(_AGAIN)

    async def _conduct(self, workflow: Workflow, scratch: Path) -> None:
        from freezeout.reana.server.engines import conduct

        given = self._store.inputs(workflow.id)
        inputs = given.specification.get("inputs") or {}
        kind: Type = workflow.type  # type: ignore[assignment]
        work = Work(
            id=workflow.id,
            name=workflow.full_name,
            type=kind,
            specification=given.specification,
            parameters={**(inputs.get("parameters") or {}), **given.parameters},
            options={**(inputs.get("options") or {}), **given.options},
            workspace=self._place.workspaces / workflow.workspace,
            scratch=scratch,
            limits=self.limits,
            secrets=self._vault.secrets(),
            finished=given.done_before,
        )
        await conduct(work, Doing(self._store, work))

    async def stop(self, workflow: Workflow) -> Workflow:
        """Stop a workflow that waits or runs; nothing of it runs any more afterwards.

        Raises
        ------
        Refusal
            409, when it does neither.
        """
        task = self._running.get(workflow.id)
        if task is not None:
            self._why[workflow.id] = ("stopped", _STOPPED)
            task.cancel()
            await asyncio.wait([task])
            if self._running.pop(workflow.id, None):  # it had not even begun
                await self._settle(workflow, "stopped")
                self.pump()
        elif workflow.status == "queued":
            Doing.tell(self.scratch(workflow.id), _STOPPED)
            self._store.end(workflow.id, "stopped")
        else:
            raise Refusal(409, f"Workflow {workflow.full_name} is not running: it is {workflow.status}.")
        return self._store.get(workflow.id)

    async def close(self) -> None:
        """Stop all that runs; what waits goes on when the server is there again."""
        self._closed = True
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=_GOODBYE)
