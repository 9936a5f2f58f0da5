"""From a lock to a built environment."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from freezeout.environments import conda, kernels, mounted, smoke, uv
from freezeout.environments.folder import Environment, environment
from freezeout.environments.installation import (
    Installation,
    altered,
    amend,
    contents,
    hold,
    installation,
    installed_packages,
    publish,
    require,
    root,
)
from freezeout.environments.library import digest, install, unpack
from freezeout.environments.lock import Lock, read_lock
from freezeout.environments.removal import clear_away_alone, delete
from freezeout.environments.turn import only_builder
from freezeout.errors import FreezeoutError, InputError
from freezeout.files import disk_errors
from freezeout.jobs.job import Job
from freezeout.jobs.reporter import Reporter
from freezeout.jobs.run import Watch, run, start
from freezeout.jobs.shield import undisturbed
from freezeout.jobs.store import now

_ROOM = 1.2
_BUILD = ("environment-build", "freezeout.environments.build:build")
_TEST = ("environment-test", "freezeout.environments.smoke:test")


def start_build(name: str, force: bool = False) -> Job:
    """Build an environment in a process of its own."""
    return start(*_job(_BUILD, "Build", _buildable(name)), {"name": name, "force": force})


def run_build(name: str, force: bool = False, watch: Watch | None = None) -> Job:
    """Build an environment here; when somebody builds it already, wait for that."""
    return run(*_job(_BUILD, "Build", _buildable(name)), {"name": name, "force": force}, watch)


def start_test(name: str) -> Job:
    """Test an environment in a process of its own."""
    return start(*_job(_TEST, "Test", environment(name)), {"name": name})


def run_test(name: str, watch: Watch | None = None) -> Job:
    """Test an environment here."""
    return run(*_job(_TEST, "Test", environment(name)), {"name": name}, watch)


def _job(what: tuple[str, str], verb: str, found: Environment) -> tuple[str, str, str, str]:
    kind, work = what
    return kind, f"{verb} {found.title}", f"environment:{found.name}", work


def _buildable(name: str) -> Environment:
    """The environment, when there is nothing that keeps it from being built here."""
    found = environment(name)
    if found.builder == "gateway":
        raise InputError(
            f"'{name}' is where Freezeout itself runs: it is always built",
            hint="to change it, install Freezeout anew",
            code="environment_is_gateway",
        )
    obstacle = found.obstacle()
    if obstacle is not None:
        raise obstacle
    kernels.kernel_names(found)
    return found


def build(reporter: Reporter, name: str, force: bool = False) -> dict[str, Any]:
    """Build an environment from its lock, test it and offer its kernels.

    Nothing of it is to be seen before it is whole. One that is in order already, file by file, is left
    as it is, but for the library, which is brought up to date.

    Parameters
    ----------
    reporter : Reporter
        Gets progress and log.
    name : str
        The environment.
    force : bool
        Build even if it is in order.

    Raises
    ------
    InputError
        When it cannot be built on this machine, or somebody builds it.
    FreezeoutError
        When the build or the test fails.
    """
    found = _buildable(name)
    with only_builder(name):
        current = _current(found)
        clear_away_alone(name)
        lock = found.lock
        of_lock = current and lock and current.data.get("lock_sha256") == lock.sha256
        if current and of_lock and not force and not _is_altered(current, reporter):
            reporter.progress(0.9, "it is built already: bringing the library up to date")
            return _told(_as_described(found, _refresh(found, current, reporter)).data)
        _require_room(found)
        begun = time.monotonic()
        place = root(name) / f"{(lock.sha256 if lock else 'mounted')[:12]}-{secrets.token_hex(3)}"
        published = False
        try:
            with disk_errors(place):
                place.mkdir(parents=True)
                lock = _keep_recipe(found, place)
            handle = hold(place, new=True)
            try:
                data = _make(found, place, reporter)
                reporter.progress(0.8, f"testing {name}")
                tested = smoke.check(found, Path(data["python"]), _setup(data), reporter)
                if current is not None and smoke.fresh(current):
                    smoke.accept(found, tested, hint="the build that was there before is kept as it was")
                site, contents_ = contents(Path(data["python"]).parents[1])
                data |= {
                    "smoke": tested,
                    "built_at": now(),
                    "seconds": round(time.monotonic() - begun, 1),
                    "bytes": size(place),
                    "lock_sha256": lock.sha256 if lock else None,
                    "title": found.title,
                    "kernels": list(kernels.kernel_names(found)),
                    "site": str(site) if site else None,
                    "contents": contents_ if data["builder"] != "cvmfs" else {},
                }
                with undisturbed():
                    # in this order: a kernel never leads to what is not published. One that is not
                    # there yet, because this process is killed in between, is written by the next build
                    publish(name, data)
                    published = True
                    kernels.register(found, Path(data["python"]), place, _setup(data))
            finally:
                if handle is not None:
                    os.close(handle)
        except BaseException:
            if not published:
                with undisturbed():
                    delete(place)
            raise
        clear_away_alone(name)
    smoke.accept(found, data["smoke"])
    reporter.progress(1.0, f"{name} is built and tested")
    return _told(data)


def _told(data: Mapping[str, Any]) -> dict[str, Any]:
    """What is worth keeping of a build with its job; the rest is with the build."""
    return {key: value for key, value in data.items() if key not in ("packages", "contents", "site")}


def recipe(prefix: Path) -> Path:
    """The folder with the lock that a build was made from, and its ``environment.yaml``."""
    return prefix / "share" / "freezeout-recipe"


def bring_up_to_date(name: str, reporter: Reporter) -> Installation:
    """See that an environment that is built has the library of this process.

    Raises
    ------
    FreezeoutError
        When it is not built, or is broken.
    """
    found = environment(name)
    built = require(found)
    if _has_our_library(built) and not built.kernel_fault():
        return built
    with only_builder(name, seconds=None):
        _refresh(found, require(found), reporter)
    return require(found)


def mend_kernels(environments: Iterable[Environment]) -> None:
    """Write damaged kernels of builds anew; those of a build that is broken then start the fallback.

    One that cannot be written, or is being built just now, stays as it is.
    """
    for found in environments:
        with contextlib.suppress(FreezeoutError), only_builder(found.name, seconds=0):
            built = installation(found.name)
            if built is not None and built.kernel_fault():
                kernels.register(found, built.python, built.prefix, built.setup)


def refresh_library(found: Environment, built: Installation, reporter: Reporter) -> None:
    """Bring the library in a build up to that of this process.

    Raises
    ------
    FreezeoutError
        When that fails, or somebody builds or removes the environment just now.
    """
    if not _has_our_library(built):
        # at once or not at all: a kernel waits for this
        with only_builder(found.name, seconds=0):
            _refresh(found, built, reporter)


def _refresh(found: Environment, built: Installation, reporter: Reporter) -> Installation:
    if built.kernel_fault() or not _has_our_library(built):
        # another Freezeout may have other templates and logos
        kernels.register(found, built.python, built.prefix, built.setup)
    if _has_our_library(built):
        return built
    if built.data["builder"] == "cvmfs":
        ours = unpack(built.prefix / "lib")
    else:
        ours = install(built.python.parents[1], built.python, reporter, (0.9, 0.99))
    return amend(built, library_sha256=ours.sha256)


def _as_described(found: Environment, built: Installation) -> Installation:
    """The title and the kernels of a build may have changed without its lock."""
    said = {"title": found.title, "kernels": list(kernels.kernel_names(found))}
    if all(built.data.get(key) == value for key, value in said.items()):
        return built
    kernels.register(found, built.python, built.prefix, built.setup)
    return amend(built, **said)


def _has_our_library(built: Installation) -> bool:
    if built.data["builder"] == "gateway":
        return True
    place = built.prefix / "lib" if built.data["builder"] == "cvmfs" else Path(built.data.get("site") or "")
    return built.data.get("library_sha256") == digest() and (place / "freezeout" / "__init__.py").is_file()


def size(folder: Path) -> int:
    """Bytes of all files below a folder; a file with several names in it counts once."""
    seen, total = set(), 0
    for here, _, names in os.walk(folder):
        for name in names:
            stat = os.lstat(os.path.join(here, name))
            if (stat.st_dev, stat.st_ino) not in seen:
                seen.add((stat.st_dev, stat.st_ino))
                total += stat.st_size
    return total


def _make(found: Environment, place: Path, reporter: Reporter) -> dict[str, Any]:
    if found.builder == "conda":
        return conda.make(found, place, reporter)
    if found.builder == "cvmfs":
        return mounted.make(found, place, reporter)
    python = place / "bin" / "python"
    words: list[str | Path] = [
        "venv",
        "--allow-existing",
        "--no-project",
        "--python",
        _interpreter(found),
        place,
    ]
    uv.run(words, reporter, what="making a virtual environment", cwd=place, span=(0.01, 0.05))
    # the copy: a lock that is edited meanwhile is another one
    lock = recipe(place) / found.lock_file.name
    words = ["pip", "install", "--python", python, "--require-hashes", "-r", lock]
    uv.run(words, reporter, what="installing the locked packages", cwd=place, span=(0.05, 0.72))
    _replace_altered(place, words, reporter)
    ours = install(place, python, reporter, (0.72, 0.78))
    return {
        "version": place.name,
        "builder": "uv",
        "prefix": str(place),
        "python": str(python),
        "python_version": _python_version(place),
        "packages": installed_packages(place),
        "library_sha256": ours.sha256,
    }


def _is_altered(built: Installation, reporter: Reporter) -> bool:
    # conda writes its own paths into what it installs
    found = altered(built.prefix) if built.data["builder"] == "uv" else []
    names = [name for name in found if name != "freezeout"]
    if names:
        reporter.log(f"files of {', '.join(names)} are not as they were installed: it is built anew")
    return bool(names)


def _replace_altered(place: Path, install_words: list[str | Path], reporter: Reporter) -> None:
    """Load anew what is not as it was packed.

    All builds share their files with uv's cache: who edits one in a build has edited it for all builds
    to come, and uv, which looks at hashes when it downloads, would not notice.
    """
    names = altered(place)
    if not names:
        return
    reporter.log(f"uv's cache has changed files of {', '.join(names)}: they are loaded anew")
    uv.run(
        ["cache", "clean", *names], reporter, what="clearing what was changed from uv's cache",
        cwd=place, span=(0.72, 0.72),
    )  # fmt: skip
    again = [f"--reinstall-package={name}" for name in names]
    uv.run(
        [*install_words, *again], reporter, what="installing the locked packages anew",
        cwd=place, span=(0.72, 0.72),
    )  # fmt: skip


def _interpreter(found: Environment) -> str:
    """The interpreter to build with: this one's when it fits, else uv looks for one."""
    if ".".join(map(str, sys.version_info[:3])) in found.pythons:
        return str(getattr(sys, "_base_executable", sys.executable))
    return str(found.pythons)


