"""The embedded REANA server: up with one call, back when it is killed, and gone without a trace."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from freezeout.reana.sites.connection import connection
from freezeout.reana.sites.place import place
from freezeout.services.memory import family
from freezeout.services.process import answers
from freezeout.services.reana.reana import Reana
from freezeout.services.reana.status import SERVICE, read_status
from freezeout.services.status import is_owned

from ...conftest import comes_true
from ..lake.conftest import processes
from .conftest import Own

HOLDER = """
import time
from freezeout.services.reana.reana import Reana
print(Reana.start().wait().url, flush=True)
time.sleep(600)
"""
FOR_LONG = "echo begun > begun; sleep 600"


def begins(own: Own) -> str:
    """A workflow whose step runs by now, and for long."""
    workflow = own.submit(FOR_LONG)
    assert comes_true((own.workspaces / workflow / "begun").is_file)
    return workflow


def server_pid(running: Reana) -> int:
    pid = running.status.services[SERVICE].pid
    assert pid is not None
    return pid


def test_it_is_private_tells_no_secrets_and_leaves_nothing_behind(own_reana: Own) -> None:
    running, where = own_reana.running, own_reana.running.place
    status, token = running.status, where.token
    assert connection().url == status.url == where.url and connection().token == token
    assert {name: one.state for name, one in status.services.items()} == {SERVICE: "ready"}
    workflow = own_reana.submit("env; echo kept > kept")
    assert own_reana.comes_to(workflow, "finished")
    assert len(token) > 30 and status.pid is not None
    for pid in family(status.pid):
        for name in ("cmdline", "environ"):
            assert token not in Path(f"/proc/{pid}/{name}").read_text(errors="replace")
    holders = [p for p in where.root.rglob("*") if p.is_file() and token.encode() in p.read_bytes()]
    assert holders == [where.token_file] and where.token_file.stat().st_mode & 0o777 == 0o600
    assert where.root.stat().st_mode & 0o777 == 0o700
    assert own_reana.server.call("GET", "workflows", params={"access_token": "x"}).status_code in (401, 403)
    running.stop()
    assert processes(where.root) == [] and not is_owned(where) and not where.state_file.exists()
    assert read_status().state == "down"
    again = Reana.start()
    try:
        assert again.wait().url == status.url and where.token == token
        assert own_reana.status(workflow) == "finished"
    finally:
        again.stop()


def test_a_killed_server_is_back_by_itself_and_tells_the_truth_of_what_ran(own_reana: Own) -> None:
    running = own_reana.running
    url, workflow, _ = running.url, begins(own_reana), begins(own_reana)
    waiting = own_reana.submit("echo late > late")
    assert own_reana.status(waiting) == "queued"
    below = [pid for pid in processes(running.place.root) if pid not in (running.status.pid, os.getpid())]
    assert len(below) > 1
    os.kill(server_pid(running), signal.SIGKILL)
    # who asks meanwhile waits, and is not turned away
    assert own_reana.server.call("GET", f"workflows/{workflow}/status").json()["status"] == "failed"
    assert comes_true(lambda: running.status.state == "ready")
    assert running.url == url and running.status.services[SERVICE].restarts == 1
    assert "server was ended" in own_reana.log(workflow)
    assert comes_true(lambda: not any(Path(f"/proc/{pid}").exists() for pid in below))
    assert own_reana.comes_to(waiting, "finished")


def test_killed_during_an_upload_it_has_no_half_file_and_its_list_is_true(own_reana: Own) -> None:
    running, workflow, killed = own_reana.running, begins(own_reana), False
    path = f"workflows/{workflow}/workspace"

    def upload(name: str, content: bytes | Iterator[bytes]) -> None:
        words = {"Content-Type": "application/octet-stream"}
        own_reana.server.call(
            "POST", path, params={"file_name": f"/{name}"}, content=content, headers=words
        ).raise_for_status()

    def half() -> Iterator[bytes]:
        nonlocal killed
        yield b"x" * 3_000_000
        assert comes_true(lambda: _bytes(running.place.root) > 2_000_000)
        killed = True
        os.kill(server_pid(running), signal.SIGKILL)
        yield b"x" * 3_000_000

    upload("whole", b"all of it")
    with pytest.raises(httpx.HTTPError):
        upload("half", half())
    assert killed and own_reana.comes_to(workflow, "failed")
    listed = own_reana.server.call("GET", path).json()["items"]
    assert {one["name"]: one["size"]["raw"] for one in listed} == {"begun": 6, "whole": 9}
    assert _bytes(running.place.root) < 1_000_000
    (found,) = own_reana.server.call("GET", "workflows", params={"type": "batch"}).json()["items"]
    assert (found["id"], found["status"]) == (workflow, "failed")


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_stopped_in_order_it_says_why_a_workflow_did_not_end(own_reana: Own) -> None:
    where, workflow = own_reana.running.place, begins(own_reana)
    own_reana.running.stop()
    assert processes(where.root) == []
    again = Reana.start()
    try:
        again.wait()
        assert own_reana.status(workflow) == "failed"
        assert "server was stopped" in own_reana.log(workflow)
    finally:
        again.stop()


def test_a_killed_supervisor_leaves_no_orphan_and_the_next_has_its_address(own_reana: Own) -> None:
    running, where = own_reana.running, own_reana.running.place
    url, workflow = running.url, begins(own_reana)
    assert running.supervisor is not None
    running.supervisor.kill()
    running.supervisor.wait()
    again = Reana.start()  # at once
    try:
        assert again.wait().url == url and own_reana.status(workflow) == "failed"
        assert again.supervisor is not None
        again.supervisor.kill()
        assert comes_true(lambda: processes(where.root) == [], 20)
        assert again.was_killed and again.status.state == "failed" and read_status().state == "down"
    finally:
        again.stop()


def test_it_ends_with_the_process_that_started_it_even_when_that_is_killed(freezeout_home: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLDER], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    url = holder.stdout.readline().strip()
    own = Own(Reana(place()))  # another's
    assert answers(f"{url}/api/ping", 10) and own.running.status.state == "ready"
    begins(own)
    holder.kill()
    holder.communicate()
    assert comes_true(lambda: processes(place().root) == [], 40)
    assert read_status().state == "down"


def test_two_starts_at_the_same_moment_make_one_server(freezeout_home: Path) -> None:
    all_of_them = [Reana.start() for _ in range(4)]
    try:
        assert len({one.wait().url for one in all_of_them}) == 1
        assert len([one for one in all_of_them if one.supervisor is not None]) == 1
    finally:
        for one in all_of_them:
            one.stop()
    assert comes_true(lambda: processes(place().root) == [], 10)


def test_stopped_and_started_by_somebody_else_it_is_theirs(own_reana: Own) -> None:
    mine, url = own_reana.running, own_reana.running.url
    Reana(place()).stop()
    assert mine.status.state == "down"
    theirs = Reana.start()
    try:
        assert theirs.wait().url == url and mine.status == theirs.status and mine.supervisor is None
        assert not mine.was_killed
        mine.stop()
        assert theirs.status.state == "down"
    finally:
        theirs.stop()


def test_another_port_is_taken_when_somebody_has_it_by_now(own_reana: Own) -> None:
    url = own_reana.running.url
    own_reana.running.stop()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", int(url.rpartition(":")[2])))
        other.listen()
        again = Reana.start()
        try:
            assert again.wait().url != url and connection().url == again.url
            assert answers(f"{again.url}/api/ping", 10)
        finally:
            again.stop()


def test_what_cannot_start_says_why(freezeout_home: Path) -> None:
    private = place().root
    private.mkdir(mode=0o700)
    place().database.mkdir()  # where a file should be
    running = Reana.start()
    assert comes_true(lambda: running.status.state == "failed")
    status = running.status
    assert status.code == "reana_failed" and str(place().log(SERVICE)) in status.hint
    assert json.loads(place().state_file.read_text())["state"] == "failed"
    assert running.supervisor is not None and running.supervisor.wait(60) != 0
    assert processes(private) == []
