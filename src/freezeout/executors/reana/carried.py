"""What every workspace carries: the environment's recipe, Freezeout itself, and what prepares a step."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from freezeout.environments.library import library
from freezeout.errors import InputError
from freezeout.executors.reana.recipe import Recipe
from freezeout.executors.reana.submission import FOLDER
from freezeout.experiments.folder import Experiment
from freezeout.experiments.origin import note_of

_LARGEST = 500_000_000
_NOT_CARRIED = {"__pycache__", "reana"}

Files = dict[str, Path | bytes]


def of_environment(recipe: Recipe) -> Files:
    """The lock and the description."""
    return {f"{FOLDER}/environments/{recipe.name}/{name}": data for name, data in recipe.files.items()}


def of_library() -> tuple[Files, Mapping[str, str]]:
    """Freezeout's own wheel with the script that prepares a step, and what is said of the wheel."""
    ours = library()
    files: Files = {
        f"{FOLDER}/prepare.py": Path(__file__).with_name("prepare.py").read_bytes(),
        f"{FOLDER}/{ours.wheel.name}": ours.wheel,
    }
    return files, {"wheel": ours.wheel.name, "sha256": ours.sha256}


def of_experiment(found: Experiment, inputs: bool = True) -> Files:
    """The experiment's folder, with its inputs or without, and the commit that it is of."""
    without = set() if inputs else set(found.inputs.values())
    place = f"{FOLDER}/experiments"
    files: Files = {}
    for path in sorted(found.folder.rglob("*")):
        relative = path.relative_to(found.folder)
        parts = relative.parts
        left_out = _NOT_CARRIED.intersection(parts) or any(part[0] == "." for part in parts)
        if path.is_file() and not left_out and path not in without:
            files[f"{place}/{found.folder.name}/{relative.as_posix()}"] = path
    _require_small(files, found.folder)
    name, content = note_of(found)
    return {**files, f"{place}/{name}": content}


def of_notebook(notebook: Path, inputs: Mapping[str, Path]) -> Files:
    """A notebook, and files beside it by their path from there."""
    place = f"{FOLDER}/notebook"
    files: Files = {f"{place}/{notebook.name}": notebook}
    files |= {f"{place}/{name}": path for name, path in inputs.items()}
    _require_small(files, notebook.parent)
    return files


def _require_small(files: Files, what: Path) -> None:
    total = sum(path.stat().st_size for path in files.values() if isinstance(path, Path))
    if total > _LARGEST:
        raise InputError(
            f"{what} would take {total / 1e6:.0f} MB to REANA, and {_LARGEST / 1e6:.0f} MB are allowed",
            hint="put large data into the lake and name it by a DID",
            code="too_large",
        )
