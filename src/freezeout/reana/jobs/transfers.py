"""Jobs about one workflow: its files brought here, files taken there, and the same again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from freezeout.errors import InputError
from freezeout.jobs.reporter import Reporter
from freezeout.reana.client.client import Client
from freezeout.reana.client.inputs import files_of
from freezeout.reana.sites.connection import connection as connection_of


def download_job(
    reporter: Reporter, connection: str, workflow: str, paths: Sequence[str] | None, to: str
) -> dict[str, Any]:
    """The work of a job that brings files of a workspace, or all of them, into a folder.

    Returns
    -------
    dict
        ``paths``, where they are, and how many ``files`` that is; of very many only the first are named.
    """
    with Client(connection_of(connection)) as client:
        found = client.download(workflow, paths, Path(to), reporter)
    return {"files": len(found), "paths": [str(path) for path in found[:100]]}


def upload_job(
    reporter: Reporter, connection: str, workflow: str, paths: Sequence[str], to: str, hidden: bool = True
) -> dict[str, Any]:
    """The work of a job that takes files and folders to a workspace.

    Parameters
    ----------
    hidden : bool
        Whether what is hidden in a folder goes along: who does not see it does not mean it.

    Returns
    -------
    dict
        How many ``files`` they were.
    """
    files = files_of(map(Path, paths), to)
    if not hidden:
        top = to.strip("/")
        files = {name: path for name, path in files.items() if not _is_hidden(name.removeprefix(top))}
    if not files:
        raise InputError("there are no files in what is to be uploaded", code="path_not_found")
    with Client(connection_of(connection)) as client:
        client.upload(workflow, files, reporter)
    return {"files": len(files)}


def rerun_job(
    reporter: Reporter,
    connection: str,
    workflow: str,
    parameters: Mapping[str, Any],
    options: Mapping[str, Any],
) -> dict[str, str]:
    """The work of a job that makes a workflow of the same name, specification and inputs, and starts it.

    Returns
    -------
    dict
        ``id`` and ``full_name`` of the new one.
    """
    from freezeout.reana.jobs.again import again

    with Client(connection_of(connection)) as client:
        made = again(client, workflow, parameters, options, reporter)
    return {"id": made.id, "full_name": made.full_name}


def _is_hidden(path: str) -> bool:
    return any(part.startswith(".") for part in path.split("/"))
