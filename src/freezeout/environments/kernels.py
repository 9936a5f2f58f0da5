"""The kernels of built environments: specifications made from the templates in ``kernels/``."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from freezeout.environments.folder import Environment, environment_folders, read_environment
from freezeout.errors import FreezeoutError, InputError
from freezeout.files import disk_errors, write_atomically
from freezeout.settings import home, shared_folder

PROVISIONER = "freezeout-environment"
PREFIX = "freezeout-"
LOGO = "logo-svg.svg"


def kernels_folder() -> Path:
    """Where the specifications are: Jupyter's servers and runs are told to look here."""
    return home() / "kernels"


def kernel_names(environment: Environment) -> tuple[str, ...]:
    """The names that the kernels of an environment have: stable, and no two are equal.

    Raises
    ------
    InputError
        When a template is missing or damaged, or a name is that of another environment's kernel.
    """
    names = tuple(_name(environment, _template(name)) for name in environment.kernels)
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise InputError(
            f"two kernels of '{environment.name}' would have the name {twice[0]}",
            hint="take templates with another suffix",
            code="bad_kernel",
        )
    for name in names:
        owner = _owner(name, environment)
        if owner is not None:
            raise InputError(
                f"a kernel of '{environment.name}' would have the name {name}, which is that of '{owner}'",
                hint="give the environment another name",
                code="kernel_name_taken",
            )
    return names


def _owner(name: str, environment: Environment) -> str | None:
    """Another environment that has, or would have, a kernel of this name, and goes before this one."""
    holder = _holder(kernels_folder() / name)
    if holder not in (None, environment.name):
        return holder
    for other, folder in environment_folders().items():
        # with a suffix a name gets longer: what is shipped as root-cpp is root's, whoever comes later
        if len(other) < len(environment.name) and name.startswith(f"{PREFIX}{other}-"):
            try:
                found = read_environment(folder)
                if name in [_name(found, _template(template)) for template in found.kernels]:
                    return other
            except FreezeoutError:
                continue
    return None


def within(setup: Path | None, words: Sequence[str | Path]) -> list[str | Path]:
    """A command, run after a shell has read `setup`, or as it is when there is none."""
    if setup is None:
        return list(words)
    # a file that is read sees the words of the shell: it must not take the command's for its own
    script = 'setup=$0; words=("$@"); set --; . "$setup" >&2; exec "${words[@]}"'
    return ["bash", "-c", script, setup, *words]


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
    kernel_names(environment)
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
            spec["argv"] = list(map(str, within(setup, spec["argv"])))
        folder = kernels_folder() / name
        for beside in _beside(environment, template):
            write_atomically(folder / beside.name, beside.read_bytes())
        write_atomically(folder / "kernel.json", json.dumps(spec, indent=1))
        names.append(name)
    for name in registered(environment.name):
        if name not in names:
            shutil.rmtree(kernels_folder() / name, ignore_errors=True)
    return names


def _beside(environment: Environment, template: str) -> list[Path]:
    """What goes with a kernel.json: logos, and what {resource_dir} is for."""
    found = {
        path.name: path
        for path in sorted((shared_folder("kernels") / template).iterdir())
        if path.is_file() and path.name != "kernel.json"
    }
    logo = environment.folder / LOGO
    if template == "python" and logo.is_file():
        found[LOGO] = logo
    return list(found.values())


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


def fault(names: Iterable[str], python: Path) -> str | None:
    """What is wrong with the kernels of a build, or None; looks, but starts nothing."""
    for name in names:
        path = kernels_folder() / name / "kernel.json"
        try:
            spec = json.loads(path.read_text(encoding="utf-8"))
            if str(python) not in spec["argv"]:
                return f"its kernel {name} is not that of this build"
        except OSError:
            return f"its kernel {name} is gone"
        except (ValueError, KeyError, TypeError, RecursionError):
            return f"its kernel {name} is damaged"
    return None


def _belongs(folder: Path, environment: str) -> bool:
    holder = _holder(folder)
    return holder == environment or (holder is None and folder.name == f"{PREFIX}{environment}")


def _holder(folder: Path) -> str | None:
    """The environment that a kernel is registered for, when it says so."""
    try:
        spec = json.loads((folder / "kernel.json").read_text(encoding="utf-8"))
        return str(spec["metadata"]["kernel_provisioner"]["config"]["environment"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


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
