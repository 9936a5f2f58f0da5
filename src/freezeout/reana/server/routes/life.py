"""Start, restart, stop, delete."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from freezeout.reana.server import answers, given
from freezeout.reana.server.hands import Doing
from freezeout.reana.server.refusal import Refusal
from freezeout.reana.server.routes.base import Handler
from freezeout.reana.server.store import Workflow

_DELETED = "The workflow was deleted by its user."


class Start(Handler):
    """The beginning of a workflow."""

    def post(self, asked: str) -> None:
        """Put it into the queue, or a restart of it."""
        workflow = start(self, asked, self.mapping())
        said = told(self, workflow, "The workflow is in the queue.")
        # here the client puts the number behind the name by itself
        self.answer({**said, "workflow_name": workflow.name, "run_number": number(workflow)})


class Status(Handler):
    """What a workflow does."""

    def get(self, asked: str) -> None:
        """Say it, with its progress."""
        store = self.server.store
        workflow = store.find(asked)
        self.answer({
            "id": workflow.id,
            "name": workflow.full_name,
            "created": workflow.created,
            "status": workflow.status,
            "progress": answers.progress(store, workflow),
            "user": store.owner,
            # asked for every second or two: what steps have said is at …/logs
            "logs": json.dumps(answers.steps(store.jobs(workflow.id), None)),
        })  # fmt: skip

    async def put(self, asked: str) -> None:
        """Start, stop or delete it."""
        wanted, body = self.text("status"), self.mapping()
        workflow = self.server.store.find(asked)
        if wanted == "start":
            workflow = start(self, asked, body)
            message = "The workflow is in the queue."
        elif wanted == "stop":
            workflow = await self.server.queue.stop(workflow)
            message = "The workflow has been stopped."
        elif wanted == "deleted":
            message = await self._delete(workflow, body)
            workflow = self.server.store.get(workflow.id)
        else:
            raise Refusal(400, f"status is {wanted[:40]!r}: give start, stop or deleted.")
        self.answer(told(self, workflow, message))

    async def _delete(self, workflow: Workflow, body: Mapping[str, Any]) -> str:
        store = self.server.store
        all_runs, with_files = body.get("all_runs", False), body.get("workspace", True)
        if not isinstance(all_runs, bool) or not isinstance(with_files, bool):
            raise Refusal(400, "all_runs and workspace are true or false.")
        if not with_files:
            raise Refusal(400, "A workflow is deleted with its workspace, not without.")
        if workflow.status == "running":
            raise Refusal(409, f"Workflow {workflow.full_name} is running: stop it first.")
        chosen = {workflow.id: workflow}
        if all_runs:
            chosen |= {one.id: one for one in store.of_name(workflow.name) if one.status != "running"}
        store.delete(list(chosen))
        for one in chosen.values():
            Doing.tell(self.server.queue.scratch(one.id), _DELETED)
            if one.id in self.server.sessions.told():
                await self.server.sessions.close(one)
            await self.server.clear(one)
        if all_runs:
            return f"All runs of {workflow.name} have been deleted."
        stays = " Its workspace stays: another run of it has it too."
        return "The workflow has been deleted." + stays * self.server.workspace(workflow).root.exists()


def start(handler: Handler, asked: str, body: Mapping[str, Any]) -> Workflow:
    """Put a workflow, or a restart of it, into the queue."""
    server, store = handler.server, handler.server.store
    workflow = store.find(asked)
    restart = body.get("restart", False)
    if not isinstance(restart, bool):
        raise Refusal(400, "restart is true or false.")
    if workflow.status == "deleted":
        raise Refusal(409, f"Workflow {workflow.full_name} has been deleted.")
    inputs = store.inputs(workflow.id)
    specification, kind = inputs.specification, workflow.type
    if restart:
        if workflow.status not in ("finished", "failed"):
            message = (
                f"Workflow {workflow.full_name} is {workflow.status}: only a finished or failed one restarts."
            )
            raise Refusal(409, message)
        if body.get("reana_specification") is not None:
            specification, kind = given.specification(body["reana_specification"])
    elif workflow.status != "created":
        raise Refusal(
            409, f"Workflow {workflow.full_name} is {workflow.status} already: it starts only once."
        )
    parameters = given.parameters(body.get("input_parameters"), specification)
    options = given.options(kind, body.get("operational_options"))
    if restart:
        _require_still(handler, workflow)
        done = set[str]()
        if workflow.status == "failed":  # one that finished is done anew, all of it
            done = {
                job.key for job in store.jobs(workflow.id) if job.status == "finished"
            } | inputs.done_before
        workflow = store.restart(workflow, specification, kind, parameters, options, done)
    else:
        workflow = store.queue(workflow.id, parameters, options)
    server.queue.pump()
    return store.get(workflow.id)


def _require_still(handler: Handler, workflow: Workflow) -> None:
    """Refuse to work in a workspace in which another run of it works."""
    for one in handler.server.store.of_workspace(workflow.workspace):
        if one.status in ("running", "queued"):
            raise Refusal(409, f"{one.full_name} works in the same workspace and is {one.status}.")
    if not handler.server.workspace(workflow).root.is_dir():
        raise Refusal(409, f"The workspace of {workflow.full_name} has been deleted.")


def number(workflow: Workflow) -> str:
    """The number of a run as REANA writes it."""
    return workflow.full_name.removeprefix(f"{workflow.name}.")


def told(handler: Handler, workflow: Workflow, message: str) -> dict[str, Any]:
    """What a client hears of a workflow that it changed."""
    return {
        "message": message,
        "workflow_id": workflow.id,
        "workflow_name": workflow.full_name,
        "status": workflow.status,
        "user": handler.server.store.owner,
    }
