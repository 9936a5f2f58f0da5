"""Examples of an experiment on REANA: ``reana/examples.yaml`` in its folder says how each is made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from freezeout.errors import InputError
from freezeout.executors.reana.planning import plan
from freezeout.executors.reana.submission import FOLDER, Submission
from freezeout.experiments.folder import Experiment, scan_experiments
from freezeout.files import read_yaml, write_atomically

PLACE = "reana"
_KNOWN = {"title", "parameters", "preset", "engine", "summary", "from_lake", "scan"}


def examples(found: Experiment) -> dict[str, dict[str, Any]]:
    """How the examples of an experiment are made, by name; empty when it has none.

    Raises
    ------
    InputError
        When the file says what cannot be.
    """
    path = found.folder / PLACE / "examples.yaml"
    if not path.is_file():
        return {}
    said = read_yaml(path)
    if not isinstance(said, Mapping) or not all(isinstance(one, Mapping) for one in said.values()):
        raise InputError(f"{path} is no list of examples", code="bad_experiment")
    for name, one in said.items():
        strange = set(one) - _KNOWN
        if strange:
            raise InputError(
                f"{path}: the example '{name}' says {sorted(strange)[0]}", hint=f"known: {sorted(_KNOWN)}",
                code="bad_experiment",
            )  # fmt: skip
    return {str(name): dict(one) for name, one in said.items()}


def arguments(found: Experiment, name: str) -> dict[str, Any]:
    """What `freezeout.executors.reana.plan` is given for an example, beside the experiment.

    Raises
    ------
    InputError
        When there is no such example.
    """
    known = examples(found)
    if name not in known:
        raise InputError(
            f"{found.id} has no example '{name}'", hint=f"examples: {', '.join(known) or 'none'}",
            code="unknown_example",
        )  # fmt: skip
    said = dict(known[name])
    said.pop("title", None)
    return {"values": said.pop("parameters", None), **said}


def texts(found: Experiment, name: str) -> dict[str, str]:
    """What people read of an example: ``reana.yaml`` and the file of its engine."""
    made: Submission = plan(found.id, **arguments(found, name))
    ours = {
        f"{FOLDER}/Snakefile",
        f"{FOLDER}/parameters.yaml",
        "workflow.cwl",
        "workflow.yaml",
        "parameters.yaml",
    }
    files = {
        path: data.decode() for path, data in made.files.items() if path in ours and isinstance(data, bytes)
    }
    return {"reana.yaml": made.yaml(), **{path.rpartition("/")[2]: text for path, text in files.items()}}


def write_texts() -> None:
    """Make the texts of all examples anew, in the folders of their experiments."""
    for found in scan_experiments()[0]:
        for name in examples(found):
            for file, text in texts(found, name).items():
                write_atomically(found.folder / PLACE / name / file, text)


if __name__ == "__main__":
    write_texts()
