"""Experiments and notebooks sent to REANA: the form, what would be sent, and the jobs that do it."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from freezeout.errors import FreezeoutError, InputError
from freezeout_jupyter.base import describe
from freezeout_jupyter.contained import path_inside
from freezeout_jupyter.copies import path_below
from freezeout_jupyter.reana.actions import LARGEST_BODY
from freezeout_jupyter.reana.api import ReanaApi, require_client

if TYPE_CHECKING:
    from freezeout.executors.reana.submission import Submission
    from freezeout.jobs.job import Job

_RUN = {
    "experiment": str, "notebook": str, "preset": str, "parameters": dict, "environment": str, "inputs": list,
    "resources": dict, "scan": dict, "name": str, "connection": str,
}  # fmt: skip
_FIELDS = {
    "bad_name": "name",
    "bad_environment": "environment",
    "unknown_environment": "environment",
    "environment_unavailable": "environment",
    "lock_missing": "environment",
}
_TO_CHECK = 60.0
_LONGEST = 2000
_WITH_YAML = {**_RUN, "yaml": str}


class ReanaSubmissionApi(ReanaApi):
    """What routes about a run share."""

    def what(self, experiment: str, notebook: str) -> str:
        """What is to be run: an experiment's id, or the path of a notebook.

        Raises
        ------
        InputError
            When it is not said, or the notebook is not to be had.
        """
        if bool(experiment) == bool(notebook):
            raise InputError(
                "it is not said what to run", hint="give either experiment or notebook", code="bad_input"
            )
        if experiment:
            return experiment
        path = path_inside(self.root, notebook, self.shows_hidden)
        if not path.is_file():
            raise InputError(f"there is no {notebook[:200]}", code="path_not_found")
        return str(path)

    def run(self, allowed: Mapping[str, Any]) -> dict[str, Any]:
        """The body as the work of a job takes it."""
        said = self.body(allowed, (), LARGEST_BODY)
        said["what"] = self.what(said.pop("experiment", ""), said.pop("notebook", ""))
        # of the lake, unless it is a file below the root
        said["inputs"] = [
            one if ":" in one else str(path_inside(self.root, one, self.shows_hidden))
            for one in said.get("inputs", [])
        ]
        return said


class ReanaForm(ReanaSubmissionApi):
    """``GET /freezeout/api/reana/form``."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer what can be said about a run."""
        from freezeout_jupyter.reana.form import form

        what = await self.in_thread(lambda: self.what(self.query("experiment"), self.query("notebook")))
        self.finish(await self.in_thread(lambda: form(what)))


class ReanaPreviewSubmission(ReanaSubmissionApi):
    """``POST /freezeout/api/reana/preview-submission``."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Answer what would be sent, and what is wrong with it."""
        said = await self.in_thread(lambda: self.run(_WITH_YAML))
        shown, planned = await self.in_thread(lambda: _preview(said))
        if planned is not None and (edited := said.get("yaml")):
            try:
                shown["problems"] = await self.reanas.checks.do(lambda: _checked(planned, edited), _TO_CHECK)
            except FreezeoutError as error:
                require_client(error)
                raise
            shown["yaml"] = edited
        self.finish(shown)


class ReanaSubmissions(ReanaSubmissionApi):
    """``POST /freezeout/api/reana/submissions``."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Start a job that submits it, follows it and brings its results home."""
        said = await self.in_thread(lambda: self.run(_WITH_YAML))
        reana = await self.reana(said.pop("connection", ""))
        arguments = {"connection": reana.connection.name, **said}

        def start() -> Job:
            from freezeout.executors.reana import job
            from freezeout.jobs.run import start as start_run

            planned = _planned(said)  # what is wrong is said now, and not by a job
            return start_run(
                job.KIND, job.title_of(planned), job.subject(reana.connection.name), job.RUN_WORK, arguments
            )

        await self.begin(start)


