"""Downloads and uploads: jobs between the lake and the folder that the file browser shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from freezeout.errors import InputError
from freezeout_jupyter.contained import files_inside, folder_inside, names_of
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
            folder = folder_inside(self.root, said["to"], hidden)
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
            paths = files_inside(self.root, said["paths"], hidden)
            subject, title = said.get("dataset") or paths[0].name, f"Upload {names_of(paths)}"
            return _start("lake-upload", title, f"lake:{name}:{scope}:{subject}", "put:upload_job", {
                **said, "connection": name, "scope": scope, "paths": [str(path) for path in paths],
            })  # fmt: skip

        await self.begin(start)


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
