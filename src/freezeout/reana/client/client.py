"""One REANA: everything that can be asked of it, behind one class."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from freezeout.errors import InputError
from freezeout.jobs.reporter import Reporter
from freezeout.reana.client import download, specification, upload
from freezeout.reana.client.asker import Asker
from freezeout.reana.client.workflow import (
    Created,
    File,
    Logs,
    Quota,
    ServerInfo,
    Workflow,
    WorkflowPage,
    as_sent,
    listed,
    more,
)

_NOBODY = Reporter()
_LOGS_SECONDS = 300.0


class Client(Asker):
    """A REANA server, asked by REANA's own client in a process of its own.

    All methods wait for the answer, may be called from several threads, and raise `FreezeoutError`.
    A workflow is named by its id, or by its name with or without the run number (the last run then).

    Parameters
    ----------
    connection : Connection
        The server.
    build : callable, optional
        Builds the environment of REANA's client when it is not there.
    """

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Nothing is asked any more; the process, which others may use as well, ends when it is idle."""

    # ------------------------------------------------------------------ the server

    def server(self) -> ServerInfo:
        """The server's version, and whom it takes one for."""
        return ServerInfo.of(self.ask("ping", safe=True))

    def info(self) -> dict[str, Any]:
        """What the server says of what it can: ``{name: {"title", "value"}}``."""
        found: dict[str, Any] = self.ask("info", safe=True)
        return found

    def quota(self) -> Quota:
        """What one's workflows use."""
        return self.server().quota

    # ------------------------------------------------------------------ workflows

    def workflows(
        self,
        *,
        search: str = "",
        status: Sequence[str] = (),
        sort: str = "desc",
        page: int = 1,
        size: int = 20,
        sessions: bool = False,
        sizes: bool = False,
        workflow: str = "",
    ) -> WorkflowPage:
        """A page of one's workflows.

        Parameters
        ----------
        search : str
            A part of the name.
        status : sequence of str
            Only these states; without any, all but deleted ones are of interest to most.
        sort : str
            desc (youngest first), asc, disk-desc or cpu-desc.
        sessions : bool
            Only those with an interactive session, of which only then is told.
        sizes : bool
            Also what their workspaces take.
        workflow : str
            Only the runs of this name.
        """
        said = self.ask(
            "workflows", safe=True, search=search, status=list(status), sort=sort, page=page, size=size,
            sessions=sessions, sizes=sizes, workflow=workflow,
        )  # fmt: skip
        items = tuple(Workflow.of(one) for one in listed(said, "items"))
        total, has_next = more(said, page, size, items)
        return WorkflowPage(items, total, page, has_next)

    def status(self, workflow: str) -> Workflow:
        """What a workflow does."""
        return Workflow.of(self.ask("status", safe=True, workflow=workflow))

    def create(self, specification: Mapping[str, Any], name: str) -> Created:
        """Make a workflow of an expanded specification (see `load`); nothing runs yet."""
        said = self.ask("create", specification=dict(specification), name=name)
        return Created(str(said.get("workflow_id")), str(said.get("workflow_name")))

    def check(self, path: Path) -> list[str]:
        """What is wrong with a ``reana.yaml``, or with that of a folder; empty when nothing is."""
        return specification.check(path, self._build)

    def load(self, path: Path) -> dict[str, Any]:
        """The specification of a ``reana.yaml``, expanded as the server wants it."""
        return specification.load(path, self._build)

    def start(
        self,
        workflow: str,
        parameters: Mapping[str, Any] | None = None,
        options: Mapping[str, Any] | None = None,
        *,
        restart: bool = False,
        specification: Mapping[str, Any] | None = None,
    ) -> Workflow:
        """Start a workflow.

        Parameters
        ----------
        parameters, options : mapping, optional
            In place of the input parameters and operational options of the specification.
        restart : bool
            Whether one that has ended is to run once more, in the same workspace.
        specification : mapping, optional
            In place of its own; only with `restart`.
        """
        wanted: dict[str, Any] = {
            "input_parameters": dict(parameters or {}), "operational_options": dict(options or {}),
        }  # fmt: skip
        if restart:
            wanted["restart"] = True
            if specification is not None:
                wanted["reana_specification"] = dict(specification)
        said = self.ask("start", workflow=workflow, parameters=wanted)
        # a restart is a run of its own
        return self.status(str(said.get("workflow_id") or workflow))

    def stop(self, workflow: str) -> None:
        """Stop a workflow that runs; its steps are ended at once."""
        self.ask("stop", workflow=workflow, force=True)

    def delete(self, workflow: str, *, all_runs: bool = False, workspace: bool = True) -> None:
        """Delete a workflow, with its workspace; `all_runs` deletes all of its name."""
        self.ask("delete", workflow=workflow, all_runs=all_runs, workspace=workspace)

    def logs(self, workflow: str, steps: Sequence[str] | None = None) -> Logs:
        """What a workflow and its steps said; `steps` are names."""
        said = self.ask(
            "logs", safe=True, seconds=_LOGS_SECONDS, workflow=workflow, steps=list(steps) if steps else None,
            page=None, size=None,
        )  # fmt: skip
        return Logs.of(said["logs"])

    def parameters(self, workflow: str) -> dict[str, Any]:
        """The parameters that a workflow was started with: ``{"type", "parameters", …}``."""
        found: dict[str, Any] = self.ask("parameters", safe=True, workflow=workflow)
        return found

    def specification(self, workflow: str) -> dict[str, Any]:
        """The specification of a workflow, and the parameters it was started with."""
        found: dict[str, Any] = self.ask("specification", safe=True, workflow=workflow)
        said = found.get("specification")
        return {**found, "specification": as_sent(said) if isinstance(said, dict) else {}}

    def retention(self, workflow: str) -> list[dict[str, Any]]:
        """How long which files are kept."""
        said = self.ask("retention", safe=True, workflow=workflow)
        return [one for one in listed(said, "retention_rules") if isinstance(one, dict)]

    def diff(self, a: str, b: str, *, brief: bool = False, context: int = 5) -> dict[str, Any]:
        """What differs between two workflows.

        Returns
        -------
        dict
            ``reana_specification`` (lines by section) and ``workspace_listing`` (a text).
        """
        found: dict[str, Any] = self.ask("diff", safe=True, a=a, b=b, brief=brief, context=context)
        return found

    def prune(self, workflow: str, *, inputs: bool = False, outputs: bool = False) -> str:
        """Remove the files that are neither inputs nor outputs, and those when asked for; what is said."""
        return str(self.ask("prune", workflow=workflow, inputs=inputs, outputs=outputs).get("message", ""))

    def rename(self, workflow: str, name: str) -> None:
        """No REANA of this protocol can rename a workflow.

        Raises
        ------
        InputError
            Always; says what can be done.
        """
        raise InputError(
            f"'{workflow}' cannot be renamed to '{name[:60]}': REANA 0.9 keeps the name that a workflow has",
            hint="run it again under the new name",
            code="not_possible",
        )

    # ------------------------------------------------------------------ files

    def find(self, workflow: str, paths: Sequence[str]) -> list[File]:
        """The files that paths, folders or patterns such as ``results/*.png`` mean."""
        return download.meant(self, workflow, paths)

    def disk_usage(self, workflow: str, *, search: str = "", summarize: bool = False) -> list[File]:
        """What files and folders take; with `summarize` the whole workspace alone."""
        said = self.ask("disk_usage", safe=True, workflow=workflow, search=search, summarize=summarize)
        return [File.of(one) for one in listed(said, "disk_usage_info")]

    def upload(self, workflow: str, files: Mapping[str, Path], report: Reporter = _NOBODY) -> None:
        """Take files to a workspace: the path of each there, and where it is here."""
        upload.upload(self, workflow, files, report)

    def download(
        self, workflow: str, paths: Sequence[str] | None, folder: Path, report: Reporter = _NOBODY
    ) -> list[Path]:
        """Bring files of a workspace, or all, into a folder; see `freezeout.reana.client.download`."""
        return download.download(self, workflow, paths, folder, report)

    def read(self, workflow: str, path: str, limit: int = 1_000_000) -> bytes:
        """The first bytes of a file."""
        said = self.ask("read", safe=True, workflow=workflow, path=path, limit=limit)
        return base64.b64decode(said["content"])

    def remove(self, workflow: str, paths: Sequence[str]) -> list[str]:
        """Remove files, folders or what fits a pattern; the paths that are gone."""
        gone: list[str] = []
        for path in paths:
            said = self.ask("remove", workflow=workflow, path=path)
            gone += said.get("deleted") or {}
            for name, why in (said.get("failed") or {}).items():
                reason = why.get("error", why) if isinstance(why, Mapping) else why
                raise InputError(f"'{name}' cannot be removed: {reason}", code="reana_refused")
        return gone

    def move(self, workflow: str, source: str, target: str) -> None:
        """Move a file within a workspace."""
        self.ask("move", workflow=workflow, source=source, target=target)

    # ------------------------------------------------------------------ sessions, secrets

    def open_session(self, workflow: str, type: str = "jupyter", image: str = "") -> str:
        """Open an interactive session; its address, without the token."""
        path = str(self.ask("open_session", workflow=workflow, type=type, image=image)["path"])
        return f"{self.connection.current().url}/{path.lstrip('/')}"

    def close_session(self, workflow: str) -> None:
        """Close the interactive session of a workflow."""
        self.ask("close_session", workflow=workflow)

    def secrets(self) -> list[dict[str, str]]:
        """The ``name`` and ``type`` (env or file) of each secret; never its value."""
        return [
            {"name": str(one.get("name")), "type": str(one.get("type"))}
            for one in self.ask("secrets", safe=True)
            if isinstance(one, dict)
        ]

    def add_secret(self, name: str, value: bytes, *, type: str = "env", overwrite: bool = False) -> None:
        """Keep a secret with the server: a variable (env), or a file of this name."""
        if type not in ("env", "file"):
            raise InputError(f"'{type}' is no type of a secret", hint="env or file", code="bad_input")
        encoded = base64.b64encode(value).decode()
        self.ask("add_secret", name=name, type=type, value=encoded, overwrite=overwrite)

    def delete_secret(self, name: str) -> None:
        """Have the server forget a secret."""
        self.ask("delete_secret", name=name)
