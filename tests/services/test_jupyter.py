"""``freezeout up``: two addresses that work, a token that stays secret, and a clean end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from freezeout.services.jupyter import Jupyter
from freezeout.settings import home

pytestmark = pytest.mark.slow


def answer(url: str, token: str = "") -> tuple[int, str]:
    request = urllib.request.Request(url, headers={"Authorization": f"token {token}"} if token else {})
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def children(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    pairs = [tuple(map(int, line.split())) for line in listed.splitlines()]
    below = [child for child, parent in pairs if parent == pid]
    return below + [grandchild for child in below for grandchild in children(child)]


def all_gone(pids: list[int], seconds: float = 15) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not any(Path(f"/proc/{pid}").exists() for pid in pids):
            return True
        time.sleep(0.1)
    return False


Up = Iterator[tuple[subprocess.Popen[str], dict[str, str]]]


@pytest.fixture
def up() -> Up:
    """``freezeout up`` with what it prints."""
    with started() as running:
        yield running


@contextmanager
def started() -> Up:
    """Start it and end it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "freezeout.cli", "up", "--no-browser", "--no-lake", "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=dict(os.environ),
    )  # fmt: skip
    assert process.stdout is not None
    text = ""
    while not text.rstrip().endswith("}"):
        line = process.stdout.readline()
        assert line, "it ended"
        text += line
    try:
        yield process, json.loads(text)
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(30)


def test_lab_and_dashboard_answer_to_the_token_and_to_nobody_else(
    up: tuple[subprocess.Popen[str], dict[str, str]],
) -> None:
    _, place = up
    token_file = Path(place["token_file"])
    token = token_file.read_text()
    assert token_file.stat().st_mode & 0o777 == 0o600
    assert token not in json.dumps(place)
    status, page = answer(place["lab"], token)
    assert status == 200 and '"freezeout"' in page
    status, page = answer(place["dashboard"], token)
    assert status == 200 and "Traceback" not in page
    for url in (place["lab"], place["dashboard"]):
        status, page = answer(url)
        assert status in (200, 403) and "jupyter-config-data" not in page and "Dark-matter" not in page
    log = home() / "services" / "jupyter" / "log"
    assert token not in log.read_text() and log.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_all_and_forgets_the_token(
    up: tuple[subprocess.Popen[str], dict[str, str]], end: signal.Signals
) -> None:
    process, place = up
    token = Path(place["token_file"]).read_text()
    assert answer(place["dashboard"], token)[0] == 200  # a kernel runs now
    below = children(process.pid)
    assert len(below) >= 2
    process.send_signal(end)
    assert process.wait(30) == 0
    assert all_gone(below)
    assert not Path(place["token_file"]).exists()


def test_nothing_is_left_when_it_is_killed(up: tuple[subprocess.Popen[str], dict[str, str]]) -> None:
    process, _ = up
    below = children(process.pid)
    process.kill()
    process.wait()
    assert below and all_gone(below)


def test_a_second_server_has_a_token_of_its_own_and_takes_none_away() -> None:
    with started() as (_, first):
        token = Path(first["token_file"]).read_text()
        second = Jupyter.start()
        try:
            assert str(second.token_file) != first["token_file"]
            assert answer(f"{second.url}/lab", second.token_file.read_text())[0] == 200
        finally:
            second.stop()
        assert not second.token_file.exists()
        assert Path(first["token_file"]).read_text() == token
        assert answer(first["lab"], token)[0] == 200
    with started() as (_, third):
        assert third["token_file"] == first["token_file"]
