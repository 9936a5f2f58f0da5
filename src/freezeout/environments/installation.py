"""A built environment: where it is, what it was built from, and whether it is in order.

``<home>/environments/<name>/<version>/`` is one build; ``<home>/environments/<name>/current.json``
says which one counts. A build happens in a folder that nothing points at, and is published by
writing that file, so that a killed build is never seen.
"""

from __future__ import annotations

import fcntl
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from freezeout.environments.folder import GATEWAY, Environment
from freezeout.environments.lock import normalised
from freezeout.errors import FreezeoutError, InputError
from freezeout.files import write_atomically
from freezeout.settings import home

SCHEMA_VERSION = 1
_FILE = "current.json"
_IN_USE = ".in-use"


@dataclass(frozen=True)
class Installation:
    """One built environment.

    Attributes
    ----------
    name : str
        The environment's.
    prefix : Path
        Its folder, with ``bin/python``.
    data : mapping
        ``version``, ``builder``, ``lock_sha256``, ``library_sha256``, ``python_version``, ``built_at``,
        ``seconds``, ``bytes``, ``packages`` (version by name), ``kernels`` (names), ``setup`` (a file
        that a shell reads first, or None), ``title``, ``smoke`` (``ok``, ``message``, ``seconds``, ``at``).
    """

    name: str
    prefix: Path
    data: Mapping[str, Any]

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return Path(self.data["python"])

    @property
    def kernels(self) -> tuple[str, ...]:
        """Names of its kernels, the first for Python notebooks."""
        return tuple(self.data["kernels"])

    @property
    def packages(self) -> Mapping[str, str]:
        """Version of every package in it."""
        packages: Mapping[str, str] = self.data["packages"]
        return packages

    def fault(self) -> str | None:
        """What is wrong with it on disk, or None; looks, but starts nothing."""
        if not self.prefix.is_dir():
            return f"its folder {self.prefix} is gone"
        if not os.access(self.python, os.X_OK):
            target = os.path.realpath(self.python)
            return f"its interpreter {self.python} is gone" + (
                f": it was {target}" if target != str(self.python) else ""
            )
        if self.data["builder"] != "uv":
            return None
        there = installed_packages(self.prefix)
        lost = [name for name in self.packages if name not in there]
        if lost:
            more = f" and {len(lost) - 1} more" if len(lost) > 1 else ""
            return f"the package {lost[0]}{more} is gone from it"
        return None

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Keep it from being cleared away while the block lasts."""
        handle = hold(self.prefix)
        try:
            yield
        finally:
            if handle is not None:
                os.close(handle)


def root(name: str) -> Path:
    """The folder of all builds of an environment."""
    return home() / "environments" / name


def installation(name: str) -> Installation | None:
    """The build that counts, or None when the environment is not built.

    Raises
    ------
    InputError
        When what is stored about it is damaged or of a newer Freezeout.
    """
    if name == GATEWAY:
        return _gateway()
    path = root(name) / _FILE
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise InputError(
            f"cannot read {path}: {error}", hint=f"freezeout env build {name}", code="environment_damaged"
        ) from error
    if not isinstance(data, dict) or not isinstance(data.get("schema_version"), int):
        raise InputError(f"{path} is damaged", hint=f"freezeout env build {name}", code="environment_damaged")
    if data["schema_version"] > SCHEMA_VERSION:
        raise InputError(
            f"{path} was written by a newer Freezeout", hint="update Freezeout", code="environment_newer"
        )
    return Installation(name, Path(data["prefix"]), data)


def publish(name: str, data: Mapping[str, Any]) -> Installation:
    """Make a build the one that counts."""
    content = {"schema_version": SCHEMA_VERSION, "name": name, **data}
    write_atomically(root(name) / _FILE, json.dumps(content, indent=1))
    return Installation(name, Path(content["prefix"]), content)


def forget(name: str) -> None:
    """The environment is not built any more; its files are cleared away by others."""
    (root(name) / _FILE).unlink(missing_ok=True)


def installed_packages(prefix: Path) -> dict[str, str]:
    """Version of every package by name, read from the names of the metadata folders."""
    found = {}
    for site in prefix.glob("lib/python3.*/site-packages"):
        for entry in os.scandir(site):
            stem, dot, kind = entry.name.rpartition(".")
            if dot and kind in ("dist-info", "egg-info"):
                name, _, version = stem.partition("-")
                found[normalised(name)] = version.split("-py3")[0]
    return found


def hold(prefix: Path, exclusive: bool = False) -> int | None:
    """A lock on a build: shared by its kernels, exclusive for clearing it away; None when not to be had."""
    try:
        handle = os.open(prefix / _IN_USE, os.O_CREAT | os.O_RDWR, 0o600)
    except OSError:
        return None
    try:
        fcntl.flock(handle, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle


def require(environment: Environment) -> Installation:
    """The build of an environment that a run needs.

    Raises
    ------
    FreezeoutError
        When it is not built or is broken; the hint says what to do.
    """
    found = installation(environment.name)
    if found is None:
        obstacle = environment.obstacle()
        if obstacle is not None:
            raise obstacle
        raise InputError(
            f"the environment '{environment.name}' is not built",
            hint=f"freezeout env build {environment.name}",
            code="environment_missing",
        )
    fault = found.fault()
    if fault is not None:
        raise FreezeoutError(
            f"the environment '{environment.name}' is broken: {fault}",
            hint=f"freezeout env build {environment.name}",
            code="environment_broken",
        )
    return found


def _gateway() -> Installation:
    return Installation(
        GATEWAY,
        Path(sys.prefix),
        {
            "builder": GATEWAY,
            "prefix": sys.prefix,
            "python": sys.executable,
            "python_version": ".".join(map(str, sys.version_info[:3])),
            "kernels": ["python3"],
            "packages": installed_packages(Path(sys.prefix)),
            "smoke": None,
        },
    )
