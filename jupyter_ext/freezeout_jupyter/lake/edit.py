"""The lake changed: datasets and containers, what they hold, and what is said of them."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from freezeout_jupyter.lake.api import LakeApi, did_of
from freezeout_jupyter.lake.browse import details_json

_LARGEST_BODY = 1_000_000


class LakeMetadata(LakeApi):
    """``PUT`` and ``DELETE /freezeout/api/lake/metadata``."""

    @web.authenticated
    @authorized
    async def put(self) -> None:
        """Set one key, and answer all metadata."""
        from freezeout.lake.catalogue.metadata import set_metadata

        allowed = {"connection": str, "did": str, "key": str, "value": object}
        said = self.body(allowed, ["did", "key", "value"], _LARGEST_BODY)
        did, lake = did_of(said["did"]), await self.lake(said.get("connection", ""))
        found = await set_metadata(lake.client, did, {said["key"]: said["value"]})
        self.lakes.found_anew(lake)
        self.finish({"metadata": found})

    @web.authenticated
    @authorized
    async def delete(self) -> None:
        """Remove one key, and answer what is left."""
        from freezeout.lake.catalogue.metadata import delete_metadata

        did, lake = self.did(), await self.lake()
        found = await delete_metadata(lake.client, did, self.query("key"))
        self.lakes.found_anew(lake)
        self.finish({"metadata": found})


class LakeDids(LakeApi):
    """``POST`` and ``DELETE /freezeout/api/lake/dids``."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Make a dataset or a container, and answer what is known of it."""
        from freezeout.lake.catalogue.edit import add_collection

        allowed = {"connection": str, "did": str, "type": str, "contents": list, "metadata": dict}
        said = self.body(allowed, ["did", "type"], _LARGEST_BODY)
        did, lake = did_of(said["did"]), await self.lake(said.get("connection", ""))
        contents = [did_of(one) for one in said.get("contents", [])]
        try:
            await add_collection(lake.client, did, said["type"], contents, said.get("metadata"))
        finally:
            self.lakes.changed(lake, did)
        self.set_status(201)
        self.finish(await details_json(lake, did))

    @web.authenticated
    @authorized
    async def delete(self) -> None:
        """Remove a dataset or a container from the lake."""
        from freezeout.lake.catalogue.edit import erase

        did, lake = self.did(), await self.lake()
        try:
            await erase(lake.client, did)
        finally:
            self.lakes.changed(lake, did)
        self.set_status(204)
        self.finish()


class LakeAttachments(LakeApi):
    """``POST`` and ``DELETE /freezeout/api/lake/attachments``."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Put something into a dataset or container, and answer what is known of that."""
        await self._change("attach")

    @web.authenticated
    @authorized
    async def delete(self) -> None:
        """Take something out of a dataset or container, and answer what is known of that."""
        await self._change("detach")

    async def _change(self, how: str) -> None:
        from freezeout.lake.catalogue import edit

        allowed = {"connection": str, "did": str, "contents": list}
        said = self.body(allowed, ["did", "contents"], _LARGEST_BODY)
        did, lake = did_of(said["did"]), await self.lake(said.get("connection", ""))
        change = edit.attach if how == "attach" else edit.detach
        try:
            await change(lake.client, did, [did_of(one) for one in said["contents"]])
        finally:
            self.lakes.changed(lake, did)
        self.finish(await details_json(lake, did))
