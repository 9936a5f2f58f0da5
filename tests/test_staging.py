"""A staged folder appears whole or not at all."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from freezeout.errors import InputError
from freezeout.staging import staged


def test_a_folder_appears_when_the_block_ends_well(tmp_path: Path) -> None:
    with staged(tmp_path / "runs" / "one") as folder:
        (folder / "file").write_text("whole")
        assert not (tmp_path / "runs" / "one").exists()
    assert [p.name for p in (tmp_path / "runs" / "one").iterdir()] == ["file"]
    assert [p.name for p in (tmp_path / "runs").iterdir()] == ["one"]


def test_nothing_is_left_when_the_block_fails(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), staged(tmp_path / "a" / "b" / "one") as folder:
        (folder / "file").write_text("half")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("below", ["file/runs", "file"])
def test_a_place_below_a_file_is_refused(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot use"), staged(tmp_path / below / "one"):
        raise AssertionError
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_what_a_killed_process_left_is_removed_but_not_what_a_living_one_uses(tmp_path: Path) -> None:
    code = (
        "import sys, time, pathlib; from freezeout.staging import staged\n"
        "with staged(pathlib.Path(sys.argv[1])): print('in', flush=True); time.sleep(60)"
    )
    children = {
        name: subprocess.Popen([sys.executable, "-c", code, tmp_path / name], stdout=subprocess.PIPE)
        for name in ("killed", "living")
    }
    try:
        for child in children.values():
            assert child.stdout is not None and child.stdout.readline() == b"in\n"
        children["killed"].send_signal(signal.SIGKILL)
        children["killed"].wait()
        with staged(tmp_path / "mine"):
            pass
        assert sorted(p.name for p in tmp_path.iterdir()) == [".living.partial", "mine"]
    finally:
        for child in children.values():
            child.kill()
            child.communicate()
