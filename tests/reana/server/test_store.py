"""What the server remembers."""

import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from freezeout.errors import FreezeoutError
from freezeout.reana.server.sizes import Sizes
from freezeout.reana.server.store import Store
from freezeout.reana.server.workspace import Workspace


def test_a_file_that_is_no_database_is_told_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "server.sqlite"
    path.write_text("not a database at all, but longer than a header of one" * 10)
    with pytest.raises(FreezeoutError, match="cannot use the server's database"):
        Store(path)
    assert path.read_text().startswith("not a database")


def test_a_newer_database_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "server.sqlite"
    with sqlite3.connect(path) as table:
        table.execute("PRAGMA user_version = 99")
    table.close()
    with pytest.raises(FreezeoutError, match="newer Freezeout"):
        Store(path)


def test_the_user_stays_the_same(tmp_path: Path) -> None:
    first = Store(tmp_path / "server.sqlite")
    owner = first.owner
    first.close()
    assert (tmp_path / "server.sqlite").stat().st_mode & 0o777 == 0o600
    second = Store(tmp_path / "server.sqlite")
    assert second.owner == owner
    second.close()


def test_a_second_server_does_not_start_in_the_same_folder(mortal: Any) -> None:
    mortal.create("true")
    words = [sys.executable, "-m", "freezeout.reana.server", "--folder", mortal.folder, "--fd", "0"]
    ended = subprocess.run(words, capture_output=True, text=True, timeout=100, check=False)
    assert ended.returncode == 1
    assert "another server works in" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_size_is_counted_anew_when_it_is_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("freezeout.reana.server.sizes.time.monotonic", lambda: now[0])
    sizes, workspace = Sizes(), Workspace(tmp_path)
    (tmp_path / "a").write_bytes(b"12345")
    assert sizes.of(workspace) == 5
    (tmp_path / "b").write_bytes(b"1")
    assert sizes.of(workspace) == 5
    now[0] += 3
    assert sizes.of(workspace) == 6
