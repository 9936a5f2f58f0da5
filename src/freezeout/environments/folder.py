"""An environment's folder: found, read and checked."""

from __future__ import annotations

import difflib
import os
import platform
import shutil
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from stat import S_ISREG
from typing import TYPE_CHECKING, Any

from freezeout.environments.lock import Lock, read_lock
from freezeout.environments.schema import fault, schema
from freezeout.errors import FreezeoutError, InputError
from freezeout.files import read_yaml
from freezeout.settings import environments_path, home, shared_folder

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet

GATEWAY = "gateway"
CONDA = ("micromamba", "mamba", "conda")
_LARGEST = 100_000
_MACHINES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "aarch64", "arm64": "arm64"}


@dataclass(frozen=True)
class Environment:
    """One environment: what its ``environment.yaml`` says, and its lock.

    Examples
    --------
    >>> from freezeout.environments.folder import environment
    >>> environment("gateway").builder
    'gateway'
    """

    folder: Path
    description: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The folder's name."""
        return str(self.description["name"])

    @property
    def title(self) -> str:
        """One line for cards and kernels."""
        return str(self.description["title"])

    @property
    def builder(self) -> str:
        """uv, conda, cvmfs or gateway."""
        return str(self.description.get("builder", "uv"))

    @property
    def status(self) -> str:
        """ready, partial or unavailable, as its folder says."""
        return str(self.description["status"])

    @property
    def pythons(self) -> SpecifierSet:
        """The versions of Python that it is for.

        Raises
        ------
        InputError
            When the folder says them in another way than requires-python does.
        """
        from packaging.specifiers import InvalidSpecifier, SpecifierSet

        said = str(self.description.get("python", ">=3.11"))
        try:
            return SpecifierSet(said)
        except InvalidSpecifier as error:
            raise InputError(
                f"{self.folder / 'environment.yaml'}: python: '{said}' is no version specifier",
                hint='such as ">=3.11,<3.13"',
                code="bad_environment",
            ) from error

    @property
    def kernels(self) -> tuple[str, ...]:
        """The templates of its kernels."""
        return tuple(self.description.get("kernels", ["python"]))

    @property
    def own(self) -> bool:
        """Whether it is the user's own."""
        return self.builder != "cvmfs" and self.folder.parent != shared_folder("environments")

    @property
    def lock_file(self) -> Path:
        """What is installed, every package with its version and hashes."""
        return self.folder / ("conda.yaml" if self.builder == "conda" else "requirements.txt")

    @property
    def lock(self) -> Lock | None:
        """The lock, or None when there is none yet.

        Raises
        ------
        InputError
            When it cannot be read.
        """
        # what CVMFS brings has none, and is not looked at: a dead mount answers after minutes
        if self.builder == "cvmfs" or not self.lock_file.is_file():
            return None
        return read_lock(self.lock_file)

    def obstacle(self) -> InputError | None:
        """Why it cannot be built on this machine, or None."""
        said = self.description
        substitute = f"the nearest is '{said['substitute']}'" if "substitute" in said else ""
        if self.status == "unavailable":
            return InputError(said["reason"], hint=substitute, code="environment_unavailable")
        here = platform_name()
        if here not in said.get("platforms", [here]):
            return InputError(
                f"'{self.name}' can be built on {', '.join(said['platforms'])}, and this is {here}",
                hint=substitute, code="environment_unavailable",
            )  # fmt: skip
        if self.builder == "conda" and not any(map(shutil.which, CONDA)):
            return InputError(
                f"'{self.name}' needs conda packages, and neither micromamba nor conda is on this machine",
                hint="install micromamba" + (f"; {substitute}" if substitute else ""),
                code="environment_unavailable",
            )
        absent = [entry for entry in said.get("system", []) if not shutil.which(entry["command"])]
        if absent:
            commands = ", ".join(entry["command"] for entry in absent)
            packages = " ".join(dict.fromkeys(entry["package"] for entry in absent))
            return InputError(
                f"to build '{self.name}' this machine lacks {commands}",
                hint=f"on Debian: apt-get install {packages}",
                code="environment_unavailable",
            )
        if self.builder in ("uv", "conda") and not self.lock_file.is_file():
            return InputError(
                f"'{self.name}' has no lock: {self.lock_file.name} is missing",
                hint=f"freezeout env lock {self.name}",
                code="lock_missing",
            )
        return None


