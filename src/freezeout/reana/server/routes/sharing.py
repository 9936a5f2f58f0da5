"""What a server with one user says of sharing."""

from __future__ import annotations

from freezeout.reana.server.refusal import Refusal
from freezeout.reana.server.routes.base import Handler

_NOBODY = "This server has one user only"


class Share(Handler):
    """A workflow for somebody else."""

    key = "user_email_to_share_with"

    def post(self, asked: str) -> None:
        """Say that there is nobody."""
        who = self.mapping().get(self.key)
        if not isinstance(who, str) or not who:
            raise Refusal(400, f"{self.key} has to be given.")
        self.server.store.find(asked)
        raise Refusal(404, f"{_NOBODY}: {who[:200]} is not known here.")


class Unshare(Share):
    """A workflow not for somebody else any more."""

    key = "user_email_to_unshare_with"


class ShareStatus(Handler):
    """Who a workflow is for."""

    def get(self, asked: str) -> None:
        """Nobody else."""
        workflow = self.server.store.find(asked)
        self.answer({"workflow_id": workflow.id, "workflow_name": workflow.full_name, "shared_with": []})
