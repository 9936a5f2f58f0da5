"""What can be said about a run on REANA: the parameters, presets, environments of what is run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from freezeout.errors import FreezeoutError

if TYPE_CHECKING:
    from freezeout.environments.folder import Environment
    from freezeout.experiments.parameters import Parameter

_SCANNABLE = ("float", "int", "bool", "str", "did")


def form(what: str) -> dict[str, Any]:
    """The fields for an experiment's id, or for the path of a notebook.

    Raises
    ------
    InputError
        When there is none, or it cannot be read.
    """
    return _of_notebook(Path(what)) if what.endswith(".ipynb") else _of_experiment(what)


def _of_experiment(id: str) -> dict[str, Any]:
    from freezeout.environments.folder import environment
    from freezeout.experiments.folder import experiment

    found = experiment(id)
    preset = found.presets.get("default", {})
    listed: Mapping[str, Any] = found.description["inputs"]  # type: ignore[assignment]
    return {
        "kind": "experiment",
        "title": found.title,
        "name": found.id,
        "parameters": [_parameter_json(one, preset) for one in found.parameters],
        "presets": {name: dict(values) for name, values in found.presets.items()},
        "environment": found.environment,
        "environments": _environments_json([environment(found.environment)]),
        "inputs": [
            {"name": name, "path": entry["file"], "did": None, "bytes": _size(found.folder / entry["file"])}
            for name, entry in listed.items()
        ],
        "resources": {},
    }


def _of_notebook(path: Path) -> dict[str, Any]:
    from freezeout.environments.folder import scan_environments
    from freezeout.executors.reana.notebook import read_notebook

    found = read_notebook(path)
    free: list[dict[str, Any]] = [
        {
            "name": name, "type": "any", "default": None, "value": None, "help": "", "unit": "",
            "minimum": None, "maximum": None, "choices": [], "scannable": False,
        }
        for name in found.free
    ]  # fmt: skip
    typed = [{**_parameter_json(one, {}), "scannable": False} for one in found.parameters]
    return {
        "kind": "notebook",
        "title": path.name,
        "name": path.stem,
        "parameters": [*typed, *free],
        "presets": {},
        "environment": found.environment,
        "environments": _environments_json(scan_environments()[0]),
        "inputs": [],
        "resources": {},
    }


def _parameter_json(one: Parameter, preset: Mapping[str, object]) -> dict[str, Any]:
    low = one.minimum if one.minimum is not None else one.exclusive_minimum
    return {
        "name": one.name, "type": one.type, "default": one.default,
        "value": preset.get(one.name, one.default), "help": one.help, "unit": one.unit,
        "minimum": low, "maximum": one.maximum,
        "choices": list(one.choices), "scannable": one.type in _SCANNABLE,
    }  # fmt: skip


def _environments_json(found: Iterable[Environment]) -> list[dict[str, str]]:
    """Those that can be made on REANA, each with the image that it is made in."""
    from freezeout.environments.card import cards
    from freezeout.executors.reana.recipe import recipe_of

    images, usable = {}, []
    for one in found:
        try:
            images[one.name] = recipe_of(one.name).image
        except FreezeoutError:
            continue  # damaged: its own panel tells of that
        usable.append(one)
    return [
        {"name": card["name"], "title": card["title"], "state": card["state"], "image": images[card["name"]]}
        for card in cards(usable)
    ]


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None
