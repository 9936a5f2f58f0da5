"""A notebook as the server's file browser can open it: where it lies, or as a copy.

Lab and Voila open files below the server's folder only. A notebook from elsewhere (an installed
Freezeout's) is copied into ``<root>/freezeout/``; its code comes from the library, so that the copy
works anywhere. A copy belongs to the user: once changed it is never written again. A copy that is
still as it was made follows the library's.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from freezeout.errors import InputError
from freezeout.files import write_atomically

FOLDER = "freezeout"
_MARK = "freezeout"


@dataclass(frozen=True)
class Opened:
    """A path, relative to the server's folder, that Lab can open.

    `state` is ``in_place`` for the notebook itself, ``copied`` for a copy that was just made,
    ``kept`` for a copy that was there; `outdated` says that a kept copy was changed by the user and
    that the library's notebook has become another since.
    """

    path: str
    state: Literal["in_place", "copied", "kept"]
    outdated: bool = False


def path_below(root: Path, notebook: Path) -> str | None:
    """The notebook's path relative to `root` if it can be opened (and saved) where it lies."""
    notebook, root = notebook.resolve(), root.resolve()
    if not notebook.is_relative_to(root) or notebook.is_relative_to(Path(sys.prefix).resolve() / "share"):
        return None
    inside = notebook.relative_to(root)
    hidden = any(part.startswith(".") for part in inside.parts)
    return None if hidden or not os.access(notebook, os.W_OK) else inside.as_posix()


def open_notebook(root: Path, notebook: Path, folder: str) -> Opened:
    """Make `notebook` openable below `root`, in ``freezeout/<folder>/`` if it must be copied.

    Raises
    ------
    InputError
        When the notebook cannot be read or the copy cannot be written.
    """
    here = path_below(root, notebook)
    if here is not None:
        return Opened(here, "in_place")
    shipped = _read(notebook)
    inside = Path(FOLDER, folder, notebook.name)
    copy = root / inside
    if copy.exists():
        present = _read(copy)
        mark = present["metadata"].get(_MARK)
        marked = mark.get("copy_of_sha256") if isinstance(mark, dict) else None
        outdated = marked != _digest(shipped)
        if not outdated or marked != _digest(present):
            return Opened(inside.as_posix(), "kept", outdated)
    write_atomically(copy, _marked(shipped))
    return Opened(inside.as_posix(), "copied")


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read the notebook {path}: {error}", code="notebook_unreadable") from error
    if not isinstance(found, dict) or not isinstance(found.get("metadata"), dict):
        raise InputError(f"{path} is not a notebook", code="notebook_unreadable")
    return found


def _digest(notebook: dict[str, Any]) -> str:
    metadata = {key: value for key, value in notebook["metadata"].items() if key != _MARK}
    text = json.dumps({**notebook, "metadata": metadata}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _marked(notebook: dict[str, Any]) -> str:
    metadata = {**notebook["metadata"], _MARK: {"copy_of_sha256": _digest(notebook)}}
    return json.dumps({**notebook, "metadata": metadata}, indent=1, ensure_ascii=False) + "\n"
