"""A run: one experiment's notebook, executed with checked parameters into a folder of its own."""

from __future__ import annotations

import json
import platform
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from freezeout.errors import FreezeoutError, InputError, MissingPackageError
from freezeout.experiments.folder import Experiment, experiment
from freezeout.experiments.lake_parameters import data_of
from freezeout.experiments.origin import commit_of
from freezeout.experiments.record import FILE, SCHEMA_VERSION, RunRecord, read_record, runs
from freezeout.experiments.surroundings import KEPT, Build, Surroundings, surroundings
from freezeout.files import checksums, disk_errors, write_atomically
from freezeout.limits import hepdata
from freezeout.settings import home, runs_folder, user_path
from freezeout.staging import staged

_ENVIRONMENT = ("name", "lock_sha256", "python_version", "library_sha256", "differs")


def run(
    id: str,
    values: Mapping[str, object] | None = None,
    *,
    preset: str = "default",
    folder: Path | None = None,
    reuse: bool = False,
    progress: bool = False,
    build: Build | None = None,
) -> RunRecord:
    """Run an experiment's notebook; the one way in for command line, Lab, batch and cluster.

    Everything that can be checked is checked before anything starts.

    Parameters
    ----------
    id : str
        The experiment.
    values : mapping, optional
        Parameters by name; the others have the preset's value or the notebook's default.
    preset : str
        A named set of parameters of the experiment.
    folder : Path, optional
        Where the run's folder is made; default: the setting ``runs``.
    reuse : bool
        Return a complete run of the same code, inputs and parameters when there is one.
    progress : bool
        Draw a progress bar on standard error.
    build : callable, optional
        Builds the environment when it is not built; without it, that is an error.

    Raises
    ------
    InputError
        When a parameter, an input, the environment or the folder cannot be used; nothing was written.
    FreezeoutError
        When the notebook failed; its executed copy is kept and named.
    """
    found = experiment(id)
    parameters = found.check(values or {}, preset)
    data = data_of(found.parameters, parameters)
    record = _plan(found, parameters, preset) | ({"data": data} if data else {})
    around = surroundings(found.environment, build)
    record |= {"environment": around.describe(), "versions": around.versions()}
    root = user_path(folder) if folder is not None else runs_folder()
    if reuse:
        for earlier in runs(root):
            if _same(earlier, record):
                return earlier
    run_id = str(record["run_id"])
    with around.in_use(), staged(root / run_id) as staging:
        record["started_at"] = _now()
        _execute(found, parameters, staging, run_id, progress, around)
        record["finished_at"] = _now()
        _accept(staging, found.id)
        for name, content in around.recipe.items():
            write_atomically(staging / KEPT / name, content)
        with disk_errors(staging):
            files = sorted(p for p in staging.rglob("*") if p.is_file() and not p.name.startswith("."))
            record["outputs"] = {str(p.relative_to(staging)): checksums(p) for p in files}
        record |= {"status": "complete", "path": str(root / run_id)}
        write_atomically(staging / FILE, json.dumps(record, indent=1))
    return read_record(root / run_id)


def new_run_id() -> str:
    """A run's id: the time in UTC to the millisecond, and something random.

    Examples
    --------
    >>> len(new_run_id())
    23
    """
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S%f}"[:18] + f"-{secrets.token_hex(2)}"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _plan(found: Experiment, parameters: Mapping[str, object], preset: str) -> dict[str, object]:
    """What is known of a run before it starts; reading it checks the inputs."""
    inputs = {
        name: {"file": str(path.relative_to(found.folder)), **checksums(path)}
        for name, path in found.inputs.items()
    }
    return {
        "schema_version": SCHEMA_VERSION,
        "run_id": new_run_id(),
        "experiment": found.id,
        "title": found.title,
        "preset": preset,
        "parameters": dict(parameters),
        "hashes": found.hashes(),
        "inputs": inputs,
        "code": commit_of(found),
        "host": {"name": platform.node(), "system": platform.platform()},
    }


def _same(earlier: RunRecord, record: Mapping[str, object]) -> bool:
    keys = ("experiment", "parameters", "hashes", "inputs", "versions", "data")
    now = json.loads(json.dumps(record))
    same = all(earlier.data.get(key) == now.get(key) for key in keys)
    # built anew from the same lock it is another build, and the same environment
    before = earlier.data.get("environment")
    return (
        same
        and isinstance(before, dict)
        and all(key in before and before[key] == now["environment"][key] for key in _ENVIRONMENT)
    )


def _accept(staging: Path, id: str) -> None:
    limit = staging / "limit.yaml"
    if not limit.is_file():
        raise FreezeoutError(
            f"the notebook of {id} ended without a limit",
            hint="its last cell has to call freezeout.keep(result)",
            code="no_limit",
        )
    hepdata.read(limit)


def _execute(
    found: Experiment,
    parameters: Mapping[str, object],
    staging: Path,
    run_id: str,
    progress: bool,
    around: Surroundings,
) -> None:
    try:
        from freezeout.experiments.notebook import NotebookFailed, execute
    except ImportError as error:
        raise MissingPackageError("running a notebook", error, "run") from error
    try:
        notebook = execute(found.notebook, parameters, staging, run_id, progress, around.kernel,
                           around.started_kernel)  # fmt: skip
    except NotebookFailed as failure:
        if failure.name == "InputError":
            raise InputError(failure.value, code="bad_input") from failure
        kept = home() / "failed" / f"{run_id}.ipynb"
        write_atomically(kept, failure.notebook)
        raise FreezeoutError(
            f"{found.id} failed in {failure.where}: {failure.name}: {failure.value}",
            hint=f"the executed notebook is {kept}",
            code="notebook_failed",
        ) from failure
    write_atomically(staging / found.notebook.name, notebook)
