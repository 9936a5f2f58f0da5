"""All that is needed to build an environment elsewhere, in one folder."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from freezeout.environments.folder import Environment
from freezeout.environments.library import digest, library
from freezeout.environments.lock import read_pins
from freezeout.errors import InputError
from freezeout.files import disk_errors
from freezeout.settings import home, user_path
from freezeout.staging import staged

_PLACE = "/opt/freezeout"


@dataclass(frozen=True)
class Recipe:
    """What an environment is built from.

    Attributes
    ----------
    name : str
        The environment's.
    description : mapping
        Its ``environment.yaml``.
    files : mapping of str to bytes
        ``environment.yaml`` and the lock, by file name.
    lock_sha256 : str
        The SHA-256 that the lock must have.
    python_version : str
        The interpreter to build with.
    library_sha256 : str or None
        Which library; None for the one that runs now.
    of : str
        What it was exported from, in words.
    differs : sequence of str
        Where what was used was not what the lock says.
    """

    name: str
    description: Mapping[str, Any]
    files: Mapping[str, bytes]
    lock_sha256: str
    python_version: str
    library_sha256: str | None = None
    of: str = ""
    differs: Sequence[str] = field(default=())

    @property
    def conda(self) -> bool:
        """Whether conda builds it."""
        return self.description.get("builder") == "conda"

    @property
    def lock_name(self) -> str:
        """The file of the lock."""
        return "conda.yaml" if self.conda else "requirements.txt"

    @property
    def image(self) -> str:
        """The name of its container image."""
        return f"freezeout-{self.name}:{self.lock_sha256[:12]}"


def recipe_of(found: Environment) -> Recipe:
    """The recipe of an environment as it is now.

    Raises
    ------
    InputError
        When it has none: it is unavailable, on CVMFS, or not locked yet.
    """
    if found.status == "unavailable" or found.builder == "cvmfs":
        raise InputError(
            f"'{found.name}' cannot be built elsewhere: "
            + str(found.description.get("reason", "it comes with CVMFS")),
            hint=f"the nearest is '{found.description['substitute']}'"
            if "substitute" in found.description
            else "",
            code="environment_unavailable",
        )
    lock = found.lock
    if lock is None:
        raise InputError(
            f"'{found.name}' has no lock: {found.lock_file.name} is missing",
            hint=f"freezeout env lock {found.name}",
            code="lock_missing",
        )
    paths = [found.folder / "environment.yaml", lock.path]
    files = {path.name: path.read_bytes() for path in paths}
    return Recipe(
        found.name, found.description, files, lock.sha256, _python(found), of=f"the environment {found.name}"
    )


def export(recipe: Recipe, folder: Path) -> Path:
    """Write a recipe with everything that builds it into a new folder, whole or not at all.

    Parameters
    ----------
    recipe : Recipe
        What to build.
    folder : Path
        Must not exist yet, or be empty.

    Raises
    ------
    InputError
        When the lock is not the one that the recipe names, or the folder cannot be used.
    """
    folder = user_path(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder} is there already", hint="give a new folder", code="path_unusable")
    found = hashlib.sha256(recipe.files[recipe.lock_name]).hexdigest()
    if found != recipe.lock_sha256:
        raise InputError(
            f"the lock of {recipe.of} was changed: its SHA-256 is {found[:12]}…, "
            f"expected {recipe.lock_sha256[:12]}…",
            code="checksum_mismatch",
        )
    wheel, note = _wheel(recipe.library_sha256)
    note = "\n".join(filter(None, [note, _elsewhere(recipe)]))
    texts = {
        "Dockerfile": _dockerfile(recipe, wheel.name),
        "reana.yaml": _reana(recipe),
        "images.yaml": _images(recipe),
        "README.md": _readme(recipe, wheel.name, note),
    }
    with staged(folder) as staging, disk_errors(folder):
        for name, content in recipe.files.items():
            (staging / name).write_bytes(content)
        (staging / wheel.name).write_bytes(wheel.read_bytes())
        for name, text in texts.items():
            (staging / name).write_text(text, encoding="utf-8")
    return folder


def _python(found: Environment) -> str:
    """This interpreter's version when it fits, else the newest minor one that does."""
    wanted = found.pythons
    here = ".".join(map(str, sys.version_info[:3]))
    if here in wanted:
        return here
    minors = [f"3.{minor}" for minor in range(30, 10, -1)]
    return next((minor for minor in minors if f"{minor}.0" in wanted or f"{minor}.30" in wanted), here)


def _wheel(sha256: str | None) -> tuple[Path, str]:
    """The library's wheel of this content, and a note when it cannot be had."""
    if sha256 is None or sha256 == digest():
        return library().wheel, ""
    kept = sorted((home() / "wheels" / sha256[:12]).glob("*.whl"))
    if kept:
        return kept[0], ""
    return library().wheel, (
        f"The library was another one then (SHA-256 {sha256[:12]}…), which is not kept here: "
        "the wheel in this folder is of the Freezeout that wrote it."
    )


