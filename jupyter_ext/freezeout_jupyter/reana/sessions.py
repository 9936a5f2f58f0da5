"""Interactive sessions: opened, closed, and shown by an address of this server."""

from __future__ import annotations

from http.client import HTTPConnection
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from jupyter_server.auth.decorator import authorized
from tornado import web

from freezeout.errors import FreezeoutError, InputError
from freezeout_jupyter.base import Page
from freezeout_jupyter.reana.actions import ReanaAction
from freezeout_jupyter.reana.api import ReanaRoute
from freezeout_jupyter.reana.workflows import session_address

if TYPE_CHECKING:
    from freezeout.reana.client.client import Client
    from freezeout.reana.sites.connection import Connection

_PATIENCE = 10.0


class ReanaOpenSession(ReanaAction):
    """``POST /freezeout/api/reana/open-session``."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Start a session unless there is one, and answer where a browser finds it."""
        said = self.body({"connection": str, "workflow": str, "type": str}, ["workflow"])
        type = said.get("type", "jupyter")
        if type != "jupyter":
            raise InputError(f"type is '{type}'", hint="jupyter", code="bad_body")
        name = said.get("connection", "")
        await self.change(lambda client: client.open_session(said["workflow"], type), name)
        self.finish({"url": session_address(self, said["workflow"], name)})


class ReanaCloseSession(ReanaAction):
    """``POST /freezeout/api/reana/close-session``."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """End the session, and answer the workflow."""
        said = self.body({"connection": str, "workflow": str}, ["workflow"])
        await self.act(said, lambda client: client.close_session(said["workflow"]))


class ReanaSession(ReanaRoute, Page):
    """``GET /freezeout/reana/session``: the address that the panel shows, which tells nothing secret."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Send the browser on to the session; what that needs to be signed in goes no further than there."""
        workflow = self.needed("workflow")
        url = await self.ask(lambda client: address(client, workflow))
        self.set_header("Referrer-Policy", "no-referrer")
        self.set_header("Cache-Control", "no-store")
        self.redirect(url)


def address(client: Client, workflow: str) -> str:
    """Where a browser finds the session of a workflow, with what signs it in there.

    The server of this machine tells the address of a session, which has a token of its own. A cluster
    has no such token: its sessions take the user's, and so that has to be in the address.

    Raises
    ------
    InputError
        When no session is open.
    """
    one = client.status(workflow)
    found = client.workflows(sessions=True, workflow=one.full_name, size=100).items
    session = next((other.session for other in found if other.id == one.id and other.session), None)
    if session is None:
        raise InputError(
            f"no interactive session of {one.full_name} is open", hint="open one", code="unknown_session"
        )
    connection = client.connection.current()
    path = f"/{session.path.lstrip('/')}"
    if connection.kind == "embedded":
        return _own_address(connection, path)
    return f"{connection.url}{path}?{urlencode({'token': connection.token})}"


def _own_address(connection: Connection, path: str) -> str:
    """Where the server of this machine sends on to, whose token goes no further than there."""
    there = urlsplit(connection.url)
    asked = HTTPConnection(str(there.hostname), there.port, timeout=_PATIENCE)
    try:
        asked.request("GET", path, headers={"Authorization": f"Bearer {connection.token}"})
        found = asked.getresponse().getheader("Location", "")
    except OSError as error:
        raise FreezeoutError(
            "the REANA server of this machine does not answer", hint="start it", code="reana_unreachable"
        ) from error
    finally:
        asked.close()
    if urlsplit(found).hostname != there.hostname or connection.token in found:
        raise FreezeoutError("the session cannot be entered", hint="open it again", code="reana_answer")
    return found
