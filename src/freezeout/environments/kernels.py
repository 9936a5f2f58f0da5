"""The kernels of built environments: specifications made from the templates in ``kernels/``."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from freezeout.environments.folder import Environment
from freezeout.errors import InputError
from freezeout.files import disk_errors, write_atomically
from freezeout.settings import home, shared_folder

PROVISIONER = "freezeout-environment"
PREFIX = "freezeout-"


def kernels_folder() -> Path:
    """Where the specifications are: Jupyter's servers and runs are told to look here."""
    return home() / "kernels"


def kernel_names(environment: Environment) -> tuple[str, ...]:
    """The names that the kernels of an environment have: stable, and no two are equal.

    Raises
    ------
    InputError
        When a template is missing or damaged.
    """
    return tuple(_name(environment, _template(name)) for name in environment.kernels)


def register(environment: Environment, python: Path, prefix: Path, setup: Path | None = None) -> list[str]:
    """Write the kernels of a build, over those of an earlier one, and return their names.

    Parameters
    ----------
    environment : Environment
        What is built.
    python, prefix : Path
        The interpreter and the folder of the build.
    setup : Path, optional
        A file that a shell has to read before the interpreter starts.
    """
    names = []
    for template in environment.kernels:
        spec = _filled(
            _template(template), {"python": str(python), "prefix": str(prefix), "title": environment.title}
        )
        name = _name(environment, spec)
        spec.setdefault("metadata", {})["kernel_provisioner"] = {
            "provisioner_name": PROVISIONER,
            "config": {"environment": environment.name},
        }
        if setup is not None:
            spec["argv"] = ["bash", "-c", '. "$0" && exec "$@"', str(setup), *spec["argv"]]
        folder = kernels_folder() / name
        for logo in sorted((shared_folder("kernels") / template).glob("logo-*")):
            write_atomically(folder / logo.name, logo.read_bytes())
        write_atomically(folder / "kernel.json", json.dumps(spec, indent=1))
        names.append(name)
    for name in registered(environment.name):
        if name not in names:
            shutil.rmtree(kernels_folder() / name, ignore_errors=True)
    return names


def unregister(environment: str) -> None:
    """Remove the kernels of an environment."""
    for name in registered(environment):
        with disk_errors(kernels_folder() / name):
            # without its kernel.json it is no kernel any more, whatever becomes of the rest
            (kernels_folder() / name / "kernel.json").unlink(missing_ok=True)
            shutil.rmtree(kernels_folder() / name)


def registered(environment: str) -> list[str]:
    """Names of the kernels that are there for an environment."""
    found = []
    folder = kernels_folder()
    if folder.is_dir():
        for entry in sorted(os.scandir(folder), key=lambda e: e.name):
            if entry.name.startswith(f"{PREFIX}{environment}") and _belongs(Path(entry.path), environment):
                found.append(entry.name)
    return found


def _belongs(folder: Path, environment: str) -> bool:
    try:
        spec = json.loads((folder / "kernel.json").read_text(encoding="utf-8"))
        return bool(spec["metadata"]["kernel_provisioner"]["config"]["environment"] == environment)
    except (OSError, ValueError, KeyError, TypeError):
        return folder.name == f"{PREFIX}{environment}"


def _template(name: str) -> dict[str, Any]:
    path = shared_folder("kernels") / name / "kernel.json"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        known = sorted(p.parent.name for p in path.parent.parent.glob("*/kernel.json"))
        raise InputError(
            f"cannot read the kernel template {path}: {error}",
            hint=f"templates: {', '.join(known)}",
            code="bad_kernel",
        ) from error
    assert isinstance(found, dict)
    return found


def _name(environment: Environment, spec: Mapping[str, Any]) -> str:
    suffix = spec.get("metadata", {}).get("freezeout", {}).get("suffix", "")
    return f"{PREFIX}{environment.name}" + (f"-{suffix}" if suffix else "")


def _filled(value: Any, words: Mapping[str, str]) -> Any:
    """The template with its placeholders filled in; Jupyter's own stay."""
    if isinstance(value, dict):
        return {key: _filled(item, words) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, words) for item in value]
    if isinstance(value, str):
        for name, word in words.items():
            value = value.replace("{" + name + "}", word)
    return value
