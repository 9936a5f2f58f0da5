"""Files that lie on storage already become known to a real lake without a copy."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from freezeout.errors import InputError
from freezeout.lake.files.get import get
from freezeout.lake.files.put import put
from freezeout.lake.inquiry import info


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """1200 small files: more than go into one call."""
    place = tmp_path / "many"
    place.mkdir()
    for number in range(1200):
        (place / f"f{number:04}.dat").write_bytes(f"event {number}\n".encode())
    return place


@pytest.mark.slow
def test_many_files_are_registered_where_they_lie(lake: Any, folder: Path) -> None:
    storage = lake.home / "lake" / "rse"
    before = sum(1 for path in storage.rglob("*") if path.is_file())
    found = put(folder, f"{lake.scope}:many", rse="INPLACE", register=True, metadata={"kind": "events"})
    assert len(found) == 1201
    about = info(found[0])
    assert about["length"] == 1200 and about["metadata"]["kind"] == "events"
    assert [one["rse"] for one in about["replicas"]] == ["INPLACE"]
    assert sum(1 for path in storage.rglob("*") if path.is_file()) == before
    (path,) = get(f"{lake.scope}:many/f0007.dat")
    assert path.read_text() == "event 7\n"
    assert put(folder, f"{lake.scope}:many", rse="INPLACE", register=True) == found


def test_a_file_that_was_changed_where_it_lies_is_refused(lake: Any, tmp_path: Path) -> None:
    (tmp_path / "a.dat").write_text("one")
    put(tmp_path / "a.dat", f"{lake.scope}:a.dat", rse="INPLACE", register=True)
    (tmp_path / "a.dat").write_text("two")
    with pytest.raises(Exception, match="Adler-32"):
        get(f"{lake.scope}:a.dat")


def test_where_places_follow_from_names_a_file_elsewhere_is_refused(lake: Any, tmp_path: Path) -> None:
    (tmp_path / "a.dat").write_text("one")
    with pytest.raises(InputError) as refused:
        put(tmp_path / "a.dat", f"{lake.scope}:a.dat", register=True)
    assert refused.value.code == "not_on_storage" and "INPLACE" in refused.value.hint
    with pytest.raises(InputError):
        info(f"{lake.scope}:a.dat")


_PUT = """
import sys
from freezeout.lake.files.put import put
put(sys.argv[1], sys.argv[2], rse="INPLACE", register=True)
"""


@pytest.mark.slow
@pytest.mark.parametrize("after", [0.5, 1.5, 3.0])
def test_killed_in_the_middle_the_same_command_registers_the_rest_once(
    lake: Any, folder: Path, after: float
) -> None:
    did = f"{lake.scope}:many"
    child = subprocess.Popen([sys.executable, "-c", _PUT, str(folder), did])
    time.sleep(after)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    put(folder, did, rse="INPLACE", register=True)
    about = info(did)
    assert about["length"] == 1200 and len(about["rules"]) == 1
