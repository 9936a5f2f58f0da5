"""A child process: its secret, its readiness, and its end with its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from freezeout.errors import FreezeoutError
from freezeout.services.process import Process, free_port, secret_file

SLEEP = [sys.executable, "-c", "import time; print('here', flush=True); time.sleep(60)"]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z" if Path("/proc").is_dir() else True


def gone(pid: int, seconds: float = 5) -> bool:
    end = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < end:
        time.sleep(0.05)
    return not alive(pid)


def test_a_secret_is_new_each_time_and_only_for_its_owner(tmp_path: Path) -> None:
    path = secret_file(tmp_path / "token")
    first = path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600 and len(first) >= 32
    assert secret_file(path).read_text() != first


def test_free_ports_can_be_used() -> None:
    assert 1024 <= free_port() < 65536


def test_a_process_that_ends_at_once_is_an_error_with_its_last_words(tmp_path: Path) -> None:
    process = Process.start("it", [sys.executable, "-c", "print('no such thing'); exit(3)"], tmp_path / "log")
    with pytest.raises(FreezeoutError, match="it ended at once: no such thing"):
        process.wait_until(lambda: False, 10)


def test_a_process_that_is_never_ready_is_stopped(tmp_path: Path) -> None:
    process = Process.start("it", SLEEP, tmp_path / "log")
    with pytest.raises(FreezeoutError, match="not ready"):
        process.wait_until(lambda: False, 0.5)
    assert gone(process.child.pid)


def test_stopping_ends_the_grandchildren_too(tmp_path: Path) -> None:
    code = (
        f"import subprocess, time; p = subprocess.Popen({SLEEP!r}); print(p.pid, flush=True); time.sleep(60)"
    )
    process = Process.start("it", [sys.executable, "-c", code], tmp_path / "log")
    process.wait_until(lambda: "here" in process.log.read_text(), 10)
    grandchild = int(process.log.read_text().split()[0])
    process.stop()
    assert gone(grandchild) and gone(process.child.pid)


def test_a_process_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from freezeout.services.process import Process\n"
        f"p = Process.start('it', {SLEEP!r}, Path(sys.argv[1]))\n"
        "print(p.child.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code, tmp_path / "log"], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert alive(child)
    parent.send_signal(signal.SIGKILL)
    parent.communicate()
    assert gone(child)
