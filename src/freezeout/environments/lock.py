"""The lock of an environment: every package with its version and hashes."""

from __future__ import annotations

import hashlib
import platform
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from operator import eq, ge, gt, le, lt, ne
from pathlib import Path

from freezeout.errors import InputError, MissingPackageError

_PIN = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;\\]+)(?:\s*;\s*([^\\\n]+))?")
_SEPARATORS = re.compile(r"[-_.]+")
_SIMPLE = re.compile(
    r"(python_full_version|python_version) (<|<=|>|>=|==|!=) '([\d.]+)'"
    r"|(sys_platform|platform_machine) (==|!=) '([\w-]+)'"
)
_OPERATORS = {"<": lt, "<=": le, ">": gt, ">=": ge, "==": eq, "!=": ne}
_CONDA_PIN = re.compile(r"^\s*-\s*(?:[\w./-]+::)?([\w.-]+)\s*==?\s*([\w.!+]+)(?:=\S+)?\s*(?:#.*)?$", re.M)


@dataclass(frozen=True)
class Lock:
    """A lock.

    Attributes
    ----------
    path : Path
        The file.
    sha256 : str
        What a run's record knows it by.
    packages : mapping
        Version of every package by its normalised name, on this machine.
    """

    path: Path
    sha256: str
    packages: Mapping[str, str]


def normalised(name: str) -> str:
    """The one spelling of a package's name (PEP 503).

    Examples
    --------
    >>> normalised("Jupyter_Core")
    'jupyter-core'
    """
    name = name.lower()
    # most names have it already, and thousands are asked for when all environments are listed
    return _SEPARATORS.sub("-", name) if "_" in name or "." in name or "--" in name else name


def read_lock(path: Path) -> Lock:
    """Read a lock.

    Raises
    ------
    InputError
        When the file cannot be read.
    """
    try:
        stat = path.stat()
        return _read(path, stat.st_mtime_ns, stat.st_size)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read the lock {path}: {error}", code="lock_unreadable") from error


def read_pins(text: str) -> dict[str, list[tuple[str, str]]]:
    """Every version of every package with its marker, in the text of a lock."""
    pins: dict[str, list[tuple[str, str]]] = {}
    for line in text.removeprefix("\ufeff").split("\n"):
        # nine lines in ten are hashes: a look at the first sign is much cheaper than a pattern
        if line and line[0] not in " #-" and (pin := _PIN.match(line)):
            name, version, marker = pin.groups()
            pins.setdefault(normalised(name), []).append((version, (marker or "").strip()))
    return pins


def differences(text: str, installed: Mapping[str, str], python: str, *, extra: bool) -> list[str]:
    """Where what is installed is not what a lock says, one line each.

    Parameters
    ----------
    text : str
        The lock.
    installed : mapping
        Version of every package by its normalised name.
    python : str
        The version of the interpreter that has them, such as ``3.11.9``.
    extra : bool
        Whether to tell of packages that the lock does not name.
    """
    pins = read_pins(text)
    wanted = {name: version for name, several in pins.items() if (version := _here(several, python))}
    told = []
    for name, version in sorted(wanted.items()):
        if name not in installed:
            told.append(f"{name} {version} is missing")
        elif not _equal(installed[name], version):
            told.append(f"{name} is {installed[name]} instead of {version}")
    if extra:
        strangers = sorted(installed.keys() - wanted.keys() - {"freezeout"})
        told += [f"{name} {installed[name]} is not in the lock" for name in strangers]
    return told


def _equal(one: str, other: str) -> bool:
    if one == other:
        return True
    from packaging.version import InvalidVersion, Version

    try:
        return Version(one) == Version(other)
    except InvalidVersion:
        return False


@lru_cache(maxsize=256)
def _read(path: Path, _changed: int, _size: int) -> Lock:
    data = path.read_bytes()
    text = data.decode("utf-8")
    if path.suffix == ".yaml":
        pins = {normalised(name): [(version, "")] for name, version in _CONDA_PIN.findall(text)}
    else:
        pins = read_pins(text)
    return Lock(path, hashlib.sha256(data).hexdigest(), _Versions(pins))


class _Versions(Mapping[str, str]):
    """Versions by name; which of several fits this machine is found out when it is asked for."""

    def __init__(self, pins: Mapping[str, list[tuple[str, str]]]) -> None:
        self._pins = pins

    def __getitem__(self, name: str) -> str:
        version = _here(self._pins[name])
        if not version:
            raise KeyError(name)
        return version

    def __iter__(self) -> Iterator[str]:
        return (name for name, several in self._pins.items() if _here(several))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _here(pins: list[tuple[str, str]], python: str | None = None) -> str:
    """The version that fits this machine; empty when none does."""
    return next((version for version, marker in pins if not marker or _holds(marker, python)), "")


@cache
def _holds(marker: str, python: str | None) -> bool:
    simple = _SIMPLE.fullmatch(marker)
    if simple:
        name, operator, wanted = filter(None, simple.groups())
        return _compares(name, operator, wanted, python)
    try:
        from packaging.markers import Marker
    except ImportError as error:
        raise MissingPackageError("reading a lock", error, "run") from error
    if python is None:
        return Marker(marker).evaluate()
    short = ".".join(python.split(".")[:2])
    return Marker(marker).evaluate({"python_full_version": python, "python_version": short})


def _compares(name: str, operator: str, wanted: str, python: str | None) -> bool:
    """The one comparison that nearly all markers are: to import what reads the others takes longest."""
    if not name.startswith("python"):
        here = sys.platform if name == "sys_platform" else platform.machine()
        return (here == wanted) is (operator == "==")
    words = (python or platform.python_version()).split(".")[: 2 if name == "python_version" else 3]
    # as versions are compared: 3.12 is 3.12.0
    one = [int(re.match(r"\d*", word)[0] or 0) for word in words]  # type: ignore[index]
    other = [int(word) for word in wanted.split(".")]
    length = max(len(one), len(other))
    order = [part + [0] * (length - len(part)) for part in (one, other)]
    return bool(_OPERATORS[operator](*order))
