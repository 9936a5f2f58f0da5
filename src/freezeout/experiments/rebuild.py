"""What rebuilds the environment of a run, or an environment as it is now, elsewhere."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from freezeout.environments import export as exporting
from freezeout.environments.folder import environment
from freezeout.errors import InputError
from freezeout.experiments.record import RunRecord, find_run
from freezeout.experiments.surroundings import KEPT


def export(name: str, folder: Path) -> Path:
    """Write lock, wheel, Dockerfile and REANA's mapping of an environment or a run into a new folder.

    Parameters
    ----------
    name : str
        An environment, or a run: its id, the start of one, or its folder.
    folder : Path
        Must not exist yet, or be empty.

    Raises
    ------
    InputError
        When there is neither, or the lock of the run is not to be had any more.
    """
    try:
        found = environment(name)
    except InputError as error:
        if error.code != "unknown_environment":
            raise
    else:
        return exporting.export(exporting.recipe_of(found), folder)
    try:
        record = find_run(name)
    except InputError as error:
        if error.code != "unknown_run":
            raise
        raise InputError(
            f"there is neither an environment nor a run '{name}'",
            hint="'freezeout env list' and 'freezeout runs' list them",
            code="unknown_run",
        ) from error
    return exporting.export(_recipe(record), folder)


def _recipe(record: RunRecord) -> exporting.Recipe:
    said: Any = record.data.get("environment")
    if not isinstance(said, Mapping) or not said.get("name") or not said.get("lock_sha256"):
        raise InputError(f"run {record.run_id} does not say from which lock its environment was")
    name, wanted = str(said["name"]), str(said["lock_sha256"])
    kept = {
        file.removeprefix(f"{KEPT}/"): record.output(file).read_bytes()
        for file in record.data["outputs"]  # type: ignore[attr-defined]
        if file.startswith(f"{KEPT}/")
    }
    if not kept:
        kept = _as_it_is_now(record, name, wanted)
    versions: Any = record.data.get("versions")
    python = said.get("python_version") or (versions or {}).get("python")
    return exporting.Recipe(
        name,
        yaml.safe_load(kept["environment.yaml"]),
        kept,
        wanted,
        str(python),
        said.get("library_sha256"),
        of=f"the run {record.run_id} in the environment {name}",
        differs=tuple(said.get("differs", ())),
    )


def _as_it_is_now(record: RunRecord, name: str, wanted: str) -> dict[str, bytes]:
    """The present recipe, for a run that kept none, when its lock is the same."""
    found = environment(name)
    content = found.lock_file.read_bytes() if found.lock_file.is_file() else b""
    if hashlib.sha256(content).hexdigest() != wanted:
        raise InputError(
            f"run {record.run_id} was made by an older Freezeout, which did not keep the lock, "
            f"and the lock of '{name}' has changed since",
            hint=f"find the requirements.txt with the SHA-256 {wanted[:12]}… in the history of '{name}'",
            code="lock_lost",
        )
    described = (found.folder / "environment.yaml").read_bytes()
    return {found.lock_file.name: content, "environment.yaml": described}
