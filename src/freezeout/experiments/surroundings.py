"""The environment that a run happens in: found, built if need be, and described for the record."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from freezeout.environments.folder import GATEWAY, Environment, environment
from freezeout.environments.installation import Installation, installed_packages, require
from freezeout.environments.kernels import PREFIX
from freezeout.environments.library import digest
from freezeout.environments.lock import differences, normalised
from freezeout.environments.removal import clear_away
from freezeout.errors import FreezeoutError, InputError
from freezeout.files import checksums
from freezeout.jobs.reporter import Reporter
from freezeout.version import __version__

HERE_VARIABLE = "FREEZEOUT_ENVIRONMENT"
"""Names the environment that this interpreter is, where a run is the only thing there, as on a cluster."""

KEPT = "environment"
"""The folder of a run that holds what its environment was built from."""

_OWN_KERNEL = "python3"
_PACKAGES = ("numpy", "scipy", "papermill", "ipykernel", "matplotlib", "bokeh")
Build = Callable[[Environment], object]

_BUILDING_HELPS = ("environment_missing", "environment_broken", "environment_damaged")


@dataclass(frozen=True)
class Surroundings:
    """What a run happens in.

    Attributes
    ----------
    environment : Environment
        Its recipe.
    built : Installation
        The build of it that the run uses.
    recipe : mapping of str to bytes
        The lock and the description that the build was made from, by file name.
    here : bool
        Whether it is the one that this very interpreter is.
    """

    environment: Environment
    built: Installation
    recipe: dict[str, bytes]
    here: bool = False

    @property
    def kernel(self) -> str | None:
        """The kernel for the notebook; None for the one that the notebook names."""
        return None if self.built.name == GATEWAY else self.built.kernels[0]

    @property
    def started_kernel(self) -> str | None:
        """The kernel that is started, when it goes by another name than the one it is."""
        return _OWN_KERNEL if self.here and self.kernel else None

    def describe(self) -> dict[str, object]:
        """What a run's record says of its environment; looks at what is installed now."""
        python = str(self.built.data["python_version"])
        differing = self._differences(python)
        return {
            "name": self.environment.name,
            "lock_sha256": self._lock_sha256(),
            "version": self.built.data.get("version"),
            "python_version": python,
            "library_sha256": self._library_sha256(),
            "matches_lock": None if differing is None else not differing,
            "differs": differing or [],
        }

    def versions(self) -> dict[str, str]:
        """Versions of the library, of Python and of the main packages, as the notebook meets them."""
        packages = self.built.packages
        names = [*_PACKAGES, *map(normalised, self.environment.description.get("packages", []))]
        return {
            "freezeout": __version__,
            "python": str(self.built.data["python_version"]),
            **{name: packages[name] for name in dict.fromkeys(names) if name in packages},
        }

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Keep the build while the block lasts."""
        if self.here:
            yield
            return
        try:
            with self.built.in_use():
                yield
        finally:
            clear_away(self.built.name)  # removed or replaced meanwhile, a build goes with its last user

    def _differences(self, python: str) -> list[str] | None:
        lock = self.recipe.get("requirements.txt")
        if lock is None:
            return None  # conda and CVMFS tell of no checksums to compare with
        gateway = self.built.name == GATEWAY
        # the gateway is a user's own installation and may hold more than is locked
        packages = self.built.packages if gateway else installed_packages(self.built.prefix)
        return differences(lock.decode(), packages, python, extra=not gateway)

    def _library_sha256(self) -> str | None:
        return digest() if self.here else self.built.data.get("library_sha256")

    def _lock_sha256(self) -> str | None:
        if self.built.name != GATEWAY:
            return self.built.data.get("lock_sha256")
        lock = self.environment.lock
        return lock.sha256 if lock else None


def surroundings(name: str, build: Build | None = None) -> Surroundings:
    """The surroundings of a run, ready to be used.

    Parameters
    ----------
    name : str
        The environment.
    build : callable, optional
        Builds an environment that is not built or is broken; without it, that is an error.

    Raises
    ------
    FreezeoutError
        When the environment is unknown, has no kernel, is not built, broken, or cannot be built.
    """
    found = environment(name)
    if found.builder == GATEWAY:
        return Surroundings(found, require(found), _read(found.folder, found.lock_file.name), here=True)
    if not found.kernels:
        raise InputError(
            f"the environment '{name}' runs a service, and no notebooks",
            hint="take another one: 'freezeout env list' says which there are",
            code="no_kernel",
        )
    if os.environ.get(HERE_VARIABLE) == name:
        return Surroundings(found, _own(found), _read(found.folder, found.lock_file.name), here=True)
    try:
        require(found)
    except FreezeoutError as error:
        if error.code not in _BUILDING_HELPS or build is None:
            raise
        build(found)
    from freezeout.environments.build import bring_up_to_date, recipe

    built = bring_up_to_date(name, Reporter())
    return Surroundings(found, built, _kept(found, built, recipe(built.prefix)))


def _own(found: Environment) -> Installation:
    """This interpreter as the build of an environment; what is in it is looked at, and not believed."""
    from freezeout.environments.build import recipe

    prefix, lock = Path(sys.prefix), found.lock
    data = {
        "version": prefix.name if recipe(prefix).is_dir() else None,
        "builder": found.builder,
        "prefix": str(prefix),
        "python": sys.executable,
        "python_version": ".".join(map(str, sys.version_info[:3])),
        "lock_sha256": lock.sha256 if lock else None,
        "kernels": [f"{PREFIX}{found.name}"],
        "packages": installed_packages(prefix),
    }
    return Installation(found.name, prefix, data)


def _kept(found: Environment, built: Installation, folder: Path) -> dict[str, bytes]:
    """What the build was made from; from the recipe when the build does not hold it and it is the same."""
    name = found.lock_file.name
    wanted = built.data.get("lock_sha256")
    for place in (folder, found.folder):
        if (place / name).is_file() and checksums(place / name)["sha256"] == wanted:
            return _read(place, name)
    if wanted is None:
        return _read(found.folder, name)
    raise FreezeoutError(
        f"the lock that '{found.name}' was built from is lost or was changed",
        hint=f"freezeout env build {found.name} --force",
        code="environment_broken",
    )


def _read(folder: Path, lock: str) -> dict[str, bytes]:
    paths = [folder / name for name in (lock, "environment.yaml")]
    return {path.name: path.read_bytes() for path in paths if path.is_file()}
