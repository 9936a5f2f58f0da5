"""A built environment: where it is, what it was built from, and whether it is in order.

``<home>/environments/<name>/<version>/`` is one build; ``<home>/environments/<name>/current.json``
says which one counts. A build happens in a folder that nothing points at, and is published by
writing that file, so that a killed build is never seen.
"""

from __future__ import annotations

import csv
import fcntl
import json
import math
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from freezeout.environments import cvmfs, kernels
from freezeout.environments.folder import GATEWAY, Environment, name_pattern
from freezeout.environments.lock import normalised
from freezeout.errors import FreezeoutError, InputError
from freezeout.files import disk_errors, write_atomically
from freezeout.settings import home

SCHEMA_VERSION = 1
_FILE = "current.json"
_IN_USE = ".in-use"
_NEEDED = {"prefix": str, "python": str, "builder": str, "kernels": list, "packages": dict}
_TEXT, _NUMBER = (str, type(None)), (int, float, type(None))
_Kinds = dict[str, type | tuple[type, ...]]
_KNOWN: _Kinds = {
    "version": _TEXT, "lock_sha256": _TEXT, "library_sha256": _TEXT, "python_version": _TEXT,
    "built_at": _TEXT, "setup": _TEXT, "site": _TEXT, "title": _TEXT, "bytes": _NUMBER, "seconds": _NUMBER,
    "smoke": (dict, type(None)), "contents": dict,
}  # fmt: skip
_OF_SMOKE: _Kinds = {"ok": bool, "message": str, "seconds": (int, float), "at": str}


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
        that a shell reads first, or None), ``title``, ``smoke`` (``ok``, ``message``, ``seconds``,
        ``at``), ``site`` and ``contents`` (what each package has put into that folder).
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

    @property
    def setup(self) -> Path | None:
        """A file that a shell reads before the interpreter starts."""
        return Path(self.data["setup"]) if self.data.get("setup") else None

    def fault(self) -> str | None:
        """What is wrong with it on disk, or None; looks, but starts nothing."""
        if not self.prefix.is_dir():
            return f"its folder {self.prefix} is gone"
        if self.data["builder"] == "cvmfs":
            # not by the operating system at once: a dead mount holds up whoever looks at it
            return (
                None if cvmfs.reachable(self.python) else f"{self.python} is not mounted or does not answer"
            )
        if not os.access(self.python, os.X_OK):
            target = os.path.realpath(self.python)
            return f"its interpreter {self.python} is gone" + (
                f": it was {target}" if target != str(self.python) else ""
            )
        if self.data["builder"] == "gateway":
            return None
        if self.data["builder"] == "uv" and not (self.prefix / "pyvenv.cfg").is_file():
            return f"{self.prefix / 'pyvenv.cfg'} is gone, and its interpreter does not find its packages"
        entries = _entries(Path(self.data.get("site") or self.prefix))
        there = installed_packages(self.python.parents[1])
        wanted: Mapping[str, list[str]] = self.data.get("contents", {})
        # but for Freezeout, which is put there anew before each use when it is not there
        lost = [
            name
            for name, parts in wanted.items()
            if name != "freezeout" and (name not in there or not entries.issuperset(parts))
        ]
        if lost:
            more = f" and {len(lost) - 1} more" if len(lost) > 1 else ""
            return f"the package {lost[0]}{more} is gone from it"
        return None

    def kernel_fault(self) -> str | None:
        """What is wrong with its kernels on disk, or None."""
        if self.data["builder"] == "gateway":
            return None
        return kernels.fault(self.kernels, self.python)

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
    """The folder of all builds of an environment.

    Raises
    ------
    InputError
        When it is no name of an environment: '..' would lead to what is none of ours.
    """
    if not re.fullmatch(name_pattern(), name):
        raise InputError(
            f"there is no environment '{name[:60]}'",
            hint="'freezeout env list' says which there are",
            code="unknown_environment",
        )
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
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(
            f"cannot read {path}: {error}", hint=f"freezeout env build {name}", code="environment_damaged"
        ) from error
    if not isinstance(data, dict) or not isinstance(data.get("schema_version"), int):
        raise _damaged(path, name)
    if data["schema_version"] > SCHEMA_VERSION:
        raise InputError(
            f"{path} was written by a newer Freezeout", hint="update Freezeout", code="environment_newer"
        )
    if not _is_sound(data):
        raise _damaged(path, name)
    return Installation(name, Path(data["prefix"]), data)


