"""What a user has begun goes on by itself when the server or the database dies in the middle of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from freezeout.files import checksums
from freezeout.lake.inquiry import info
from freezeout.lake.sites.embedded import embedded
from freezeout.services.lake.lake import Lake

from ...conftest import comes_true
from .conftest import serves

pytestmark = pytest.mark.slow


def interrupted(lake: Lake, victim: str, sign: str, *words: object) -> str:
    """Run a command, kill a service when the command says so, and return what it prints in the end."""
    assert comes_true(lambda: serves(lake) and lake.status.state == "ready")
    pid = lake.status.services[victim].pid
    assert pid is not None
    child = subprocess.Popen(
        [sys.executable, "-m", "freezeout.cli", *map(str, words)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stderr is not None
    told = ""
    for line in child.stderr:
        told += line
        if sign in line:
            os.kill(pid, signal.SIGKILL)
            break
    said, rest = child.communicate(timeout=240)
    assert sign in told, told
    assert child.returncode == 0, told + rest
    return said.strip()


def test_upload_registration_download_and_storing_of_a_run_go_on(own_lake: Lake, tmp_path: Path) -> None:
    connection = embedded()
    assert connection is not None
    big, many = tmp_path / "big.bin", tmp_path / "many"
    big.write_bytes(os.urandom(40_000_000))
    many.mkdir()
    for number in range(1200):
        (many / f"{number}.csv").write_text(f"{number}\n")
    run = subprocess.run(
        [sys.executable, "-m", "freezeout.cli", "run", "darkside50", "--preset", "smoke", "--no-store"],
        stdout=subprocess.PIPE, text=True, check=True,
    ).stdout.strip()  # fmt: skip

    for victim in ("rucio", "postgres"):
        name = f"{connection.scope}:{victim}.bin"
        interrupted(own_lake, victim, "putting:", "lake", "put", big, "--did", name)
        assert [rule["state"] for rule in info(name)["rules"]] == ["OK"]
    got = interrupted(own_lake, "rucio", "asking for", "lake", "get", name, "--to", tmp_path / "x")
    assert checksums(got) == checksums(big)
    interrupted(own_lake, "postgres", "registering:", "lake", "put", "--register", "--rse", "INPLACE", many)
    about = info(f"{connection.scope}:many")
    assert about["length"] == 1200 and len(about["rules"]) == 1
    dataset = interrupted(own_lake, "postgres", "asking the lake", "runs", "store", run)
    stored = info(dataset)
    assert stored["open"] is False and stored["metadata"]["experiment"] == "darkside50"
    assert [rule["state"] for rule in stored["rules"]] == ["OK"]
    left = (own_lake.place.root / "rse" / "HERE").rglob(".*")
    assert [path for path in left if path.is_file()] == []
