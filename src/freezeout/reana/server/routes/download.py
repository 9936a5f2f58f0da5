"""Files as bytes: one as it is, several as a ZIP archive; and their removal."""

from __future__ import annotations

import mimetypes
import os
import re
import time
from collections.abc import Iterator
from urllib.parse import quote

from tornado.http1connection import HTTP1Connection

from freezeout.reana.server.archive import zipped
from freezeout.reana.server.refusal import Refusal
from freezeout.reana.server.routes.base import Handler
from freezeout.reana.server.workspace import Entry, Workspace

_CHUNK = 1 << 20
_PREVIEWED = ("image/", "text/", "application/json", "application/pdf")
_PLAIN = re.compile(r"[\w ./+=,@~^()-]+", re.ASCII)


class File(Handler):
    """A file, a folder or a pattern."""

    async def get(self, asked: str, path: str) -> None:
        """Send what it stands for."""
        workflow = self.server.store.find(asked)
        workspace = self.server.workspace(workflow)
        # the client writes the name into the address as it is, and says it once more so that '%' survives
        path = self.text("file_name") or path
        whole = await self.aside(lambda: workspace.entry(path))
        found = await self.aside(lambda: [one for one in workspace.matching(path) if one.is_file])
        if whole is not None and whole.is_link:
            raise Refusal(404, f"Opening symlink '{path}' is not allowed.")
        if whole is not None and not (whole.is_folder or whole.is_file):
            raise Refusal(404, f"{path} is no regular file.")
        if not found:
            raise Refusal(404, f"{path} does not exist, or there is no file in it.")
        if len(found) == 1 and not (whole is not None and whole.is_folder):
            await self._send_one(workspace, found[0])
        else:
            base = re.sub(r"[^\w.-]+", "_", path.strip("/").split("/")[-1]) or "workspace"
            name = f"download_{workflow.full_name}_{base}_{time.strftime('%Y-%m-%d-%H%M%S')}.zip"
            self.set_header("Content-Type", "application/zip")
            self.set_header("Content-Disposition", _attachment(name))
            await self._send(zipped(workspace, found))

    async def _send_one(self, workspace: Workspace, entry: Entry) -> None:
        handle = await self.aside(lambda: workspace.open(entry.path))
        try:
            size = os.fstat(handle).st_size
            kind = mimetypes.guess_type(entry.path)[0] or ""
            if (
                self.flag("preview")
                and kind.startswith(_PREVIEWED)
                and "html" not in kind
                and "svg" not in kind
            ):
                self.set_header("Content-Type", kind)
            else:
                self.set_header("Content-Type", "application/octet-stream")
                self.set_header("Content-Disposition", _attachment(entry.path))
            self.set_header("Content-Length", str(size))
            await self._send(_bytes(handle, size))
        finally:
            os.close(handle)

    async def _send(self, pieces: Iterator[bytes]) -> None:
        """Send piece by piece; who hangs up, or a file that breaks off, ends it without a proper end."""
        try:
            while (piece := await self.aside(lambda: next(pieces, None))) is not None:
                self.write(piece)
                await self.flush()
        except (OSError, Refusal):  # a StreamClosedError is an OSError
            self._auto_finish = False
            connection = self.request.connection
            assert isinstance(connection, HTTP1Connection)
            connection.stream.close()
            return
        await self.finish()

    async def delete(self, asked: str, path: str) -> None:
        """Remove what it stands for."""
        workspace = self.server.workspace(self.server.store.find(asked))
        self.answer(await self.aside(lambda: _removed(workspace, path)))


def _bytes(handle: int, size: int) -> Iterator[bytes]:
    done = 0
    while done < size:
        piece = os.pread(handle, min(_CHUNK, size - done), done)
        if not piece:
            raise OSError("the file became shorter while it was sent")
        done += len(piece)
        yield piece


def _attachment(name: str) -> str:
    if _PLAIN.fullmatch(name):
        return f'attachment; filename="{name}"'
    return f"attachment; filename*=UTF-8''{quote(os.fsencode(name), safe='')}"


def _removed(workspace: Workspace, path: str) -> dict[str, dict[str, dict[str, object]]]:
    deleted: dict[str, dict[str, object]] = {}
    failed: dict[str, dict[str, object]] = {}
    for entry in list(workspace.matching(path, bottom_up=True)):
        try:
            workspace.remove(entry.path)
        except OSError as error:
            failed[entry.path] = {"error": error.strerror or str(error)}
        else:
            deleted[entry.path] = {"size": 0 if entry.is_folder else entry.size}
    return {"deleted": deleted, "failed": failed}