def _is_sound(data: Mapping[str, Any]) -> bool:
    """Whether all that is stored is of its kind: who shows it need not ask."""
    kinds = all(isinstance(data.get(key), kind) for key, kind in _NEEDED.items()) and all(
        isinstance(data[key], kind) for key, kind in _KNOWN.items() if key in data
    )
    if not kinds or not all(isinstance(name, str) for name in data["kernels"]):
        return False
    if not all(Path(data[key]).is_absolute() and "\0" not in data[key] for key in ("prefix", "python")):
        return False
    parts = data.get("contents", {}).values()
    if not all(isinstance(part, list) and all(isinstance(name, str) for name in part) for part in parts):
        return False
    smoke = data.get("smoke")
    tested = smoke is None or all(isinstance(smoke.get(key), kind) for key, kind in _OF_SMOKE.items())
    return tested and all(math.isfinite(data.get(key) or 0) for key in ("bytes", "seconds"))


def _damaged(path: Path, name: str) -> InputError:
    return InputError(f"{path} is damaged", hint=f"freezeout env build {name}", code="environment_damaged")


def publish(name: str, data: Mapping[str, Any]) -> Installation:
    """Make a build the one that counts."""
    content = {"schema_version": SCHEMA_VERSION, "name": name, **data}
    write_atomically(root(name) / _FILE, json.dumps(content, indent=1))
    return Installation(name, Path(content["prefix"]), content)


def amend(built: Installation, **changes: object) -> Installation:
    """Change what is stored about a build, unless another one counts by now."""
    with disk_errors(root(built.name)):
        handle = os.open(root(built.name) / ".record", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        current = installation(built.name)
        if current is None or current.prefix != built.prefix:
            return built
        return publish(built.name, {**current.data, **changes})
    finally:
        os.close(handle)


def forget(name: str) -> None:
    """The environment is not built any more; its files are cleared away by others."""
    (root(name) / _FILE).unlink(missing_ok=True)


def installed_packages(prefix: Path) -> dict[str, str]:
    """Version of every package by name, read from the names of the metadata folders."""
    found = {}
    for site in _sites(prefix):
        for entry in _entries(site):
            stem, dot, kind = entry.rpartition(".")
            if dot and kind in ("dist-info", "egg-info"):
                name, _, version = stem.partition("-")
                found[normalised(name)] = version.split("-py3")[0]
    return found


def contents(prefix: Path) -> tuple[Path | None, dict[str, list[str]]]:
    """The folder of an environment's packages, and what each of them has put directly into it."""
    site = next(iter(_sites(prefix)), None)
    found: dict[str, list[str]] = {}
    for record in sorted(site.glob("*.dist-info/RECORD")) if site else ():
        tops = {line.partition(",")[0].partition("/")[0] for line in record.read_text("utf-8").splitlines()}
        own = {top for top in tops if top and not top.endswith(".dist-info") and top[0] not in '."'}
        name = normalised(record.parent.name.removesuffix(".dist-info").partition("-")[0])
        found[name] = sorted(own - {"__pycache__"})
    return site, found


def altered(prefix: Path) -> list[str]:
    """Packages with a file that has not the size it came with, or is not there."""
    found = set()
    for record in sorted(file for site in _sites(prefix) for file in site.glob("*.dist-info/RECORD")):
        with open(record, encoding="utf-8", newline="") as rows:
            for row in csv.reader(rows):
                if len(row) == 3 and row[2].isdigit() and _size(record.parents[1] / row[0]) != int(row[2]):
                    found.add(normalised(record.parent.name.partition("-")[0]))
                    break
    return sorted(found)


def _size(path: Path) -> int | None:
    try:
        return os.stat(path).st_size
    except OSError:
        return None


def _sites(prefix: Path) -> list[Path]:
    return sorted(prefix.glob("lib/python3.*/site-packages"))


def _entries(folder: Path) -> frozenset[str]:
    """Names in a folder; an unchanged one is not read again."""
    try:
        return _listed(folder, folder.stat().st_mtime_ns)
    except OSError:
        return frozenset()


@lru_cache(maxsize=128)
def _listed(folder: Path, _changed: int) -> frozenset[str]:
    return frozenset(os.listdir(folder))


def hold(prefix: Path, exclusive: bool = False, new: bool = False) -> int | None:
    """A lock on a build: shared by its kernels, exclusive for clearing it away; None when not to be had.

    Only who makes the build (`new`) makes the file of the lock, so that a build which is just being
    cleared away cannot be taken hold of.
    """
    try:
        handle = os.open(prefix / _IN_USE, (os.O_CREAT if new else 0) | os.O_RDWR, 0o600)
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