def _python_version(prefix: Path) -> str:
    for line in (prefix / "pyvenv.cfg").read_text(encoding="utf-8").splitlines():
        key, _, value = line.partition("=")
        if key.strip() in ("version_info", "version"):
            return value.strip()
    return ""


def _setup(data: Mapping[str, Any]) -> Path | None:
    return Path(data["setup"]) if data.get("setup") else None


def _current(found: Environment) -> Installation | None:
    """The build that counts, when it is in order; a killed builder's missing kernels are made good."""
    try:
        built = installation(found.name)
    except InputError:
        built = None
    if built is None:
        kernels.unregister(found.name)  # they lead to what nobody knows of
        return None
    if built.fault() is not None:
        return None
    if built.kernel_fault() is not None:
        kernels.register(found, built.python, built.prefix, built.setup)
    return built


def _require_room(found: Environment) -> None:
    folder = root(found.name)
    with disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
    needed = float(found.description.get("megabytes", 50)) * 1e6 * _ROOM
    if free < needed:
        raise FreezeoutError(
            f"'{found.name}' needs {needed / 1e6:.0f} MB, and {folder} has {free / 1e6:.0f} MB free",
            hint="free some space, or move FREEZEOUT_HOME elsewhere",
            code="disk_full",
        )


def _keep_recipe(found: Environment, place: Path) -> Lock | None:
    """Copy what the build is made from into it, so that its runs can be told it for good."""
    folder = recipe(place)
    folder.mkdir(parents=True)
    for path in (found.folder / "environment.yaml", found.lock_file):
        if path.is_file():
            shutil.copyfile(path, folder / path.name)
    kept = folder / found.lock_file.name
    return read_lock(kept) if kept.is_file() else None
