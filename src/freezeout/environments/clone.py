"""A variant of one's own: another environment's recipe under a new name."""

from __future__ import annotations

import json
import re
import shutil
import unicodedata
from pathlib import Path

import yaml

from freezeout.environments.folder import (
    GATEWAY,
    Environment,
    environment,
    environment_folders,
    name_pattern,
    read_environment,
)
from freezeout.errors import InputError
from freezeout.files import disk_errors
from freezeout.settings import home
from freezeout.staging import staged

_RECIPE = ("requirements.in", "requirements.txt", "conda.yaml", "smoke.py")
_KEPT = (
    "summary",
    "python",
    "packages",
    "status",
    "missing",
    "builder",
    "library",
    "platforms",
    "system",
    "kernels",
    "megabytes",
    "seconds",
    "references",
)


def clone(name: str, new_name: str, title: str | None = None) -> Environment:
    """Copy an environment's recipe into the user's own folder, to be changed there.

    Parameters
    ----------
    name : str
        The environment to start from; the gateway may be one.
    new_name : str
        What the copy is called: small letters, digits and ``-``.
    title : str, optional
        One line for cards; default: the old title and the new name.

    Raises
    ------
    InputError
        When the new name is taken or is no name, or there is nothing to copy.
    """
    original = environment(name)
    _check(new_name)
    if original.status == "unavailable" or original.builder == "cvmfs":
        raise InputError(
            f"'{name}' has no recipe to start from" + (
                f": {original.description['reason']}" if original.status == "unavailable" else ""
            ),
            hint="start from " + str(original.description.get("substitute", "'base'")),
            code="environment_unavailable",
        )  # fmt: skip
    folder = own_folder() / new_name
    description = {
        "schema": 1,
        "name": new_name,
        "title": _title(original, new_name, title),
        **{key: original.description[key] for key in _KEPT if key in original.description},
    }
    if original.builder == GATEWAY:
        description["builder"] = "uv"
    text = yaml.safe_dump(json.loads(json.dumps(description)), sort_keys=False, allow_unicode=True, width=110)
    with staged(folder) as staging, disk_errors(folder):
        for file in _RECIPE:
            if (original.folder / file).is_file():
                shutil.copyfile(original.folder / file, staging / file)
        (staging / "environment.yaml").write_text(text, encoding="utf-8")
    return read_environment(folder)


def own_folder() -> Path:
    """Where the user's own copies are."""
    return home() / "own" / "environments"


def _check(new_name: str) -> None:
    if not re.fullmatch(name_pattern(), new_name):
        raise InputError(
            f"'{new_name[:60]}' is no name for an environment",
            hint="2 to 40 small letters, digits and '-', a letter first",
            code="bad_name",
        )
    taken = environment_folders().get(new_name, own_folder() / new_name)
    if taken.exists():
        raise InputError(
            f"there is an environment '{new_name}' already, in {taken}",
            hint="choose another name",
            code="name_taken",
        )


def _title(original: Environment, new_name: str, title: str | None) -> str:
    if title is None:
        # a long title is cut, and the name is what tells the copy from the original
        end = f" ({new_name})"
        return original.title[: 60 - len(end)].rstrip() + end
    said = " ".join(title.split())
    # what joins signs, as in 👩‍🔬, cannot be seen either, but is no fault
    if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in said):
        raise InputError(
            "the title has signs that cannot be shown", hint="leave out control characters", code="bad_title"
        )
    if not 1 <= len(said) <= 60:
        raise InputError(
            f"the title has {len(said)} characters", hint="1 to 60 are allowed", code="bad_title"
        )
    return said
