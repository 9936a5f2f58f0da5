"""The gamma-ray environment from its lock, caches warm: ours, and a virtual environment filled by pip.

Ours also installs the library, runs the environment's deep test and registers the kernel. The listing
of all environments is timed too, with nothing remembered from an earlier one.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from freezeout.environments import folder, lock
from freezeout.environments.build import run_build
from freezeout.environments.card import cards
from freezeout.environments.installation import installed_packages, require

NAME = "gamma"
# for the tests; one build of ours alone says little: now and then one takes twice as long
BRIEF = {"peers": 1}


def measure(repeats: int = 3, peers: int = 2) -> dict[str, object]:
    """Wall seconds of both builds, their ratio, and the time of a listing."""
    with tempfile.TemporaryDirectory() as place:
        os.environ["FREEZEOUT_HOME"] = str(Path(place) / "home")
        run_build(NAME)
        found = folder.environment(NAME)
        ours = statistics.median(_seconds(lambda: run_build(NAME, force=True)) for _ in range(repeats))
        built = require(found).packages
        peer = min(_seconds(lambda: _by_pip(found.lock_file, Path(place) / "pip")) for _ in range(peers))
        by_pip = installed_packages(Path(place) / "pip")
        listing = statistics.median(_seconds(_list_anew) for _ in range(7))
    differing = [name for name in found.lock.packages if built.get(name) != by_pip.get(name)]  # type: ignore[union-attr]
    if differing:
        raise RuntimeError(f"the two environments differ in {differing}")
    return {
        "name": "warm build of the gamma-ray environment",
        "peer": "venv and pip",
        "peer_version": subprocess.check_output(
            [sys.executable, "-m", "pip", "--version"], text=True
        ).split()[1],
        "peer_s": peer,
        "ours_s": ours,
        "wanted_s": 10.0,
        "ratio": peer / ours,
        "wanted_ratio": 3.0,
        "packages": len(built),
        "listing_ms": 1e3 * listing,
        "wanted_listing_ms": 50.0,
        "environments": len(folder.scan_environments()[0]),
    }


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _by_pip(requirements: Path, prefix: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--clear", prefix], check=True)
    subprocess.run(
        [prefix / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
         "--require-hashes", "-r", requirements],
        check=True,
    )  # fmt: skip


def _list_anew() -> None:
    folder._read.cache_clear()
    lock._read.cache_clear()
    cards(folder.scan_environments()[0])


if __name__ == "__main__":
    for name, value in measure().items():
        print(f"{name}: {value}")
