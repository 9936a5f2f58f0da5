"""A package index with faults, tiny environments to build from it, and what must hold afterwards."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from freezeout.environments.installation import installation, root
from freezeout.environments.kernels import kernels_folder, registered
from freezeout.jobs import store
from freezeout.jobs.job import Job

from .package_index import PackageIndex, wheel


@pytest.fixture
def index(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PackageIndex]:
    """An index that uv asks, and a cache of uv that knows nothing yet."""
    for name in [name for name in os.environ if name.startswith(("UV_", "PIP_"))]:
        monkeypatch.delenv(name)
    with PackageIndex() as running:
        monkeypatch.setenv("UV_DEFAULT_INDEX", running.url)
        monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path_factory.mktemp("uv")))
        monkeypatch.setenv("UV_HTTP_RETRIES", "0")
        yield running


@dataclass
class Recipe:
    """The folder of an environment that a test may change."""

    folder: Path
    index: PackageIndex
    lines: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.folder.name

    def lock(self, *lines: str) -> None:
        """The lock: these lines of it."""
        (self.folder / "requirements.txt").write_text("".join(lines))

    def smoke(self, source: str) -> None:
        """The deep test."""
        (self.folder / "smoke.py").write_text(source)

    def describe(self, **more: object) -> None:
        """environment.yaml, with these keys besides."""
        said = {"schema": 1, "name": self.name, "title": f"The {self.name} one", "summary": "A small one."}
        said |= {"status": "ready", "library": "base", "megabytes": 1, **more}
        (self.folder / "environment.yaml").write_text("".join(f"{k}: {v}\n" for k, v in said.items()))


@pytest.fixture
def make_recipe(
    index: PackageIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], Recipe]:
    """Makes environments of one package of their own name, which their smoke test imports."""
    folders = tmp_path / "environments"
    monkeypatch.setenv("FREEZEOUT_ENVIRONMENTS_PATH", str(folders))

    def make(name: str) -> Recipe:
        made = Recipe(folders / name, index)
        made.folder.mkdir(parents=True)
        made.describe()
        made.lock(index.add(name, "1.0", wheel(name, "1.0", kilobytes=300)))
        made.smoke(f"import {name.replace('-', '_')} as it, freezeout\nprint('version', it.__version__)\n")
        return made

    return make


@pytest.fixture
def tiny(make_recipe: Callable[[str], Recipe]) -> Recipe:
    """One such environment."""
    return make_recipe("tiny")


def nothing_to_see(name: str) -> bool:
    """Whether no build of an environment shows: not its record, no kernel of it."""
    return installation(name) is None and registered(name) == []


def builds(name: str) -> list[Path]:
    """The folders of builds that are on disk, whole or not."""
    there = root(name).iterdir() if root(name).is_dir() else iter(())
    return [path for path in there if path.is_dir()]


def kernels() -> list[str]:
    """The kernels that are offered."""
    return sorted(path.name for path in kernels_folder().iterdir()) if kernels_folder().is_dir() else []


def processes_below(folder: Path) -> list[int]:
    """Processes that run in a folder or have a file of it on their command line (Linux)."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            words = (entry / "cmdline").read_bytes().decode(errors="replace")
            here = os.readlink(entry / "cwd")
        except OSError:
            continue
        if str(folder) in words or here.startswith(str(folder)):
            found.append(int(entry.name))
    return found


def until(claim: Callable[[], object], seconds: float = 30) -> None:
    """Wait until something holds."""
    limit = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < limit, "it did not come true in time"
        time.sleep(0.02)


def ended(job: Job, seconds: float = 60) -> Job:
    """The job when it has ended."""

    def over() -> bool:
        store.settle()
        return not store.job(job.id).live

    until(over, seconds)
    return store.job(job.id)
