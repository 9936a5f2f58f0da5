"""What all routes of the data lake share: the clients, the listings, and how a request names its lake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from freezeout_jupyter.base import Api
from freezeout_jupyter.lake_clients import Clients, Lake
from freezeout_jupyter.lake_index import Listings, Page
from freezeout_jupyter.lake_states import States

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

    from freezeout.lake.did import DID

SETTING = "freezeout_lakes"


class Lakes:
    """The lakes of one server: their clients, their states, and what was listed of them."""

    def __init__(self) -> None:
        self.clients = Clients()
        self.states = States(self.clients)
        self.listings = Listings()

    async def close(self) -> None:
        """Close everything."""
        await self.listings.close()
        await self.states.close()
        await self.clients.close()

    def changed(self, lake: Lake) -> None:
        """Something was changed in this lake: what was listed of it is read anew."""
        self.listings.forget(lambda key: isinstance(key, tuple) and key[0] == lake.connection.name)


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
            found = self.settings[SETTING] = Lakes()
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
    from freezeout_jupyter.base import describe

    return {
        "rows": [
            {"scope": scope, "name": name, "type": type, "bytes": size, "adler32": adler32, "length": length}
            for scope, name, type, size, adler32, length in page.rows
        ],
        "offset": page.offset,
        "total": page.total,
        "complete": page.complete,
        "revision": page.revision,
        "error": None if page.error is None else describe(page.error, 500),
    }  # fmt: skip
