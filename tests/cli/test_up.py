"""``freezeout up``, ``down``, ``status`` and ``doctor``: one gateway with all of it, come what may."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from freezeout.services import gateway
from freezeout.services.lake.place import place
from freezeout.services.lake.status import read_status
from freezeout.services.memory import family
from freezeout.services.process import answers
from freezeout.services.reana.status import read_status as read_reana
from freezeout.settings import home

from ..conftest import comes_true
from .conftest import COMMAND

pytestmark = pytest.mark.slow

Background = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def lake_home(rucio_server: Path, freezeout_home: Path) -> Path:
    """A home in which Rucio's environment is built."""
    (freezeout_home / "environments").mkdir()
    built = rucio_server / "environments" / "rucio-server"
    (freezeout_home / "environments" / "rucio-server").symlink_to(built)
    return freezeout_home


def freezeout(*words: str, status: int = 0) -> str:
    done = subprocess.run([*COMMAND, *words], capture_output=True, text=True)
    assert done.returncode == status, done.stderr
    return done.stdout


def addresses(*words: str) -> dict[str, Any]:
    found = json.loads(freezeout("up", "--no-browser", "--json", *words))
    assert isinstance(found, dict)
    return found


def gone(pids: list[int]) -> bool:
    return comes_true(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), 30)


def is_settled() -> bool:
    found = gateway.running()
    return found is not None and found.settled


def test_one_gateway_is_started_found_looked_at_and_stopped(lake_home: Path, tmp_path: Path) -> None:
    freezeout("status", status=1)
    first = addresses("--detach")
    try:
        running = gateway.running()
        assert running is not None and first["lake_state"] == "ready"
        below = family(running.pid)
        assert answers(f"{first['lake']}/ping", 10) and answers(f"{first['reana']}/api/ping", 10)
        assert first["token_file"] == str(home() / "services" / "jupyter" / "token")
        assert addresses() == addresses("--detach", "--no-lake", "--no-reana") == first
        second = subprocess.run(
            [*COMMAND, "up", "--root", str(tmp_path)], capture_output=True, text=True, check=True
        )
        assert first["lab"] in second.stdout and first["lake"] in second.stdout
        assert first["reana"] in second.stdout
        assert "it runs already" in second.stderr and "for another folder" in second.stderr
        shown = json.loads(freezeout("status", "--json"))
        assert shown["ok"] and shown["addresses"] == first and shown["pid"] == running.pid
        services = {one["name"]: one for one in shown["services"]}
        assert sorted(services) == [
            "daemons",
            "jupyter",
            "lake",
            "postgres",
            "reana",
            "reana-server",
            "rucio",
        ]
        for one in services.values():
            assert one["state"] == "ready" and one["pid"] in below and one["restarts"] == 0
            assert one["memory_bytes"] > 1e6 and Path(one["log"]).is_file() and one["since"]
        table = freezeout("status")
        assert all(name in table for name in services) and first["lake"] in table
        assert first["reana"] in table
        assert json.loads(freezeout("doctor", "--json"))["ok"]
        assert comes_true(lambda: read_status(place()).inputs == "registered")
        assert json.loads((home() / "gateway.json").read_text())["python"]
    finally:
        assert json.loads(freezeout("down", "--json")) == {"stopped": ["gateway"]}
    assert gone(below)
    assert gateway.running() is None and read_status(place()).state == read_reana().state == "down"
    assert json.loads(freezeout("down", "--json")) == {"stopped": []}


def test_a_killed_supervisor_is_replaced_and_told_of(lake_home: Path, background: Background) -> None:
    up = background("up", "--no-browser", "--json")
    assert comes_true(is_settled)
    old = (read_status(place()), read_reana())
    for one in old:
        assert one.state == "ready" and one.pid is not None
        os.kill(one.pid, signal.SIGKILL)
    assert comes_true(
        lambda: read_status(place()).state == "ready" and read_status(place()).pid != old[0].pid
    )
    assert comes_true(lambda: read_reana().state == "ready" and read_reana().pid != old[1].pid)
    assert (read_status(place()).url, read_reana().url) == (old[0].url, old[1].url)
    assert answers(f"{old[0].url}/ping", 10) and answers(f"{old[1].url}/api/ping", 10)
    below = family(up.pid)
    up.kill()  # and so is it itself
    up.wait()
    assert gone(below)
    said = up.stderr.read() if up.stderr else ""
    for title in ("data lake", "REANA server"):
        assert f"{title}: its supervisor was killed; starting it again" in said


def test_stopped_at_any_moment_it_leaves_nothing(lake_home: Path, background: Background) -> None:
    stops = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for step in range(6):
        up = background("up", "--no-browser")
        time.sleep(0.3 + 1.1 * step)
        below = family(up.pid)
        up.send_signal(stops[step % 3])
        up.communicate(timeout=90)
        assert gone(below) and not gateway.is_taken()
        assert read_status(place()).state == read_reana().state == "down"
    assert not (home() / "services" / "jupyter" / "token").exists()


def test_two_at_the_same_moment_are_one(lake_home: Path, background: Background) -> None:
    both = [background("up", "--no-browser", "--no-lake", "--no-reana", "--json") for _ in range(2)]
    assert comes_true(lambda: any(one.poll() is not None for one in both))
    (other,) = [one for one in both if one.poll() is not None]
    (first,) = [one for one in both if one.poll() is None]
    assert other.returncode == 0 and other.stdout is not None
    told = json.loads(other.stdout.read())
    assert (
        answers(told["lab"].removesuffix("/lab") + "/api", 10)
        and told["lake_state"] == told["reana_state"] == "off"
    )
    shown = json.loads(freezeout("status", "--json"))
    states = {one["name"]: one["state"] for one in shown["services"]}
    assert shown["ok"] and states == {"jupyter": "ready", "lake": "off", "reana": "off"}
    freezeout("down")
    assert first.wait(30) == 0
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        for more in ([], ["--detach"]):
            words = ["up", "--no-browser", "--port", str(taken.getsockname()[1]), *more]
            told = subprocess.run([*COMMAND, *words], capture_output=True, text=True)
            assert told.returncode == 2 and "cannot be had" in told.stderr and "--port" in told.stderr


def test_without_rucios_environment_lab_comes_up_and_the_reason_is_told(
    freezeout_home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "empty"))
    told = addresses("--detach")
    try:
        assert told["lake_state"] == "failed" and told["lake"] is None and told["lake_message"]
        assert answers(told["lab"].removesuffix("/lab") + "/api", 10)
        shown = json.loads(freezeout("status", "--json", status=1))
        assert {one["name"]: one["state"] for one in shown["services"]} == {
            "jupyter": "ready", "lake": "failed", "reana": "ready", "reana-server": "ready",
        }  # fmt: skip
        findings = json.loads(freezeout("doctor", "--json", status=1))["findings"]
        (lake,) = [one for one in findings if one["subject"] == "lake"]
        assert lake["level"] == "problem" and lake["message"]
        jobs = json.loads(freezeout("jobs", "--json"))
        assert [(job["kind"], job["state"]) for job in jobs] == [("environment-build", "failed")]
    finally:
        freezeout("down")
