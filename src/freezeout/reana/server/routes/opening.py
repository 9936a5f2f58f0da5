"""Jupyter on a workspace."""

from __future__ import annotations

from freezeout.reana.server.refusal import Refusal
from freezeout.reana.server.routes.base import Handler
from freezeout.reana.server.sessions import TYPES


class Open(Handler):
    """The beginning of a session."""

    async def post(self, asked: str, kind: str) -> None:
        """Start it, and say where it is."""
        workflow = self.server.store.find(asked)
        if kind not in TYPES:
            raise Refusal(
                404, f"There are no interactive sessions of the type {kind[:40]!r}: {', '.join(TYPES)}."
            )
        if self.mapping().get("image"):
            raise Refusal(400, "Sessions run in the Jupyter of this machine: no other image can be used.")
        workspace = self.server.workspace(workflow).root
        if workflow.status == "deleted" or not workspace.is_dir():
            raise Refusal(404, f"Workflow {workflow.full_name} has no workspace any more.")
        scratch = self.server.queue.scratch(workflow.id)
        path = await self.server.sessions.open(workflow, workspace, scratch)
        if self.server.store.get(workflow.id).status == "deleted":
            await self.server.sessions.close(workflow)
            raise Refusal(404, f"Workflow {workflow.full_name} was deleted while the session started.")
        self.answer({"path": path})


class Close(Handler):
    """The end of a session."""

    async def post(self, asked: str) -> None:
        """End it."""
        await self.server.sessions.close(self.server.store.find(asked))
        self.answer({"message": "The interactive session has been closed."})


class Entrance(Handler):
    """The way from this server to a session.

    The client prints an address with the access token as ``token``. It goes no further than here: the
    session has a token of its own, and no log keeps the address.
    """

    def given_token(self) -> bytes:
        """The token, also as the client's printed address has it."""
        return super().given_token() or b"".join(self.request.query_arguments.get("token", [])[-1:])

    def get(self, workflow_id: str) -> None:
        """Go there."""
        entrance = self.server.sessions.entrance(workflow_id)
        if not entrance:
            raise Refusal(404, "No interactive session of this workflow is open.")
        self.set_header("Referrer-Policy", "no-referrer")
        self.redirect(entrance)
