"""Paths of requests: below the folder that the file browser shows, or refused."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from freezeout.errors import InputError


def path_inside(root: Path, text: str, hidden: bool = False) -> Path:
    """The path that is meant, links followed, when it is in the folder that the file browser shows.

    Raises
    ------
    InputError
        When it leads out of it, or is hidden and hidden files are not shown.
    """
    whole = root.resolve()
    if "\x00" in text:
        raise InputError("a path has a null sign in it", code="path_outside")
    try:
        found = (whole / text.lstrip("/")).resolve()
        found.exists()  # which says that a name is too long
    except (OSError, RuntimeError) as error:
        raise InputError(f"'{text[:200]}' is no path: {error}", code="path_outside") from error
    if not found.is_relative_to(whole):
        raise InputError(
            f"'{text[:200]}' is outside of the folder that the file browser shows",
            hint="choose something below it",
            code="path_outside",
        )
    if not hidden and any(part.startswith(".") for part in found.relative_to(whole).parts):
        raise InputError(f"'{text[:200]}' is hidden", hint="rename it", code="path_outside")
    return found


def folder_inside(root: Path, text: str, hidden: bool = False) -> Path:
    """The same for a folder, which need not be there.

    Raises
    ------
    InputError
        When it leads out, or is something else.
    """
    folder = path_inside(root, text, hidden)
    if folder.exists() and not folder.is_dir():
        raise InputError(f"'{text[:200]}' is no folder", code="path_unusable")
    return folder


def files_inside(root: Path, texts: Sequence[str], hidden: bool = False) -> list[Path]:
    """The same for files and folders that are there, with all that is in them.

    Raises
    ------
    InputError
        Naming the one that is not there, or leads out.
    """
    paths = [path_inside(root, one, hidden) for one in texts]
    _require_contained(root, paths)
    return paths


def names_of(paths: Sequence[Path]) -> str:
    """Some files in few words.

    Examples
    --------
    >>> names_of([Path("data/a.csv"), Path("b.csv"), Path("c.csv")])
    'a.csv and 2 more'
    """
    return paths[0].name + (f" and {len(paths) - 1} more" if len(paths) > 1 else "")


def _require_contained(root: Path, paths: Sequence[Path]) -> None:
    """See that these are there, and that no link in a folder among them leads out."""
    whole = root.resolve()
    for path in paths:
        if not path.exists():
            raise InputError(f"there is no {path.relative_to(whole)}", code="path_not_found")
        for folder, _, names in os.walk(path, followlinks=False):
            for one in (Path(folder) / name for name in names):
                if one.is_symlink() and not one.resolve().is_relative_to(whole):
                    raise InputError(
                        f"'{one.relative_to(path.parent)}' is a link to what is outside of the folder "
                        "that the file browser shows",
                        hint="copy the file there",
                        code="path_outside",
                    )
