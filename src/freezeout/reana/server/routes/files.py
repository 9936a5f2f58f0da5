"""The workspace of a workflow: what is in it, and what is put there."""

from __future__ import annotations

import asyncio
import contextlib
import io
from pathlib import Path
from typing import Any
from uuid import uuid4

from freezeout.reana.server import words
from freezeout.reana.server.refusal import Refusal
from freezeout.reana.server.routes.base import Handler, parsed
from freezeout.reana.server.store import Workflow
from freezeout.reana.server.workspace import Entry, Workspace, parts

_FIELDS = ("name", "size", "last-modified")
_CHUNK = 1 << 20


class Files(Handler):
    """The list of files, and new ones."""

    _part: Path | None = None
    _stream: io.BufferedWriter | None = None
    _failure: OSError | None = None

    async def get(self, asked: str) -> None:
        """A page of the files."""
        page, size = self.page()
        wanted, pattern = search(self.text("search"), _FIELDS), self.text("file_name")
        workspace = self.server.workspace(self.server.store.find(asked))
        found = await self.aside(lambda: _listed(workspace, pattern, wanted))
        chosen = found if size is None else found[(page - 1) * size : page * size]
        self.answer({
            "items": chosen,
            "total": len(found),
            "page": page,
            "size": size,
            "has_prev": page > 1 and size is not None,
            "has_next": size is not None and page * size < len(found),
        })  # fmt: skip

    def admit(self) -> None:
        """Get ready for a file, which may be larger than the memory."""
        if self.request.method != "POST":
            return
        self._workflow = self._upload_into()
        folder = self.server.queue.scratch(self._workflow.id) / "uploads"
        folder.mkdir(mode=0o700, exist_ok=True)
        self._part = folder / str(uuid4())
        self._stream = io.BufferedWriter(io.FileIO(self._part, "xb"), _CHUNK)

    def _upload_into(self) -> Workflow:
        path = self.text("file_name")
        if not parts(path) or path.endswith("/"):
            raise Refusal(400, "file_name has to be the path of a file.")
        kind = self.request.headers.get("Content-Type", "")
        if "application/octet-stream" not in kind:
            raise Refusal(400, f"The Content-Type is {kind[:80]!r}, not application/octet-stream.")
        workflow = self.server.store.find(self.path_args[0])
        if workflow.status == "deleted" or not self.server.workspace(workflow).root.is_dir():
            raise Refusal(404, f"Workflow {workflow.full_name} has no workspace any more.")
        return workflow

    async def data_received(self, chunk: bytes) -> None:  # type: ignore[override]
        """Write what has come of a file, and take no more before."""
        if self._stream is None:
            super().data_received(chunk)
        else:
            stream = self._stream
            try:
                if self._failure is None:
                    await self.aside(lambda: stream.write(chunk))
            except OSError as error:  # the client is told when it has said all
                self._failure = error

    async def post(self, _asked: str) -> None:
        """Give a file that is whole its place."""
        assert self._stream is not None and self._part is not None
        if self._failure is not None:
            raise Refusal(507, f"The file cannot be written: {self._failure.strerror}.")
        path, part, stream = self.text("file_name"), self._part, self._stream
        workspace = self.server.workspace(self._workflow)

        def keep() -> None:
            stream.close()
            workspace.put(part, path)

        await self.aside(keep)
        self.answer({"message": f"{path} has been uploaded."})

    def on_connection_close(self) -> None:
        """Forget a file that was cut off."""
        self._forget()

    def on_finish(self) -> None:
        """Forget a file that was not wanted."""
        self._forget()

    def _forget(self) -> None:
        stream, part = self._stream, self._part
        if part is None:
            return
        self._stream = self._part = None

        def forget() -> None:
            if stream is not None:
                with contextlib.suppress(OSError, ValueError):
                    stream.close()
            part.unlink(missing_ok=True)

        asyncio.get_running_loop().run_in_executor(None, forget)


class Move(Handler):
    """Other names for files."""

    async def put(self, asked: str) -> None:
        """Rename a file or a folder."""
        source, target = self.text("source"), self.text("target")
        if not source or not target:
            raise Refusal(400, "Both source and target have to be given.")
        workflow = self.server.store.find(asked)
        for one in self.server.store.of_workspace(workflow.workspace):
            if one.status == "running":
                raise Refusal(409, f"{one.full_name} is running: its files cannot be moved meanwhile.")
        workspace = self.server.workspace(workflow)
        await self.aside(lambda: workspace.move(source, target))
        self.answer({
            "message": f"{source} has been moved to {target}.",
            "workflow_id": workflow.id,
            "workflow_name": workflow.full_name,
        })  # fmt: skip


def _listed(workspace: Workspace, pattern: str, wanted: dict[str, list[str]]) -> list[dict[str, Any]]:
    found = workspace.matching(pattern) if pattern else workspace.walk()
    return [one for one in map(_told, (e for e in found if not e.is_folder)) if fits(one, wanted)]


def _told(entry: Entry) -> dict[str, Any]:
    return {
        "name": entry.path,
        "size": words.size(entry.size),
        "last-modified": words.written(entry.modified),
    }


def search(text: str, fields: tuple[str, ...]) -> dict[str, list[str]]:
    """What a client looks for: parts of the name, the size or the time.

    Raises
    ------
    Refusal
        400, when it is not of the form ``{"name": ["…"]}``.
    """
    if not text:
        return {}
    wanted = parsed(text.encode())
    well = isinstance(wanted, dict) and all(
        key in fields and isinstance(values, list) and all(isinstance(one, str) for one in values)
        for key, values in wanted.items()
    )
    if not well:
        raise Refusal(400, f'search is not of the form {{"name": ["…"]}}; names: {", ".join(fields)}.')
    return dict(wanted)


def fits(told: dict[str, Any], wanted: dict[str, list[str]]) -> bool:
    """Whether a file has all that is looked for."""
    texts = {key: str(value["raw"] if key == "size" else value).casefold() for key, value in told.items()}
    return all(part.casefold() in texts[key] for key, given in wanted.items() for part in given)
