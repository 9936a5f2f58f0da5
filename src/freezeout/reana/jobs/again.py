"""The same workflow once more: a new one of its name, its specification and its inputs, with other values."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from freezeout.errors import FreezeoutError, InputError
from freezeout.files import disk_errors
from freezeout.jobs.reporter import Reporter
from freezeout.reana.client.client import Client
from freezeout.reana.client.workflow import Created
from freezeout.settings import home


def again(
    client: Client,
    workflow: str,
    parameters: Mapping[str, Any],
    options: Mapping[str, Any],
    reporter: Reporter,
) -> Created:
    """Make a workflow of another one, and start it.

    Its inputs are those files of the other's workspace that the specification names as inputs, as they
    are there now.

    Parameters
    ----------
    parameters, options : mapping
        In place of what the other was started with.

    Raises
    ------
    FreezeoutError
        When an input is not there any more, or the server refuses; nothing is left of the new one then.
    """
    reporter.progress(None, "reading the workflow")
    found, said = client.status(workflow), client.specification(workflow)
    specification = said["specification"]
    inputs = _inputs(specification, (one.path for one in client.all_files(found.id)))
    given = {**(said.get("parameters") or {}), **parameters}
    folder = home() / "tmp"
    with disk_errors(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        place = tempfile.TemporaryDirectory(prefix="reana-", dir=folder)
    with place as here:
        if inputs:
            client.download(found.id, inputs, Path(here), reporter)
        reporter.progress(None, "making the new one")
        made = client.create(specification, found.name)
        try:
            client.upload(made.id, {path: Path(here) / path for path in inputs}, reporter)
            reporter.progress(None, "starting it")
            client.start(made.id, given, options)
        except BaseException:
            with contextlib.suppress(FreezeoutError):
                client.delete(made.id)
            raise
    return made


def _inputs(specification: Mapping[str, Any], files: Iterable[str]) -> list[str]:
    """The files that are inputs: those named, those in folders named, and the workflow's own."""
    said = specification.get("inputs") or {}
    of_engine = (specification.get("workflow") or {}).get("file")
    known = sorted(files)
    found: set[str] = set()
    for name in [*(said.get("files") or []), *(said.get("directories") or [])]:
        path = str(name).strip("/").removeprefix("./")
        meant = {one for one in known if one == path or one.startswith(f"{path}/") or path in ("", ".")}
        if not meant and name in (said.get("files") or []):
            raise InputError(
                f"its input '{name}' is no longer in the workspace",
                hint="upload it there first, or submit the folder anew",
                code="unknown_file",
            )
        found |= meant
    return sorted(found | ({str(of_engine)} & set(known)))
