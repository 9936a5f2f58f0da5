"""What all routes of the data lake share: the clients, the listings, and how a request names its lake."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from freezeout_jupyter.base import Api, describe
from freezeout_jupyter.lake.clients import Lake, LakeClients
from freezeout_jupyter.lake.index import Key, Listings, Page
from freezeout_jupyter.lake.own import OwnLake
from freezeout_jupyter.lake.states import LakeStates

if TYPE_CHECKING:
    from tornado.web import Application

    from freezeout.lake.did import DID
    from freezeout.lake.sites.connection import Connection

SETTING = "freezeout_lakes"


class Lakes:
    """The lakes of one server: their clients, their states, and what was listed of them.

    Attributes
    ----------
    own : OwnLake
        The embedded one.
    """

    def __init__(self, application: Application) -> None:
        self._application = application
        self.clients = LakeClients(self._others_too)
        self._telling: asyncio.Task[None] | None = None
        self.own = OwnLake()
        self.states = LakeStates(self.clients, self.own)
        self.listings = Listings()

    async def close(self) -> None:
        """Close everything, and stop the embedded lake if it is this server's."""
        await asyncio.to_thread(self.own.close)
        if self._telling is not None:
            await asyncio.gather(self._telling, return_exceptions=True)
        await self.listings.close()
        await self.states.close()
        await self.clients.close()

    def _others_too(self, found: list[Connection]) -> None:
        from freezeout_jupyter.lake.rucio import refresh

        self._telling = asyncio.create_task(refresh(self._application, found))

    def forget(self) -> None:
        """Something was started or stopped: how all stood before is not good."""
        self.clients.forget()
        self.states.forget()

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
        return await self.lakes.clients.named(self.query("connection") if name is None else name)

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