def platform_name() -> str:
    """This machine as environment.yaml names it, such as linux-x86_64."""
    system = {"darwin": "macos"}.get(sys.platform, sys.platform)
    machine = platform.machine().lower()
    return f"{system}-{_MACHINES.get(machine, machine)}"


def read_environment(folder: Path) -> Environment:
    """Read and check one environment's folder.

    Raises
    ------
    InputError
        When environment.yaml does not follow the schema.
    """
    path = folder / "environment.yaml"
    try:
        stat = path.stat()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}", code="bad_environment") from error
    if not S_ISREG(stat.st_mode) or stat.st_size > _LARGEST:
        wrong = "no file" if not S_ISREG(stat.st_mode) else f"larger than {_LARGEST // 1000} kB"
        raise InputError(f"{path} is {wrong}", code="bad_environment")
    return _read(folder, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=256)
def _read(folder: Path, _changed: int, _size: int) -> Environment:
    path = folder / "environment.yaml"
    found = read_yaml(path)
    wrong = fault(found)
    if wrong:
        raise InputError(f"{path}: {wrong[0]}: {wrong[1]}", code="bad_environment")
    assert isinstance(found, dict)
    if found["name"] != folder.name:
        raise InputError(
            f"{path}: the name '{found['name']}' is not the folder's name '{folder.name}'",
            code="bad_environment",
        )
    return Environment(folder, found)


def name_pattern() -> str:
    """What an environment's name looks like."""
    return str(schema()["properties"]["name"]["pattern"])


def environment_folders() -> dict[str, Path]:
    """Folders with an ``environment.yaml`` by name; the user's own come first."""
    found: dict[str, Path] = {}
    for root in [*environments_path(), shared_folder("environments")]:
        with suppress(OSError):
            for name in sorted(os.listdir(root)):
                # also a link that leads nowhere: reading it says so
                if name[0] != "." and os.path.lexists(root / name / "environment.yaml"):
                    found.setdefault(name, root / name)
    return found


def scan_environments() -> tuple[list[Environment], list[FreezeoutError]]:
    """All environments by name, and what is wrong with the folders that cannot be used."""
    from freezeout.environments import cvmfs

    found: list[Environment] = []
    damaged: list[FreezeoutError] = [
        InputError(
            f"FREEZEOUT_ENVIRONMENTS_PATH names {path}, which is no folder",
            hint=f"separate several folders by '{os.pathsep}'; 'freezeout config' says where it is set",
            code="path_unusable",
        )
        for path in environments_path()[:-1]  # but for the folder of clones, which comes with the first
        if not path.is_dir()
    ]
    for _, folder in sorted(environment_folders().items()):
        try:
            found.append(read_environment(folder))
        except FreezeoutError as error:
            damaged.append(error)
    names = {one.name for one in found}
    found += [one for one in cvmfs.environments() if one.name not in names]
    return found, damaged + _left_over({one.name for one in found} | set(environment_folders()))


def _left_over(known: set[str]) -> list[FreezeoutError]:
    """What was built from folders that are not there any more."""
    try:
        built = sorted(path.parent.name for path in (home() / "environments").glob("*/current.json"))
    except OSError:
        return []
    return [
        InputError(
            f"'{name}' is built, but there is no environment of this name any more",
            hint=f"bring back its folder (is FREEZEOUT_ENVIRONMENTS_PATH set, CVMFS mounted?), "
            f"or: freezeout env remove {name}",
            code="environment_left_over",
        )
        for name in built
        if name not in known
    ]


def environment(name: str) -> Environment:
    """The environment of this name.

    Raises
    ------
    InputError
        When there is none, or its folder is not in order.
    """
    from freezeout.environments import cvmfs

    folders = environment_folders()
    if name in folders:
        return read_environment(folders[name])
    mounted = {one.name: one for one in cvmfs.environments(cvmfs.patience(name))}
    if name in mounted:
        return mounted[name]
    names = sorted([*folders, *mounted])
    near = difflib.get_close_matches(name, names, 1, 0.4)
    meant = f"did you mean {near[0]}? " if near else ""
    raise InputError(
        f"there is no environment '{name}'",
        hint=f"{meant}environments: {', '.join(names) or 'none found'}",
        code="unknown_environment",
    )
