"""The workspace of a workflow: listed, looked into, brought, filled, tidied."""

from __future__ import annotations

import json
import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import quote

from jupyter_server.auth.decorator import authorized
from tornado import web
from tornado.iostream import StreamClosedError

from freezeout.errors import InputError
from freezeout_jupyter.base import Page
from freezeout_jupyter.contained import files_inside, folder_inside, names_of
from freezeout_jupyter.reana.actions import LARGEST_BODY, ReanaAction
from freezeout_jupyter.reana.api import ReanaApi, ReanaRoute
from freezeout_jupyter.reana.transfer import transfer

if TYPE_CHECKING:
    from freezeout.jobs.job import Job

_CHUNK = 1 << 20
_LONG = 600.0


class ReanaFiles(ReanaAction):
    """``GET`` and ``DELETE /freezeout/api/reana/files``."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer a page of the files in a workspace."""
        workflow, search, (page, size) = self.needed("workflow"), self.query("search"), self.slice(200, 1000)
        if self.flag("refresh"):
            self.reanas.answers.forget()
        found = await self.ask_once(
            (workflow, search, page, size),
            lambda client: client.files(workflow, search=search, page=page, size=size),
        )
        files = [{"path": one.path, "size": one.size, "modified": one.modified} for one in found.items]
        self.finish({"files": files, "total": found.total, "page": page, "has_next": found.has_next})

    @web.authenticated
    @authorized
    async def delete(self) -> None:
        """Remove files, and answer which were removed."""
        said = self.body(
            {"connection": str, "workflow": str, "paths": list}, ["workflow", "paths"], LARGEST_BODY
        )
        if not said["paths"]:
            raise InputError("there is nothing to remove", hint="name files", code="bad_body")
        removed = await self.change(
            lambda client: client.remove(said["workflow"], said["paths"]), said.get("connection", "")
        )
        self.finish({"removed": removed})


class ReanaPreview(ReanaApi):
    """``GET /freezeout/api/reana/preview``."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer what is in a file, in a form that can be shown without harm."""
        from freezeout.reana.client.paths import inside
        from freezeout_jupyter.reana.preview import Looked, preview

        workflow, path = self.needed("workflow"), inside(self.needed("path"))
        table = self.query("table")
        async with self.reanas.looking:
            found = await self.ask(lambda client: Looked.at(client, workflow, path))
            shown = await self.in_thread(lambda: json.dumps(preview(replace(found, table=table))))
        self.set_header("Content-Type", "application/json")
        self.finish(shown)


class ReanaFile(ReanaRoute, Page):
    """``GET /freezeout/reana/file``: bytes that others wrote, and never a page of this server."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Send the file, to be saved."""
        from freezeout.reana.client.paths import inside

        workflow, path = self.needed("workflow"), inside(self.needed("path"))
        with tempfile.TemporaryDirectory(prefix="freezeout-file-") as folder:
            (found,) = await self.ask(
                lambda client: client.download(workflow, [path], Path(folder)), seconds=_LONG
            )
            name = quote(PurePosixPath(path).name, safe="")
            self.set_header("Content-Type", "application/octet-stream")
            self.set_header("Content-Disposition", f"attachment; filename*=UTF-8''{name}")
            self.set_header("X-Content-Type-Options", "nosniff")
            self.set_header("Content-Security-Policy", "sandbox; default-src 'none'")
            self.set_header("Cache-Control", "no-store")
            await self._send(found)

    async def _send(self, path: Path) -> None:
        with suppress(StreamClosedError), path.open("rb") as stream:
            self.set_header("Content-Length", str(path.stat().st_size))
            while data := await self.in_thread(lambda: stream.read(_CHUNK)):
                self.write(data)
                await self.flush()
            self.finish()


class ReanaMove(ReanaAction):
    """``POST /freezeout/api/reana/move``."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Move or rename within a workspace."""
        names = ["workflow", "source", "target"]
        said = self.body(dict.fromkeys(["connection", *names], str), names)
        await self.act_and_be_silent(
            said, lambda client: client.move(said["workflow"], said["source"], said["target"])
        )


class ReanaDownloads(ReanaApi):
    """``POST /freezeout/api/reana/downloads``."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Start a job that brings files of a workspace into a folder."""
        allowed = {"connection": str, "workflow": str, "paths": list | None, "to": str}
        said = self.body(allowed, ["workflow", "to"], LARGEST_BODY)
        reana = await self.reana(said.get("connection", ""))
        name, workflow, paths, hidden = (
            reana.connection.name, said["workflow"], said.get("paths"), self.shows_hidden,
        )  # fmt: skip
        if paths == []:
            raise InputError(
                "there is nothing to download", hint="name files, or null for all", code="bad_body"
            )

        def start() -> Job:
            folder = folder_inside(self.root, said["to"], hidden)
            arguments = {"connection": name, "workflow": workflow, "paths": paths, "to": str(folder)}
            return transfer("download", f"Download from {workflow}", arguments)

        await self.begin(start)


class ReanaUploads(ReanaApi):
    """``POST /freezeout/api/reana/uploads``."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Start a job that puts files or folders into a workspace."""
        allowed = {"connection": str, "workflow": str, "paths": list, "to": str}
        said = self.body(allowed, ["workflow", "paths"], LARGEST_BODY)
        if not said["paths"]:
            raise InputError("there is nothing to upload", hint="name files or folders", code="bad_body")
        reana = await self.reana(said.get("connection", ""))
        name, workflow, hidden = reana.connection.name, said["workflow"], self.shows_hidden

        def start() -> Job:
            paths = files_inside(self.root, said["paths"], hidden)
            arguments = {
                "connection": name, "workflow": workflow, "to": said.get("to", ""), "hidden": hidden,
                "paths": [str(path) for path in paths],
            }  # fmt: skip
            return transfer("upload", f"Upload {names_of(paths)}", arguments)

        await self.begin(start)
