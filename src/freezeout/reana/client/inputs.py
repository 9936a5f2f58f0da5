"""Which files go to a workspace: some that a user names, or the inputs of a ``reana.yaml``."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Any

from freezeout.errors import InputError
from freezeout.reana.client.specification import asked, find
from freezeout.reana.interpreter import Build

_NOT_OURS = (".git", ".hg", ".svn", ".ipynb_checkpoints", "__pycache__")


def files_of(paths: Iterable[Path], to: str = "") -> dict[str, Path]:
    """Every file of some files and folders, by its path in the workspace; links are left out.

    What a version control system or Jupyter keeps in a folder for itself stays here.
    """
    found: dict[str, Path] = {}
    top = PurePosixPath(to.strip("/"))
    for given in paths:
        path = Path(given).absolute()
        if path.is_symlink() or not path.exists():
            what = "a link" if path.is_symlink() else "not there"
            raise InputError(f"{given} is {what}", hint="name files and folders", code="path_not_found")
        if not path.is_dir():
            found[str(top / path.name)] = path
            continue
        for folder, names, files in os.walk(path):
            names[:] = sorted(name for name in names if name not in _NOT_OURS)
            for name in sorted(files):
                file = Path(folder) / name
                if not file.is_symlink() and file.is_file():
                    found[str(top / path.name / file.relative_to(path).as_posix())] = file
    return found


def inputs_of(path: Path, build: Build | None = None) -> dict[str, Path]:
    """The inputs that a ``reana.yaml`` names, by their path in the workspace.

    As REANA's client does it, what ``.gitignore`` and ``.reanaignore`` name is left out of folders,
    and so are links.

    Raises
    ------
    InputError
        When one is not there.
    """
    file = find(path)
    said: dict[str, Any] = asked(file, "inputs", build)
    if "error" in said:
        raise InputError(f"the inputs of {file} cannot be had: {said['error']}", code="path_not_found")
    return {name: file.parent / name for name in said["files"]}
