"""The application: what it is made of, and which address belongs to which noun."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import dataclass, field
from typing import Any

from tornado.web import Application

from freezeout.environments.installation import installation
from freezeout.reana.interpreter import ENVIRONMENT
from freezeout.reana.server import words
from freezeout.reana.server.given import ENGINES
from freezeout.reana.server.queue import Queue
from freezeout.reana.server.retention import Retention, clear_old_logs
from freezeout.reana.server.routes import (
    about,
    download,
    files,
    life,
    opening,
    reading,
    secrets,
    sharing,
    usage,
    workflows,
)
from freezeout.reana.server.routes.base import Handler, Nowhere
from freezeout.reana.server.sessions import Sessions
from freezeout.reana.server.sizes import Sizes
from freezeout.reana.server.store import Store, Workflow
from freezeout.reana.server.vault import Vault
from freezeout.reana.server.workspace import Workspace
from freezeout.reana.sites.place import Place

UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_ONE = r"/api/workflows/([^/]+)"


@dataclass
class Server:
    """All that a request may need."""

    place: Place
    store: Store
    queue: Queue
    vault: Vault
    token: bytes
    sizes: Sizes = field(default_factory=Sizes)
    sessions: Sessions = field(default_factory=Sessions)
    since: str = field(default_factory=words.now)

    def __post_init__(self) -> None:
        self.retention = Retention(self.store, self.workspace)
        self.queue.ended = self.retention.begin

    def workspace(self, workflow: Workflow) -> Workspace:
        """The files of a workflow."""
        return Workspace(self.place.workspaces / workflow.workspace)

    def engines(self) -> tuple[str, ...]:
        """Those that work now: all but the first are in the client's environment."""
        return ENGINES if installation(ENVIRONMENT) else ENGINES[:1]

    def disk_usage(self) -> int:
        """Bytes in all workspaces."""
        return self.sizes.of(Workspace(self.place.workspaces))

    async def tidy(self) -> None:
        """Apply the retention rules whose time has come."""
        for rule, workflow in self.retention.due():
            specification = self.store.inputs(workflow.id).specification
            await asyncio.to_thread(self.retention.apply, rule, workflow, specification)
            self.retention.applied(rule)
        deleted = [workflow.id for workflow in self.store.of_status("deleted")]
        await asyncio.to_thread(clear_old_logs, self.place.scratch, deleted)

    def recover(self) -> None:
        """Clear away what a server that was killed left half done; all else goes on."""
        self.queue.recover()
        for workflow in self.store.of_status("deleted"):
            if self._is_free(workflow):
                self.workspace(workflow).clear()
        for name in ("uploads", "session"):
            for left in self.place.scratch.glob(f"*/{name}"):
                shutil.rmtree(left, ignore_errors=True)
        for folder in self.place.workspaces.iterdir():
            # made, but killed before the workflow was: there is nothing in it
            if not self.store.of_workspace(folder.name) and not any(folder.iterdir()):
                folder.rmdir()

    async def clear(self, workflow: Workflow) -> None:
        """Remove the workspace of a workflow that was deleted, unless a restart of it has it too."""
        if self._is_free(workflow):
            await asyncio.to_thread(self.workspace(workflow).clear)

    def _is_free(self, workflow: Workflow) -> bool:
        runs = self.store.of_workspace(workflow.workspace)
        return self.workspace(workflow).root.exists() and all(one.status == "deleted" for one in runs)


def routes() -> list[tuple[str, type[Handler]]]:
    """All addresses, as regular expressions, with what answers them."""
    return [
        (r"/api/ping", about.Ping),
        (r"/api/you", about.You),
        (r"/api/info", about.Info),
        (r"/api/config", about.Config),
        (r"/api/status", about.Status),
        (r"/api/workflows", workflows.Workflows),
        (r"/api/workflows/move_files/([^/]+)", files.Move),
        (rf"{_ONE}/start", life.Start),
        (rf"{_ONE}/status", life.Status),
        (rf"{_ONE}/logs", reading.Logs),
        (rf"{_ONE}/parameters", reading.Parameters),
        (rf"{_ONE}/specification", reading.Specification),
        (rf"{_ONE}/retention_rules", reading.Retention),
        (rf"{_ONE}/diff/([^/]+)", reading.Difference),
        (rf"{_ONE}/disk_usage", usage.Usage),
        (rf"{_ONE}/prune", usage.Prune),
        (rf"{_ONE}/share", sharing.Share),
        (rf"{_ONE}/unshare", sharing.Unshare),
        (rf"{_ONE}/share-status", sharing.ShareStatus),
        (rf"{_ONE}/open/([^/]+)", opening.Open),
        (rf"{_ONE}/close/?", opening.Close),
        (rf"/({UUID})/?", opening.Entrance),
        (r"/api/secrets/?", secrets.Secrets),
        (rf"{_ONE}/workspace", files.Files),
        (rf"{_ONE}/workspace/(.+)", download.File),
    ]


def application(server: Server) -> Application:
    """The REST interface of a server."""
    known: dict[str, Any] = {"server": server}
    return Application(
        [(path, handler, known) for path, handler in routes()],
        default_handler_class=Nowhere,
        default_handler_args=known,
        log_function=lambda _handler: None,  # addresses hold the token
    )
