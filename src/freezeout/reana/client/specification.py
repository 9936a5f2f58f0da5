"""``reana.yaml`` read and checked by REANA's own client, in a process of its own."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from freezeout.errors import FreezeoutError, InputError
from freezeout.reana.interpreter import Build, command, environ, interpreter

NAMES = ("reana.yaml", "reana.yml")
_SECONDS = 180.0
_MANY = 64 << 20
_LARGEST = 4_000_000


def find(path: Path) -> Path:
    """The file that is meant by itself or by its folder.

    Raises
    ------
    InputError
        When there is none.
    """
    path = Path(path).absolute()
    if path.is_file():
        return _readable(path)
    found = next((path / name for name in NAMES if (path / name).is_file()), None)
    if found is None:
        raise InputError(f"there is no {NAMES[0]} in {path}", code="no_specification")
    return _readable(found)


def _readable(file: Path) -> Path:
    if file.stat().st_size > _LARGEST:
        raise InputError(
            f"{file} is too large for a specification", hint="at most 4 MB", code="bad_specification"
        )
    return file


def load(path: Path, build: Build | None = None) -> dict[str, Any]:
    """The specification, expanded as the server wants it.

    Raises
    ------
    InputError
        When it is wrong; says why.
    """
    said = asked(find(path), "specification", build)
    if "error" in said:
        raise InputError(f"{find(path)} cannot be used: {said['error']}", code="bad_specification")
    found: dict[str, Any] = said["specification"]
    return found


def check(path: Path, build: Build | None = None) -> list[str]:
    """What is wrong with it, and what REANA's client warns of; empty when nothing is."""
    said = asked(find(path), "specification", build)
    problems: list[str] = said["warnings"]
    return [*problems, said["error"]] if "error" in said else problems


def asked(file: Path, what: str, build: Build | None) -> dict[str, Any]:
    """What `freezeout.reana.inside.specification` prints of a file: its specification, or its inputs."""
    built = interpreter(build)
    with built.in_use():
        try:
            done = subprocess.run(
                [*command(built, "specification"), what, file.name],
                cwd=file.parent,
                env=environ(built),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_SECONDS,
                start_new_session=True,
            )
        except subprocess.TimeoutExpired:
            raise FreezeoutError(f"{file} was not read within {_SECONDS:.0f} s", code="too_slow") from None
        except OSError as error:
            raise FreezeoutError(f"REANA's client cannot be started: {error}", code="reana_worker") from error
    try:
        found: dict[str, Any] = json.loads(done.stdout[-_MANY:])
    except ValueError:
        lines = done.stderr.decode(errors="replace").strip().splitlines() or [
            f"it ended with {done.returncode}"
        ]
        raise FreezeoutError(
            f"REANA's client could not read {file}: {lines[-1][:300]}", code="reana_worker"
        ) from None
    return found
