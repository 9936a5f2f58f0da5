"""A lake of one's own, to kill parts of it; and what is left of it afterwards."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from freezeout.environments.installation import installation
from freezeout.services.lake.lake import Lake
from freezeout.services.lake.place import place
from freezeout.services.lake.postgres import programs
from freezeout.services.process import answers


@pytest.fixture
def lake_home(rucio_server: Path, freezeout_home: Path) -> Path:
    """A home in which Rucio's environment is built, and no lake is yet."""
    return offer_rucio(rucio_server, freezeout_home)


def offer_rucio(rucio_server: Path, home: Path) -> Path:
    """Make Rucio's environment be there in a home, too."""
    (home / "environments").mkdir(parents=True)
    (home / "environments" / "rucio-server").symlink_to(rucio_server / "environments" / "rucio-server")
    return home


@pytest.fixture
def own_lake(lake_home: Path) -> Iterator[Lake]:
    """A lake of this test's own, ready."""
    lake = Lake.start(inputs=False)
    try:
        lake.wait()
        yield lake
    finally:
        lake.stop()


def processes(place: Path) -> list[int]:
    """Processes that work in the folder of a lake: its supervisor, and all that it started."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                here = os.readlink(entry / "cwd")
                state = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()[0]
            except OSError:
                continue
            if state not in "ZX" and (here == str(place) or here.startswith(f"{place}/")):
                found.append(int(entry.name))
    return found


def serves(lake: Lake) -> bool:
    """Whether its server answers."""
    return answers(f"{lake.status.url}/ping", 5)


def sql(words: str) -> None:
    """Tell the database of the lake something."""
    here = place()
    built = installation("rucio-server")
    assert built is not None
    subprocess.run(
        [
            str(programs(Path(built.python)) / "psql"), "--host", str(here.socket), "--username", "rucio",
            "--dbname", "rucio", "--no-psqlrc", "--set", "ON_ERROR_STOP=1", "--command", words,
        ],
        env={**os.environ, "PGPASSWORD": here.secret("postgres")}, check=True, timeout=60,
        capture_output=True,
    )  # fmt: skip
