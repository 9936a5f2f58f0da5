"""Folders and files that nobody else can look into."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from freezeout.errors import FreezeoutError
from freezeout.files import disk_errors, write_atomically


class Place(Protocol):
    """The folder of something that is supervised."""

    @property
    def root(self) -> Path:
        """All of it is below."""
        ...

    @property
    def state_file(self) -> Path:
        """What the supervisor says of itself."""
        ...

    def log(self, name: str) -> Path:
        """The log of one of the processes."""
        ...


def private_folder(path: Path) -> Path:
    """A folder that nobody else can look into.

    Raises
    ------
    FreezeoutError
        When it is there and belongs to somebody else.
    """
    with disk_errors(path):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = path.lstat()
        if found.st_uid != os.getuid() or path.is_symlink():
            raise FreezeoutError(f"{path} belongs to somebody else", hint="remove it", code="not_ours")
        path.chmod(0o700)
    return path


def kept_secret(path: Path, tell: Callable[[str], None] | None = None) -> str:
    """A random secret, made when it is first asked for; in a file of mode 0600.

    Parameters
    ----------
    path : Path
        The file.
    tell : callable, optional
        Gets a new one before it is kept, so that whoever must know it does.
    """
    with disk_errors(path):
        private_folder(path.parent)
        if not has_secret(path):
            password = secrets.token_urlsafe(32)
            if tell:
                tell(password)
            write_atomically(path, password, private=True)
        return path.read_text().strip()


def has_secret(path: Path) -> bool:
    """Whether there is such a secret; an empty file, of a full disk say, holds none."""
    with disk_errors(path):
        return path.is_file() and bool(path.read_text(errors="replace").strip())
