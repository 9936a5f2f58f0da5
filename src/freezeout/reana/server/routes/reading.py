"""What a workflow was given, and what it said."""

from __future__ import annotations

import json

from freezeout.reana.server import answers
from freezeout.reana.server.refusal import Refusal
from freezeout.reana.server.routes.base import Handler


class Logs(Handler):
    """What a workflow and its steps said."""

    async def get(self, asked: str) -> None:
        """All of it, or that of some steps."""
        store, chosen = self.server.store, self.json()
        if chosen is not None and not (
            isinstance(chosen, list) and all(isinstance(one, str) for one in chosen)
        ):
            raise Refusal(400, "The body is not a list of names of steps.")
        workflow = store.find(asked)
        jobs = [job for job in store.jobs(workflow.id) if not chosen or job.name in chosen]
        page, size = self.page()
        if size is not None:
            jobs = jobs[(page - 1) * size : page * size]
        scratch = self.server.queue.scratch(workflow.id)
        text = await self.aside(lambda: json.dumps(answers.logs(workflow, jobs, scratch, not chosen)))
        self.answer({
            "workflow_id": workflow.id,
            "workflow_name": workflow.full_name,
            "logs": text,
            "user": store.owner,
            "live_logs_enabled": True,
        })  # fmt: skip


class Parameters(Handler):
    """What a workflow was given."""

    def get(self, asked: str) -> None:
        """Its parameters, those of its start included."""
        workflow = self.server.store.find(asked)
        given = self.server.store.inputs(workflow.id)
        inputs = given.specification.get("inputs") or {}
        self.answer({
            "id": workflow.id,
            "name": workflow.full_name,
            "type": workflow.type,
            "parameters": {**(inputs.get("parameters") or {}), **given.parameters},
        })  # fmt: skip


class Specification(Handler):
    """The specification of a workflow."""

    def get(self, asked: str) -> None:
        """As the client sent it."""
        given = self.server.store.inputs(self.server.store.find(asked).id)
        self.answer({"specification": given.specification, "parameters": given.parameters})


class Retention(Handler):
    """What is removed of a workspace, and when."""

    def get(self, asked: str) -> None:
        """The rules."""
        workflow = self.server.store.find(asked)
        rules = [
            {
                "id": rule["id"],
                "workspace_files": rule["files"],
                "retention_days": rule["days"],
                "apply_on": rule["due"],
                "status": rule["status"],
            }
            for rule in self.server.store.retention(workflow.id)
        ]
        self.answer({
            "workflow_id": workflow.id, "workflow_name": workflow.full_name, "retention_rules": rules,
        })  # fmt: skip