def _elsewhere(recipe: Recipe) -> str:
    """A note on builds that only an index of their own has, such as PyTorch's for the CPU."""
    pins = read_pins(recipe.files[recipe.lock_name].decode())
    builds = [f"{name}=={v}" for name, several in sorted(pins.items()) for v, _ in several if "+" in v]
    if not builds:
        return ""
    return (
        f"PyPI does not have {', '.join(builds)}: name the index that does, "
        "for pip in the variable PIP_EXTRA_INDEX_URL, for docker with --build-arg PIP_EXTRA_INDEX_URL=…"
    )


def _dockerfile(recipe: Recipe, wheel: str) -> str:
    packages = list(dict.fromkeys(entry["package"] for entry in recipe.description.get("system", [])))
    lines = [
        f"# {recipe.of}: {recipe.lock_name} has the SHA-256 {recipe.lock_sha256}",
        f"# docker build --tag {recipe.image} .",
        *(_conda_lines(recipe, packages) if recipe.conda else _python_lines(recipe, packages)),
    ]
    pip = "python -m pip install --no-cache-dir"
    place = f"{_PLACE}/{wheel}"
    if recipe.conda:
        lines += [f"COPY {wheel} {_PLACE}/", f"RUN micromamba run {pip} --no-deps {place}"]
        return "\n".join([*lines, "USER $MAMBA_USER", 'CMD ["python"]', ""])
    lines += [
        f"COPY requirements.txt {wheel} {_PLACE}/",
        f"RUN {pip} --require-hashes -r {_PLACE}/requirements.txt \\",
        f" && {pip} --no-deps {place}",
        "RUN useradd --create-home --uid 1000 freezeout",
        "USER freezeout",
        "WORKDIR /home/freezeout",
        'CMD ["python"]',
    ]
    return "\n".join([*lines, ""])


def _python_lines(recipe: Recipe, packages: Sequence[str]) -> list[str]:
    index = ["ARG PIP_EXTRA_INDEX_URL"] if _elsewhere(recipe) else []
    return [f"FROM python:{recipe.python_version}-slim", *index, *_apt_lines(packages)]


def _conda_lines(recipe: Recipe, packages: Sequence[str]) -> list[str]:
    return [
        "FROM mambaorg/micromamba:2",
        "USER root",
        *_apt_lines(packages),
        f"COPY {recipe.lock_name} {_PLACE}/",
        f"RUN micromamba install --yes --name base --file {_PLACE}/{recipe.lock_name} \\",
        " && micromamba clean --all --yes",
    ]


def _apt_lines(packages: Sequence[str]) -> list[str]:
    if not packages:
        return []
    return [
        "RUN apt-get update \\",
        f" && apt-get install --yes --no-install-recommends {' '.join(packages)} \\",
        " && rm -rf /var/lib/apt/lists/*",
    ]


def _reana(recipe: Recipe) -> str:
    command = "python -c 'import freezeout; print(freezeout.__version__)'"
    step = {"name": "check", "environment": recipe.image, "commands": [command]}
    workflow = {"workflow": {"type": "serial", "specification": {"steps": [step]}}}
    about = "# A workflow that sees whether the image works; take its `environment` into your own.\n"
    return about + yaml.safe_dump(workflow, sort_keys=False)


def _images(recipe: Recipe) -> str:
    entry = {"image": recipe.image, "lock_sha256": recipe.lock_sha256, "python": recipe.python_version}
    if "image" in recipe.description:
        entry["nearest_public_image"] = recipe.description["image"]
    about = "# Which container image stands for which environment.\n"
    return about + yaml.safe_dump({"images": {recipe.name: entry}}, sort_keys=False)


def _readme(recipe: Recipe, wheel: str, note: str) -> str:
    minor = ".".join(recipe.python_version.split(".")[:2])
    plain = (
        f"    micromamba create --name {recipe.name} --file conda.yaml\n"
        f"    micromamba run --name {recipe.name} python -m pip install --no-deps {wheel}\n"
        if recipe.conda
        else f"    python{minor} -m venv {recipe.name}\n"
        f"    {recipe.name}/bin/python -m pip install --require-hashes -r requirements.txt\n"
        f"    {recipe.name}/bin/python -m pip install --no-deps {wheel}\n"
    )
    differs = "".join(f"- {line}\n" for line in recipe.differs)
    if differs:
        differs = f"\nWhat was used then was not in all what its lock says:\n\n{differs}"
    return (
        f"# {recipe.description['title']}\n"
        f"Built from {recipe.of}. Python {recipe.python_version}; {recipe.lock_name} has the SHA-256\n"
        f"`{recipe.lock_sha256}`.\n"
        + (f"\n{note}\n" if note else "")
        + differs
        + f"\nOn a machine:\n\n{plain}"
        + f"\nAs a container image:\n\n    docker build --tag {recipe.image} .\n"
        + "\nOn REANA, once the image is where its workers find it (`images.yaml` names it):\n\n"
        "    reana-client run --file reana.yaml\n"
    )
