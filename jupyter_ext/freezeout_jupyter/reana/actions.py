"""What is done to a workflow: started, stopped, restarted, deleted, pruned, run again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from freezeout_jupyter.reana.api import ReanaApi
from freezeout_jupyter.reana.transfer import transfer
from freezeout_jupyter.reana.workflows import sessions_of, workflow_json

if TYPE_CHECKING:
    from freezeout.reana.client.client import Client
    from freezeout.reana.client.workflow import Workflow

LARGEST_BODY = 1_000_000
_WITH_VALUES = {"connection": str, "workflow": str, "parameters": dict, "options": dict}


class ReanaAction(ReanaApi):
    """What all actions share."""

    async def act(self, said: dict[str, Any], work: Callable[[Client], object]) -> None:
        """Do it, and answer the workflow as it is then."""

        def both(client: Client) -> Workflow:
            work(client)
            return client.status(said["workflow"])

        name = said.get("connection", "")
        found = await self.change(both, name)
        reana = await self.reana(name)
        sessions = await sessions_of(self, reana)
        about = self.reanas.abouts.of(reana, found)
        self.finish(workflow_json(self, found, name, sessions.get(found.id), about))

    async def act_and_be_silent(self, said: dict[str, Any], work: Callable[[Client], object]) -> None:
        """Do it, and answer nothing."""
        await self.change(work, said.get("connection", ""))
        self.set_status(204)
        self.finish()


class ReanaStartWorkflow(ReanaAction):
    """``POST /freezeout/api/reana/workflow-start``."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Start a workflow that was created."""
        said = self.body(_WITH_VALUES, ["workflow"], LARGEST_BODY)
        parameters, options = said.get("parameters", {}), said.get("options", {})
        await self.act(
            said, lambda client: client.start(said["workflow"], parameters=parameters, options=options)
        )


class ReanaStopWorkflow(ReanaAction):
    """``POST /freezeout/api/reana/workflow-stop``."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Stop a workflow that runs or waits."""
        said = self.body({"connection": str, "workflow": str}, ["workflow"])
        await self.act(said, lambda client: client.stop(said["workflow"]))


class ReanaRestart(ReanaAction):
    """``POST /freezeout/api/reana/restart``."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Start a workflow that has ended again."""
        said = self.body(_WITH_VALUES, ["workflow"], LARGEST_BODY)
        values = {"parameters": said.get("parameters", {}), "options": said.get("options", {})}
        await self.act(said, lambda client: client.start(said["workflow"], restart=True, **values))


class ReanaDelete(ReanaAction):
    """``POST /freezeout/api/reana/delete``."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Delete a workflow, with its workspace unless that is to stay."""
        allowed = {"connection": str, "workflow": str, "all_runs": bool, "workspace": bool}
        said = self.body(allowed, ["workflow"])
        all_runs, workspace = said.get("all_runs", False), said.get("workspace", True)
        await self.act_and_be_silent(
            said, lambda client: client.delete(said["workflow"], all_runs=all_runs, workspace=workspace)
        )


class ReanaPrune(ReanaAction):
    """``POST /freezeout/api/reana/prune``."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Remove the files that are neither inputs nor outputs."""
        allowed = {"connection": str, "workflow": str, "inputs": bool, "outputs": bool}
        said = self.body(allowed, ["workflow"])
        also = {"inputs": said.get("inputs", False), "outputs": said.get("outputs", False)}
        await self.act_and_be_silent(said, lambda client: client.prune(said["workflow"], **also))


class ReanaRerun(ReanaAction):
    """``POST /freezeout/api/reana/rerun``."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Start a job that makes a new workflow of this one, with other parameters."""
        said = self.body(_WITH_VALUES, ["workflow"], LARGEST_BODY)
        reana = await self.reana(said.pop("connection", ""))
        name, workflow = reana.connection.name, said["workflow"]
        arguments = {"connection": name, "parameters": {}, "options": {}, **said}
        await self.begin(lambda: transfer("rerun", f"Run {workflow} again", arguments))
