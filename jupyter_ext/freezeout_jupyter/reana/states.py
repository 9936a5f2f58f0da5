"""How each REANA server stands, as its client says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from freezeout.reana.sites.connection import Connection
from freezeout_jupyter.reana.clients import Reana
from freezeout_jupyter.sites.states import PATIENCE, State, States

if TYPE_CHECKING:
    from freezeout.reana.client.client import Client


class ReanaStates(States[Connection, Reana]):
    """The states of all servers."""

    unknown = State("starting", "it is being asked", "this takes some seconds the first time")
    sign_in = ("reana_sign_in", "reana_denied")

    async def asked(self, one: Reana) -> State:
        """What a server says to us."""
        return await one.ask(_of_server, PATIENCE)


def _of_server(client: Client) -> State:
    said = client.server()
    return State("ready", version=said.version or None, user=said.email or None)
