"""Paths in a workspace, and where they may lead to here."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from freezeout.errors import InputError


def inside(path: str) -> str:
    """A path in a workspace, without a slash at its beginning.

    Raises
    ------
    InputError
        When it leads out of it.

    Examples
    --------
    >>> inside("/results/limit.yaml"), inside("results//limit.yaml")
    ('results/limit.yaml', 'results/limit.yaml')
    """
    parts = PurePosixPath(path.lstrip("/")).parts
    if not parts or ".." in parts or "\0" in path:
        raise InputError(f"'{path[:200]}' is no path of a file in a workspace", code="bad_path")
    return "/".join(parts)


def below(folder: Path, path: str) -> Path:
    """Where a file of a workspace goes in a folder here.

    Raises
    ------
    InputError
        When it would be written anywhere else, through a link say.
    """
    target = folder.joinpath(*inside(path).split("/"))
    if not target.parent.resolve().is_relative_to(folder.resolve()):
        raise InputError(
            f"'{path}' would be written through a link, out of {folder}",
            hint="choose another folder",
            code="bad_path",
        )
    return target
