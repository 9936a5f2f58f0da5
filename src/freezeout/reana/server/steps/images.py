"""The environment that stands for a container image."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from freezeout.environments.folder import GATEWAY, environment, environment_folders
from freezeout.environments.installation import Installation, require
from freezeout.errors import FreezeoutError, InputError
from freezeout.files import read_yaml
from freezeout.reana.server.work import Work

SUBMISSION = "freezeout/submission.json"
"""What a workspace says of itself when Freezeout has made it."""
_LARGEST = 1 << 20


@dataclass(frozen=True)
class Choice:
    """A built environment, and what the log says of it.

    Attributes
    ----------
    built : Installation
        The environment.
    notes : tuple of str
        That the image itself was not used, and what was used instead.
    """

    built: Installation
    notes: tuple[str, ...]


def environment_for(image: str, work: Work, fetches: bool = False) -> Choice:
    """The environment that a step runs in.

    Parameters
    ----------
    image : str
        As the workflow names it, such as ``docker.io/library/python:3.11``.
    work : Work
        The workflow; its workspace may say which environment a general image means.
    fetches : bool
        Whether the step asks for a way into the lake: the gateway has it where the workspace's own
        environment has not.

    Raises
    ------
    FreezeoutError
        When none stands for the image, or none of those that do is built.
    """
    name = repository(image)
    ours = _ours(name)
    if ours:
        return _choice(image, [ours])
    entry = next((one for one in _table() if any(fnmatchcase(name, like) for like in one["images"])), None)
    if entry is None:
        raise InputError(
            f"no environment stands for the image '{image or 'none given'}', and no containers are run here",
            hint="name an environment as the image, such as freezeout-base; environments: "
            f"{', '.join(sorted(environment_folders()))}",
            code="no_environment_for_image",
        )
    said = _said(work.workspace) if entry.get("general") else {}
    if fetches and isinstance(said.get("lake"), dict):
        return _choice(image, [GATEWAY])
    submitted = _submitted(said)
    if submitted:
        return _as_submitted(image, submitted)
    return _choice(image, entry["environments"])


def repository(image: str) -> str:
    """An image's name without scheme, registry, tag and digest.

    Examples
    --------
    >>> repository("docker://docker.io/library/python:2.7-slim")
    'python'
    >>> repository("localhost:5000/us/tool@sha256:abc")
    'us/tool'
    """
    name = image.strip().rpartition("://")[2].partition("@")[0].lower()
    parts = name.split("/")
    if len(parts) > 1 and ("." in parts[0] or ":" in parts[0] or parts[0] == "localhost"):
        parts = parts[1:]
    parts[-1] = parts[-1].partition(":")[0]
    return "/".join(parts[1:] if parts[0] == "library" and len(parts) > 1 else parts)


def _ours(name: str) -> str:
    """The environment that an image is named after, or nothing."""
    *folders, last = name.split("/")
    for prefix in ("freezeout-environment-", "freezeout-"):
        if last.startswith(prefix):
            last = last.removeprefix(prefix)
            break
    else:
        if not folders or folders[-1] != "freezeout":
            return ""
    return last if last in environment_folders() else ""


@cache
def _table() -> list[dict[str, Any]]:
    found = read_yaml(Path(__file__).with_name("images.yaml"))
    assert isinstance(found, list)
    return found


def _said(workspace: Path) -> Mapping[str, Any]:
    """What a workspace that Freezeout has made says of itself."""
    path = workspace / SUBMISSION
    try:
        if path.resolve() != workspace.resolve() / SUBMISSION or path.stat().st_size > _LARGEST:
            return {}
        said = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _submitted(said: Mapping[str, Any]) -> Mapping[str, Any]:
    """Its environment."""
    found = said.get("environment")
    if isinstance(found, str):
        found = {"name": found}
    return found if isinstance(found, dict) and isinstance(found.get("name"), str) else {}


def _as_submitted(image: str, submitted: Mapping[str, Any]) -> Choice:
    choice = _choice(image, [submitted["name"]])
    wanted, is_there = submitted.get("lock_sha256"), choice.built.data.get("lock_sha256")
    if wanted and is_there and wanted != is_there:
        other = f"submitted was the environment of lock {str(wanted)[:12]}; built here is {is_there[:12]}"
        return Choice(choice.built, (*choice.notes, other))
    return choice


def _choice(image: str, names: list[str]) -> Choice:
    """The first that is built."""
    faults: list[FreezeoutError] = []
    for name in names:
        try:
            built = require(environment(name))
        except FreezeoutError as error:
            faults.append(error)
            continue
        python = built.data.get("python_version") or "?"
        instead = f"the step runs in Freezeout's environment '{name}' (Python {python})"
        notes = [f"the image {image} itself is not used: {instead}"]
        notes += [f"{fault} - '{name}' is taken instead" for fault in faults]
        return Choice(built, tuple(notes))
    first = faults[0]
    raise InputError(
        f"the image '{image}' means the environment '{names[0]}': {first.message}",
        hint=first.hint,
        code=first.code,
    )
