"""What all routes of the data lake share: the clients, the listings, and how a request names its lake."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import TYPE_CHECKING, Any

from freezeout_jupyter.base import Api, describe
from freezeout_jupyter.lake.clients import Clients, Lake
from freezeout_jupyter.lake.index import Key, Listings, Page
from freezeout_jupyter.lake.states import States

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp
    from tornado.web import Application

    from freezeout.lake.did import DID
    from freezeout.lake.sites.connection import Connection
    from freezeout.services.lake.lake import Lake as Embedded

SETTING = "freezeout_lakes"


class Lakes:
    """The lakes of one server: their clients, their states, and what was listed of them.

    Attributes
    ----------
    embedded : Lake or None
        The embedded lake as this server has started or found it.
    starting : Lock
        Held while that is started or stopped.
    """

    def __init__(self, application: Application) -> None:
        self._application = application
        self.clients = Clients(self._others_too)
        self._telling: asyncio.Task[None] | None = None
        self.states = States(self.clients)
        self.listings = Listings()
        self.embedded: Embedded | None = None
        self.starting = threading.Lock()

    async def close(self) -> None:
        """Close everything, and stop the embedded lake if it is this server's."""
        await asyncio.to_thread(self._stop_own)
        if self._telling is not None:
            await asyncio.gather(self._telling, return_exceptions=True)
        await self.listings.close()
        await self.states.close()
        await self.clients.close()

    def _stop_own(self) -> None:
        own = self.embedded
        if own is not None and own.supervisor is not None:
            with contextlib.suppress(Exception):
                own.stop()

    def _others_too(self, found: list[Connection]) -> None:
        from freezeout_jupyter.lake.rucio import refresh

        self._telling = asyncio.create_task(refresh(self._application, found))

    def changed(self, lake: Lake, did: DID) -> None:
        """A data identifier was made, filled or removed: what shows it is read anew."""
        name = lake.connection.name

        def shows(key: Key) -> bool:
            of_scope = key.kind == "scope" and key.subject.rpartition(":")[0] == did.scope
            return key.lake == name and (of_scope or key.kind == "search" or key.subject == str(did))

        self.listings.forget(shows)

    def found_anew(self, lake: Lake) -> None:
        """What is said of data was changed: searches are made anew."""
        self.listings.forget(lambda key: key.lake == lake.connection.name and key.kind == "search")


def close_with(server: ServerApp) -> None:
    """Close the lakes when the server stops; there is no other place where an extension could."""
    cleanup = server.cleanup_extensions

    async def ours_too() -> None:
        lakes = server.web_app.settings.pop(SETTING, None)
        if lakes is not None:
            await lakes.close()
        await cleanup()

    server.cleanup_extensions = ours_too  # type: ignore[method-assign]


class LakeApi(Api):
    """A route of the lake."""

    @property
    def lakes(self) -> Lakes:
        """The lakes of this server."""
        found = self.settings.get(SETTING)
        if found is None:
            found = self.settings[SETTING] = Lakes(self.application)
        assert isinstance(found, Lakes)
        return found

    async def lake(self, name: str | None = None) -> Lake:
        """The lake that the request is about: of the query, unless the body names it.

        Raises
        ------
        InputError
            When there is none of this name.
        """
        return await self.lakes.clients.lake(self.query("connection") if name is None else name)

    @property
    def shows_hidden(self) -> bool:
        """Whether the file browser shows hidden files."""
        return bool(getattr(self.contents_manager, "allow_hidden", False))

    def query(self, name: str, default: str = "") -> str:
        """A text of the query."""
        return str(self.get_query_argument(name, default, strip=False))

    def did(self) -> DID:
        """The data identifier of the query.

        Raises
        ------
        InputError
            When it is none.
        """
        return did_of(self.query("did"))


def did_of(text: str) -> DID:
    """The data identifier that is written so.

    Raises
    ------
    InputError
        When it is none.
    """
    from freezeout.lake.did import DID

    return DID.parse(text)


def page_json(page: Page) -> dict[str, Any]:
    """A page as the API shows it."""
    return {
        "rows": [_row_json(*row) for row in page.rows],
        "offset": page.offset,
        "total": page.total,
        "complete": page.complete,
        "revision": page.revision,
        "error": None if page.error is None else describe(page.error, 500),
    }


def _row_json(
    scope: str,
    name: str,
    type: str,
    size: int | None,
    adler32: str | None,
    length: int | None,
    metadata: dict[str, Any] | None = None,
) -> dict[str, Any]:
    row = {
        "scope": scope, "name": name, "type": type, "bytes": size, "adler32": adler32, "length": length,
    }  # fmt: skip
    return row if metadata is None else {**row, "metadata": metadata}
