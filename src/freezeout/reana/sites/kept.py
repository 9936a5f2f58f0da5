"""Servers and tokens that a user has us keep: one file of mode 0600 each."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path

from freezeout.errors import InputError
from freezeout.files import disk_errors, write_atomically
from freezeout.settings import home

SCHEMA_VERSION = 1
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


@dataclass(frozen=True)
class Kept:
    """What a file holds."""

    url: str
    token: str = field(repr=False)
    insecure: bool = False
    authorities: str = ""


def folder() -> Path:
    """Where the files are."""
    return home() / "reana-connections"


def names() -> list[str]:
    """Names under which something is kept."""
    try:
        found = [path.stem for path in folder().glob("*.json")]
    except OSError:
        return []
    return sorted(name for name in found if _NAME.fullmatch(name))


def read(name: str) -> Kept:
    """What is kept under a name.

    Raises
    ------
    InputError
        When it cannot be read; what it holds is not quoted.
    """
    path = _path(name)
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data.pop("schema_version") != SCHEMA_VERSION:
            raise InputError(f"{path} was written by another Freezeout", hint="add it anew", code="bad_reana")
        found = Kept(
            str(data["url"]),
            str(data["token"]),
            data.get("insecure") is True,
            str(data.get("authorities") or ""),
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise InputError(
            f"{path} cannot be read", hint="remove it, and add it anew", code="bad_reana"
        ) from None
    return found


def keep(name: str, what: Kept) -> None:
    """Keep it, in place of what is kept under this name."""
    path = _path(name)
    text = json.dumps({"schema_version": SCHEMA_VERSION, **asdict(what)})
    with disk_errors(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.parent.chmod(0o700)
    write_atomically(path, text, private=True)


def forget(name: str) -> None:
    """Keep it no longer."""
    path = _path(name)
    with disk_errors(path):
        path.unlink(missing_ok=True)


def require_name(name: str) -> None:
    """Refuse what cannot be the name of a file, or a word of a command.

    Raises
    ------
    InputError
        Says what can.
    """
    if not _NAME.fullmatch(name):
        raise InputError(
            f"'{name[:60]}' is no name for a REANA",
            hint="up to 40 letters, digits, - and _, such as cern",
            code="bad_name",
        )


def _path(name: str) -> Path:
    require_name(name)
    return folder() / f"{name}.json"
