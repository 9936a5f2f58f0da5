"""The lock of an environment: every package with its version and hashes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from freezeout.errors import InputError

_PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;\\]+)(?:\s*;\s*([^\\\n]+))?", re.M)


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
    return re.sub(r"[-_.]+", "-", name).lower()


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


@lru_cache(maxsize=256)
def _read(path: Path, _changed: int, _size: int) -> Lock:
    data = path.read_bytes()
    text = data.decode("utf-8")
    pins: dict[str, list[tuple[str, str]]] = {}
    for name, version, marker in _PIN.findall(text):
        pins.setdefault(normalised(name), []).append((version, marker.strip()))
    if path.suffix == ".yaml":
        pins = {
            normalised(n): [(v, "")] for n, v in re.findall(r"^\s*-\s*([\w.-]+)==?([\w.]+)\s*$", text, re.M)
        }
    packages = {name: found for name, several in pins.items() if (found := _here(several))}
    return Lock(path, hashlib.sha256(data).hexdigest(), packages)


def _here(pins: list[tuple[str, str]]) -> str:
    """The version that fits this machine; empty when none does."""
    if len(pins) == 1 and "python" not in pins[0][1] and "platform" not in pins[0][1]:
        return pins[0][0]
    from packaging.markers import Marker

    return next((version for version, marker in pins if not marker or Marker(marker).evaluate()), "")
