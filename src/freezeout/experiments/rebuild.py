"""What rebuilds the environment of a run, or an environment as it is now, elsewhere."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from freezeout.environments import export as exporting
from freezeout.environments.folder import environment, name_pattern
from freezeout.environments.schema import fault
from freezeout.errors import InputError
from freezeout.experiments.record import RunRecord, find_run
from freezeout.experiments.surroundings import KEPT
from freezeout.files import read_yaml

_SHA256 = "[0-9a-f]{64}"


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
    if not re.fullmatch(r"[\w.+-]+", record.run_id):
        raise _damaged(record, "its run_id is none")  # it goes into a Dockerfile too
    facts = _facts(record, said)
    name, wanted = facts["name"], facts["lock_sha256"]
    # these and no others: a record that somebody sent may name what it likes
    kept = {
        file: record.output(f"{KEPT}/{file}")
        for file in ("environment.yaml", "requirements.txt", "conda.yaml")
        if f"{KEPT}/{file}" in record.data["outputs"]  # type: ignore[operator]
    }
    if not kept:
        kept = _as_it_is_now(record, name, wanted)
    description = _described(record, kept)
    return exporting.Recipe(
        name,
        description,
        {file: path.read_bytes() for file, path in kept.items()},
        wanted,
        facts["python_version"],
        facts["library_sha256"] or None,
        of=f"the run {record.run_id} in the environment {name}",
        differs=tuple(map(str, said.get("differs") or ())),
    )


def _facts(record: RunRecord, said: Mapping[str, Any]) -> dict[str, str]:
    """What the record says of the environment, which goes into a Dockerfile."""
    versions = record.data.get("versions")
    older = versions.get("python") if isinstance(versions, Mapping) else None
    given = {**said, "python_version": said.get("python_version") or older}
    patterns = {
        "name": name_pattern(),
        "lock_sha256": _SHA256,
        "python_version": r"\d+\.\d+[\w.+]*",
        "library_sha256": f"({_SHA256})?",
    }
    facts = {key: str(given.get(key) or "") for key in patterns}
    wrong = [key for key, pattern in patterns.items() if not re.fullmatch(pattern, facts[key])]
    if not isinstance(said.get("differs") or [], list):
        wrong.append("differs")
    if wrong:
        raise _damaged(record, f"its environment's {wrong[0]} is none")
    return facts


def _described(record: RunRecord, kept: Mapping[str, Path]) -> Mapping[str, Any]:
    """The description that was kept, when the lock that it speaks of was kept as well."""
    if "environment.yaml" not in kept:
        raise _damaged(record, f"it lacks {KEPT}/environment.yaml")
    found = read_yaml(kept["environment.yaml"])
    wrong = fault(found)
    if wrong:
        raise _damaged(record, f"{KEPT}/environment.yaml: {wrong[0]}: {wrong[1]}")
    assert isinstance(found, dict)
    lock = "conda.yaml" if found.get("builder") == "conda" else "requirements.txt"
    if lock not in kept:
        raise _damaged(record, f"it lacks {KEPT}/{lock}")
    return found


def _damaged(record: RunRecord, why: str) -> InputError:
    return InputError(f"run {record.run_id} in {record.path} is damaged: {why}", code="run_damaged")


def _as_it_is_now(record: RunRecord, name: str, wanted: str) -> dict[str, Path]:
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
    return {path.name: path for path in (found.lock_file, found.folder / "environment.yaml")}