class ReanaSaveYaml(ReanaSubmissionApi):
    """``POST /freezeout/api/reana/save-yaml``."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Write the REANA folder, and answer where it is."""
        said = await self.in_thread(lambda: self.run({**_WITH_YAML, "to": str}))
        self.finish(await self.in_thread(lambda: self._save(said, said.pop("to", ""), said.pop("yaml", ""))))

    def _save(self, said: dict[str, Any], to: str, yaml: str) -> dict[str, Any]:
        from freezeout.files import write_atomically

        planned = _planned(said)
        if to:
            folder = path_inside(self.root, to, self.shows_hidden)
        else:
            folder = path_inside(
                self.root, f"{path_below(self.root, Path(said['what']).parent) or ''}/{planned.name}-reana"
            )
        path = planned.write(folder)
        if yaml:
            write_atomically(path, yaml)
        root = self.root.resolve()
        return {
            "folder": str(folder.relative_to(root)),
            "yaml": str(path.relative_to(root)),
            "files": sorted(planned.files),
        }


class ReanaFetch(ReanaApi):
    """``POST /freezeout/api/reana/fetch``."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Start a job that brings home what a workflow has made."""
        said = self.body({"connection": str, "workflow": str}, ["workflow"])
        reana = await self.reana(said.get("connection", ""))
        name, workflow = reana.connection.name, said["workflow"]

        def start() -> Job:
            from freezeout.executors.reana import job
            from freezeout.jobs.run import start as start_fetch

            subject = f"reana:{name}:{workflow}:fetch"
            title, arguments = f"Fetch what {workflow} has made", {"connection": name, "workflow": workflow}
            return start_fetch(job.FETCH, title, subject, job.FETCH_WORK, arguments)

        await self.begin(start)


def _planned(said: Mapping[str, Any]) -> Submission:
    from freezeout.executors.reana import plan

    return plan(
        said["what"], said.get("parameters", {}), preset=said.get("preset", "default"),
        environment=said.get("environment") or None, inputs=said.get("inputs", []),
        resources=said.get("resources"), scan=said.get("scan") or None, name=said.get("name") or None,
    )  # fmt: skip


def _preview(said: Mapping[str, Any]) -> tuple[dict[str, Any], Submission | None]:
    try:
        planned = _planned(said)
    except FreezeoutError as error:
        return {"yaml": "", "files": [], "steps": 0, "problems": [_problem(error, said)]}, None
    files = [
        {"path": path, "bytes": len(content) if isinstance(content, bytes) else content.stat().st_size}
        for path, content in sorted(planned.files.items())
    ]
    return {"yaml": planned.yaml(), "files": files, "steps": planned.steps, "problems": []}, planned


def _checked(planned: Submission, yaml: str) -> list[dict[str, Any]]:
    """What REANA's own client finds wrong with a specification that the user has edited."""
    from freezeout.files import write_atomically
    from freezeout.reana.client.specification import check

    with tempfile.TemporaryDirectory(prefix="freezeout-") as place:
        path = planned.write(Path(place) / "reana")
        write_atomically(path, yaml, flush=False)
        found = [text.replace(f"{place}/reana/", "") for text in check(path)]
    return [
        {
            "code": "bad_specification",
            "message": text[:_LONGEST],
            "hint": "",
            "parameter": None,
            "field": None,
        }
        for text in found
    ]


def _problem(error: FreezeoutError, said: Mapping[str, Any]) -> dict[str, Any]:
    """The error, and the field of the form that it is about: a parameter, or one of the others."""
    names = [*said.get("parameters", {}), *(said.get("scan") or {})]
    words = error.message.replace("'", " ").replace(",", " ").split()
    if error.code == "bad_resources":
        return {**describe(error, 400), "parameter": None, "field": words[0]}
    field = _FIELDS.get(error.code)
    about = None if field else next((word for word in words if word in names), None)
    return {**describe(error, 400), "parameter": about, "field": field}
