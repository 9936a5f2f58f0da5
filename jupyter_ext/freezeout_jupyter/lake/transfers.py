"""Downloads and uploads: jobs between the lake and the folder that the file browser shows."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from freezeout.errors import InputError
from freezeout_jupyter.lake.api import LakeApi, did_of

if TYPE_CHECKING:
    from freezeout.jobs.job import Job

_LARGEST_BODY = 200_000


class LakeDownloads(LakeApi):
    """``POST /freezeout/api/lake/downloads``."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Start a job that brings a data identifier into a folder, and answer the job."""
        said = self.body({"connection": str, "did": str, "to": str}, ["did", "to"])
        did, lake = did_of(said["did"]), await self.lake(said.get("connection", ""))
        hidden, name = self.shows_hidden, lake.connection.name

        def start() -> Job:
            folder = path_inside(self.root, said["to"], hidden)
            if folder.exists() and not folder.is_dir():
                raise InputError(f"'{said['to']}' is no folder", code="path_unusable")
            return _start("lake-download", f"Download {did}", f"lake:{name}:{did}", "get:download_job", {
                "connection": name, "did": str(did), "to": str(folder),
            })  # fmt: skip

        await self.begin(start)


class LakeUploads(LakeApi):
    """``POST /freezeout/api/lake/uploads``."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Start a job that puts files or a folder into the lake, and answer the job."""
        allowed = {
            "connection": str, "paths": list, "scope": str, "dataset": str, "rse": str,
            "lifetime": int | None, "metadata": dict,
        }  # fmt: skip
        said = self.body(allowed, ["paths"], _LARGEST_BODY)
        lake = await self.lake(said.pop("connection", ""))
        if not said["paths"]:
            raise InputError("there is nothing to upload", hint="name files or a folder", code="bad_body")
        hidden, name = self.shows_hidden, lake.connection.name
        scope = said.get("scope") or lake.connection.scope

        def start() -> Job:
            paths = [path_inside(self.root, one, hidden) for one in said["paths"]]
            require_contained(self.root, paths)
            subject = said.get("dataset") or paths[0].name
            title = f"Upload {paths[0].name}" + (f" and {len(paths) - 1} more" if len(paths) > 1 else "")
            return _start("lake-upload", title, f"lake:{name}:{scope}:{subject}", "put:upload_job", {
                **said, "connection": name, "scope": scope, "paths": [str(path) for path in paths],
            })  # fmt: skip

        await self.begin(start)


def path_inside(root: Path, text: str, hidden: bool = False) -> Path:
    """The path that is meant, links followed, when it is in the folder that the file browser shows.

    Raises
    ------
    InputError
        When it leads out of it, or is hidden and hidden files are not shown.
    """
    whole = root.resolve()
    if "\x00" in text:
        raise InputError("a path has a null sign in it", code="path_outside")
    try:
        found = (whole / text.lstrip("/")).resolve()
    except (OSError, RuntimeError) as error:
        raise InputError(f"'{text[:200]}' is no path: {error}", code="path_outside") from error
    if not found.is_relative_to(whole):
        raise InputError(
            f"'{text[:200]}' is outside of the folder that the file browser shows",
            hint="choose something below it",
            code="path_outside",
        )
    if not hidden and any(part.startswith(".") for part in found.relative_to(whole).parts):
        raise InputError(f"'{text[:200]}' is hidden", hint="rename it", code="path_outside")
    return found


def require_contained(root: Path, paths: Sequence[Path]) -> None:
    """See that these are there, and that no link in a folder among them leads out.

    Raises
    ------
    InputError
        Naming the one that does not.
    """
    whole = root.resolve()
    for path in paths:
        if not path.exists():
            raise InputError(f"there is no {path.relative_to(whole)}", code="path_not_found")
        for folder, _, names in os.walk(path, followlinks=False):
            for one in (Path(folder) / name for name in names):
                if one.is_symlink() and not one.resolve().is_relative_to(whole):
                    raise InputError(
                        f"'{one.relative_to(path.parent)}' is a link to what is outside of the folder "
                        "that the file browser shows",
                        hint="copy the file there",
                        code="path_outside",
                    )


def _start(kind: str, title: str, subject: str, work: str, arguments: dict[str, Any]) -> Job:
    """Start the job, or find the one that does the very same."""
    from freezeout.jobs import run, store

    job = run.start(kind, title, subject, f"freezeout.lake.files.{work}", arguments)
    _, of_job, _ = store.instruction(job.id)
    if of_job != arguments:
        raise InputError(
            f"'{job.title}' is under way, to another end",
            hint="wait for its end, or cancel it",
            code="job_busy",
        )
    return job
