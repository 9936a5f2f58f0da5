"""The list of workflows, and new ones."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from freezeout.reana.server import answers, given, words
from freezeout.reana.server.refusal import Refusal
from freezeout.reana.server.routes.base import Handler, parsed
from freezeout.reana.server.store import STATUSES, Workflow


class Workflows(Handler):
    """All workflows of the user."""

    async def get(self) -> None:
        """A page of them."""
        page, size = self.page()
        verbose, sort = self.flag("verbose"), self.text("sort", "desc")
        kind = self.text("type", "batch")
        sessions = self.server.sessions.told()
        found, total = self.server.store.listed(
            search=self._search(),
            statuses=self._statuses(),
            given=self.text("workflow_id_or_name"),
            ids=list(sessions) if kind == "interactive" else None,
            oldest_first=sort == "asc",
            offset=(page - 1) * (size or 0),
            size=size,
        )
        with_progress = self.flag("include_progress", verbose)
        sizes: dict[str, int] = {}
        if self.flag("include_workspace_size", verbose):
            spaces = {one.workspace: self.server.workspace(one) for one in found}
            sizes = await self.aside(
                lambda: {name: self.server.sizes.of(space) for name, space in spaces.items()}
            )
        items = [self._told(one, with_progress, sizes.get(one.workspace)) for one in found]
        if kind == "interactive" or verbose:
            for item in items:
                item |= sessions.get(item["id"], {})
        self.answer({
            "items": items,
            "total": total,
            "page": page,
            "size": size,
            "has_prev": page > 1 and bool(size),
            "has_next": size is not None and page * size < total,
            "user_has_workflows": self.server.store.any(),
        })  # fmt: skip

    def _told(self, workflow: Workflow, with_progress: bool, amount: int | None) -> dict[str, Any]:
        store = self.server.store
        return {
            "id": workflow.id,
            "name": workflow.full_name,
            "status": workflow.status,
            "user": store.owner,
            "launcher_url": None,
            "created": workflow.created,
            "progress": answers.progress(store, workflow) if with_progress else answers.times(workflow),
            "size": {"human_readable": "", "raw": -1} if amount is None else words.size(amount),
        }

    def _search(self) -> str:
        text = self.text("search")
        if not text:
            return ""
        wanted = parsed(text.encode())
        names = wanted.get("name") if isinstance(wanted, dict) else None
        if not isinstance(names, list) or not names or not isinstance(names[0], str):
            raise Refusal(400, 'search is not of the form {"name": ["…"]}.')
        return names[0]

    def _statuses(self) -> list[str]:
        found = self.request.query_arguments.get("status", [])
        words = [one for value in found for one in value.decode("utf-8", "replace").split(",") if one]
        for word in words:
            if word not in STATUSES:
                raise Refusal(400, f"{word[:40]!r} is no status: {', '.join(STATUSES)}.")
        return words

    def post(self) -> None:
        """Make one, with an empty workspace."""
        if self.text("spec"):
            raise Refusal(400, "The server fetches no specifications: send it in the request.")
        name = given.name(self.text("workflow_name"))
        specification, kind = given.specification(self.json())
        new_id = str(uuid4())
        # the folder first: killed in between, the server finds an empty one and removes it
        (self.server.place.workspaces / new_id).mkdir(mode=0o700)
        inputs = specification.get("inputs") or {}
        workflow = self.server.store.create(new_id, name, specification, kind, inputs.get("options") or {})
        self.answer(
            {
                "message": "The workflow has been made, with a workspace.",
                "workflow_id": workflow.id,
                "workflow_name": workflow.full_name,
            },
            201,
        )
