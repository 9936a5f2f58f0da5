"""The way out: builds that are not wanted any more, and those that an update has replaced."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from pathlib import Path

from freezeout.environments import kernels
from freezeout.environments.installation import forget, hold, installation, root
from freezeout.environments.turn import only_builder
from freezeout.errors import InputError
from freezeout.jobs.shield import undisturbed


def remove(name: str, force: bool = False) -> None:
    """Remove a built environment and its kernels; its folder of recipes stays.

    Raises
    ------
    InputError
        When it is not built, or a kernel uses it and `force` is not said.
    """
    if name == "gateway":
        raise InputError(
            "the gateway is where Freezeout itself runs: it cannot be removed",
            hint="'freezeout env list' says which can",
            code="environment_is_gateway",
        )
    if not root(name).is_dir() and not kernels.registered(name):
        raise _not_built(name)
    with only_builder(name):
        try:
            found = installation(name)
        except InputError:
            found = None  # damaged: all the more reason to remove it
        damaged = found is None and (root(name) / "current.json").exists()
        if found is None and not damaged and not kernels.registered(name):
            clear_away_alone(name)
            raise _not_built(name)
        if found is not None and found.prefix.is_dir() and not force:
            handle = hold(found.prefix, exclusive=True)
            if handle is None and (found.prefix / ".in-use").exists():
                raise InputError(
                    f"a kernel runs in '{name}'",
                    hint="shut it down first, or say --force",
                    code="environment_in_use",
                )
            if handle is not None:
                os.close(handle)
        with undisturbed():
            kernels.unregister(name)
            forget(name)
        clear_away_alone(name)


def _not_built(name: str) -> InputError:
    return InputError(
        f"the environment '{name}' is not built",
        hint="'freezeout env list' says which are",
        code="environment_missing",
    )


def clear_away(name: str) -> None:
    """Remove builds that do not count and that no kernel uses, unless somebody builds just now."""
    if not root(name).is_dir():
        return
    try:
        installation(name)
        with only_builder(name, seconds=0):
            clear_away_alone(name)
    except InputError:
        return  # the builder does so, or what counts cannot be known


def clear_away_alone(name: str) -> None:
    """The same, for one who has the builds for himself."""
    try:
        current = installation(name)
    except InputError:
        current = None
    for entry in root(name).iterdir():
        if entry.name in (".builder", ".record", "current.json") or (current and entry == current.prefix):
            continue
        handle = hold(entry, exclusive=True) if entry.is_dir() else None
        if handle is None and (entry / ".in-use").exists():
            continue
        try:
            delete(entry)
        finally:
            if handle is not None:
                os.close(handle)


def delete(path: Path) -> None:
    """Remove a file or a folder, out of sight at once; what cannot be removed is tried again next time."""
    aside = path.with_name(f".gone-{secrets.token_hex(4)}")
    with contextlib.suppress(OSError):
        path.rename(aside)
        if not aside.is_dir() or aside.is_symlink():
            aside.unlink()
            return
        for folder, _, _ in os.walk(aside):
            # some packages bring folders that even their owner may not change
            os.chmod(folder, 0o700)
        shutil.rmtree(aside, ignore_errors=True)
