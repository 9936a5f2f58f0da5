"""What a workflow was given, and what it said."""

from __future__ import annotations

import json
from typing import Any

from freezeout.reana.server import answers, difference
from freezeout.reana.server.refusal import Refusal
from freezeout.reana.server.routes.base import Handler
from freezeout.reana.server.store import Workflow

_MOST_CONTEXT = 1000


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


class Difference(Handler):
    """Two workflows beside each other."""

    async def get(self, asked_a: str, asked_b: str) -> None:
        """Say where their specifications and files are not the same."""
        brief, context = self.flag("brief"), self._context()
        a, b = self.server.store.find(asked_a), self.server.store.find(asked_b)
        given = self._specification(a), self._specification(b)
        spaces = self.server.workspace(a), self.server.workspace(b)

        def compared() -> tuple[dict[str, list[str]], str]:
            for workflow, space in zip((a, b), spaces, strict=True):
                if not space.root.is_dir():
                    listing = f"The workspace of {workflow.full_name} does not exist any more."
                    break
            else:
                listing = difference.of_workspaces(*spaces, (a.full_name, b.full_name), brief, context)
            return difference.of_specifications(*given, context), listing

        sections, listing = await self.aside(compared)
        self.answer({"reana_specification": json.dumps(sections), "workspace_listing": json.dumps(listing)})

    def _context(self) -> int:
        text = self.text("context_lines", "5").strip()
        if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) <= _MOST_CONTEXT):
            raise Refusal(400, f"context_lines is {text[:40]!r}: give a number from 0 to {_MOST_CONTEXT}.")
        return int(text)

    def _specification(self, workflow: Workflow) -> dict[str, Any]:
        given = self.server.store.inputs(workflow.id)
        inputs = given.specification.get("inputs") or {}
        parameters = {**(inputs.get("parameters") or {}), **given.parameters}
        return {**given.specification, "inputs": {**inputs, "parameters": parameters}}
