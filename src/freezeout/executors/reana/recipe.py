"""The environment of a step: its lock, and the public image whose Python it is for."""

from __future__ import annotations

import hashlib
import platform
import re
from collections.abc import Mapping
from dataclasses import dataclass

from freezeout.environments.folder import Environment, environment
from freezeout.environments.installation import installation
from freezeout.errors import FreezeoutError, InputError

_NEEDED = ("papermill", "ipykernel", "jsonschema", "pyyaml", "numpy", "scipy")
_PYTHONS = ("3.11", "3.12", "3.13")


@dataclass(frozen=True)
class Recipe:
    """What a workflow says of the environment that its steps run in.

    Attributes
    ----------
    name : str
    python : str
        Such as ``3.11``.
    files : mapping of str to bytes
        The lock and the description, by file name.
    packages : frozenset of str
        Names of what is in it.
    """

    name: str
    python: str
    files: Mapping[str, bytes]
    packages: frozenset[str] = frozenset()

    @property
    def lock_sha256(self) -> str:
        """What the lock is known by."""
        return hashlib.sha256(self.files["requirements.txt"]).hexdigest()

    @property
    def image(self) -> str:
        """A public image that has this Python."""
        return f"docker.io/library/python:{self.python}-slim"

    def describe(self) -> dict[str, object]:
        """As it is told in ``submission.json``."""
        return {
            "name": self.name,
            "lock_sha256": self.lock_sha256,
            "python": self.python,
            "image": self.image,
        }


def recipe_of(name: str) -> Recipe:
    """The recipe of an environment.

    Raises
    ------
    InputError
        When it cannot be made in a container from its lock alone, with the reason.
    """
    found = environment(name)
    if not found.kernels or found.builder not in ("uv", "gateway"):
        reason = "runs a service, and no notebooks" if not found.kernels else f"comes by {found.builder}"
        raise _refused(name, reason)
    if found.description.get("system"):
        raise _refused(name, "needs compilers and libraries that no public Python image has")
    lock = found.lock
    if lock is None:
        raise InputError(
            f"the environment '{name}' has no lock", hint=f"freezeout env lock {name}", code="lock_missing"
        )
    missing = [package for package in _NEEDED if package not in lock.packages]
    if missing:
        raise _refused(name, f"has no {missing[0]}, which executes notebooks")
    paths = [found.lock_file, found.folder / "environment.yaml"]
    files = {path.name: path.read_bytes() for path in paths if path.is_file()}
    return Recipe(name, _python(found), files, frozenset(lock.packages))


def _python(found: Environment) -> str:
    """The Python of the build that is here, so that steps there have the same."""
    try:
        built = installation(found.name)
    except FreezeoutError:
        built = None  # damaged: that is told by who uses it
    mine = platform.python_version()
    said = str(built.data.get("python_version") or "") if built else ""
    for version in (said, mine, *(f"{one}.0" for one in _PYTHONS)):
        if version and found.pythons.contains(version):
            minor = re.match(r"\d+\.\d+", version)
            assert minor is not None
            return minor[0]
    raise _refused(found.name, f"is for Python {found.pythons}, which no public image has")


def _refused(name: str, reason: str) -> InputError:
    return InputError(
        f"the environment '{name}' cannot be used on REANA: it {reason}",
        hint="take another one: 'freezeout env list' says which there are",
        code="environment_unavailable",
    )
