"""To the server: the workflow is made, its files are taken there, and it is started."""

from __future__ import annotations

import contextlib
import json
import tempfile
from pathlib import Path
from typing import Any

from freezeout.errors import FreezeoutError, InputError
from freezeout.executors.reana.submission import Submission
from freezeout.files import write_atomically
from freezeout.jobs.reporter import Reporter
from freezeout.jobs.shield import undisturbed
from freezeout.reana.client.client import Client
from freezeout.reana.client.workflow import Created
from freezeout.settings import home

_NOBODY = Reporter()


def submit(
    submission: Submission,
    client: Client,
    yaml: str | None = None,
    *,
    origin: Path | None = None,
    reporter: Reporter = _NOBODY,
) -> Created:
    """Make a workflow of it, take its files there and start it.

    Parameters
    ----------
    yaml : str, optional
        ``reana.yaml`` as the user has edited it.
    origin : Path, optional
        Where its results are to come, when it is remembered from here.

    Raises
    ------
    FreezeoutError
        When the specification is wrong or the server refuses; nothing is left there then.
    """
    with tempfile.TemporaryDirectory(prefix="freezeout-") as place:
        folder = Path(place) / "reana"
        file = submission.write(folder)
        if yaml is not None:
            write_atomically(file, yaml, flush=False)
        reporter.progress(0.01, "checking the workflow")
        try:
            specification = client.load(file)
        except InputError as error:
            # the user knows no such file
            words = error.message.replace(str(file), "the edited reana.yaml" if yaml else "reana.yaml")
            raise InputError(words, hint=error.hint, code=error.code) from error
        reporter.progress(0.03, "making the workflow")
        created = None
        try:
            with undisturbed():
                created = client.create(specification, submission.name)
            files = {
                path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()
            }
            client.upload(created.id, files, _Part(reporter, 0.04, 0.09))
            with undisturbed():
                remember(created.id, origin)
                client.start(created.id)
        except BaseException:
            # nobody is to wonder about one that never ran
            with undisturbed(), contextlib.suppress(FreezeoutError):
                if created is not None:
                    client.delete(created.id, workspace=True)
            raise
    reporter.log(f"the workflow is {created.full_name} ({created.id})")
    return created


def remember(workflow: str, origin: Path | None) -> None:
    """Note where the results of a workflow are to come."""
    if origin is not None:
        write_atomically(_note(workflow), json.dumps({"schema_version": 1, "origin": str(origin)}))


def remembered(workflow: str) -> Path | None:
    """Where the results of a workflow are to come, when it was submitted from here."""
    try:
        said: Any = json.loads(_note(workflow).read_text(encoding="utf-8"))
        return Path(said["origin"])
    except (OSError, ValueError, KeyError, TypeError, InputError):
        return None


def _note(workflow: str) -> Path:
    if not workflow or not all(sign in "0123456789abcdef-" for sign in workflow.lower()):
        raise InputError(f"'{workflow}' is no id of a workflow", code="unknown_workflow")
    return home() / "reana-submissions" / f"{workflow}.json"


class _Part(Reporter):
    """Progress of a part of the whole."""

    def __init__(self, whole: Reporter, start: float, end: float) -> None:
        self._whole, self._start, self._end = whole, start, end

    def progress(self, fraction: float | None, message: str) -> None:
        far = None if fraction is None else self._start + (self._end - self._start) * fraction
        self._whole.progress(far, message)

    def log(self, line: str) -> None:
        self._whole.log(line)
