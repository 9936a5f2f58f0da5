"""How much a workspace takes, and less of it."""

from __future__ import annotations

import json
from typing import Any

from freezeout.reana.server import words
from freezeout.reana.server.refusal import Refusal
from freezeout.reana.server.retention import kept, remove_all_but
from freezeout.reana.server.routes.base import Handler
from freezeout.reana.server.routes.files import fits, search
from freezeout.reana.server.workspace import Entry, Workspace

_FIELDS = ("name", "size")


class Usage(Handler):
    """The sizes of files and folders."""

    async def get(self, asked: str) -> None:
        """All of them, or their sum."""
        body = self.mapping()
        summarize, looked_for = body.get("summarize") or False, body.get("search") or ""
        if not isinstance(summarize, bool):
            raise Refusal(400, "summarize is true or false.")
        if not isinstance(looked_for, str):
            looked_for = json.dumps(looked_for)
        wanted = search(looked_for, _FIELDS)
        workflow = self.server.store.find(asked)
        workspace = self.server.workspace(workflow)
        told = await self.aside(lambda: _sizes(workspace, summarize))
        self.answer({
            "workflow_id": workflow.id,
            "workflow_name": workflow.full_name,
            "user": self.server.store.owner,
            "disk_usage_info": [one for one in told if fits(one, wanted)],
        })  # fmt: skip


def _sizes(workspace: Workspace, summarize: bool) -> list[dict[str, Any]]:
    entries = list(workspace.walk())
    totals: dict[str, int] = {"": 0}
    for entry in entries:
        _count(entry, totals)
    if summarize:
        return [{"name": "", "size": words.size(totals[""])}]
    amounts = ((one.path, totals.get(one.path, 0) if one.is_folder else one.size) for one in entries)
    return [{"name": f"/{path}", "size": words.size(amount)} for path, amount in amounts]


def _count(entry: Entry, totals: dict[str, int]) -> None:
    if entry.is_folder:
        return
    folder = entry.path
    while folder:
        folder = folder.rpartition("/")[0]
        totals[folder] = totals.get(folder, 0) + entry.size


class Prune(Handler):
    """Less in a workspace."""

    async def post(self, asked: str) -> None:
        """Remove all but inputs and outputs, or these as well."""
        body = self.mapping()
        for key in ("include_inputs", "include_outputs"):
            if not isinstance(body.get(key, False), bool):
                raise Refusal(400, f"{key} is true or false.")
        inputs = self.flag("include_inputs", body.get("include_inputs", False))
        outputs = self.flag("include_outputs", body.get("include_outputs", False))
        workflow = self.server.store.find(asked)
        for one in self.server.store.of_workspace(workflow.workspace):
            if one.status in ("running", "queued"):
                raise Refusal(409, f"{one.full_name} is {one.status} and needs its files: stop it first.")
        specification = self.server.store.inputs(workflow.id).specification
        sections = ("inputs",) * (not inputs) + ("outputs",) * (not outputs)
        workspace = self.server.workspace(workflow)
        count = await self.aside(lambda: remove_all_but(workspace, "", kept(specification, sections)))
        self.answer({
            "message": f"The workspace has been pruned: {count} files have been removed.",
            "workflow_id": workflow.id,
            "workflow_name": workflow.full_name,
        })  # fmt: skip
