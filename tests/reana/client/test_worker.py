"""The process of REANA's client: long-lived, alone with the token, replaced when it dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from freezeout.errors import FreezeoutError
from freezeout.reana.client.client import Client
from freezeout.reana.client.worker import Worker, worker
from freezeout.reana.sites.connection import Connection

from ...conftest import comes_true
from ..conftest import TOKEN

WORKFLOW = {"id": "1", "name": "w.1", "status": "finished", "progress": {}}


def test_the_environment_is_built_by_who_can_and_else_named() -> None:
    connection = Connection("x", "kept", "http://127.0.0.1:9", "x" * 20)
    with pytest.raises(FreezeoutError) as error:
        Client(connection).server()
    assert error.value.code == "environment_missing" and error.value.hint == "freezeout env build reana"

    class Built(Exception):
        pass

    def build() -> None:
        raise Built

    with pytest.raises(Built):
        Client(connection, build=build).server()


def test_a_question_is_asked_again_when_its_process_dies_if_that_is_safe(peer: Any) -> None:
    def behave(question: Any) -> None:
        if len(peer.asked) == 1:
            os.kill(worker(peer.connection).pid or 0, signal.SIGKILL)
            peer.released.wait(60)
        question.answer(200, WORKFLOW)

    client = peer.client(behave)
    first = worker(peer.connection)
    assert client.status("w").full_name == "w.1"
    assert len(peer.asked) == 2 and worker(peer.connection) is first

    peer.asked.clear()
    with pytest.raises(FreezeoutError) as error:
        client.stop("w")
    assert error.value.code == "reana_worker" and len(peer.asked) == 1
    # and whatever comes next is done by another process
    assert client.status("w").status == "finished"


def test_the_token_is_seen_by_nobody(peer: Any, built_client: Path) -> None:
    seen = {}

    def behave(question: Any) -> None:
        process = Path(f"/proc/{worker(peer.connection).pid}")
        seen["argv"] = (process / "cmdline").read_bytes()
        seen["environ"] = (process / "environ").read_bytes()
        question.answer(500, f"<html>{question.path}</html>".encode(), "text/html")

    client = peer.client(behave)
    with pytest.raises(FreezeoutError) as error:
        client.status("w")
    assert all(TOKEN.encode() not in one for one in seen.values()) and len(seen) == 2
    assert TOKEN not in repr(error.value) + repr(client.connection)
    logs = list((built_client / "logs").glob("*")) if (built_client / "logs").exists() else []
    assert all(TOKEN not in log.read_text() for log in logs)


def test_it_ends_when_nobody_asks_any_more_and_comes_back(peer: Any) -> None:
    peer.server.behaviour = lambda question: question.answer(200, WORKFLOW)
    one = Worker(peer.connection, idle=0.5)
    for _ in range(2):
        assert one.ask("status", {"workflow": "w"}, safe=True)["name"] == "w.1"
        assert comes_true(lambda: one.pid is None)
    one.close()
    with pytest.raises(FreezeoutError, match="not asked any more"):
        one.ask("status", {"workflow": "w"})


def test_it_outlives_the_thread_that_asked_first(peer: Any) -> None:
    client = peer.client(lambda question: question.answer(200, WORKFLOW))
    asking = threading.Thread(target=client.status, args=["w"])
    asking.start()
    asking.join(100)
    first = worker(peer.connection).pid
    assert client.status("w").id == "1"
    assert first is not None and worker(peer.connection).pid == first


def test_closing_ends_a_call_that_is_under_way(peer: Any) -> None:
    one = Worker(peer.connection)

    def behave(question: Any) -> None:
        closing = threading.Thread(target=one.close)
        closing.start()
        closing.join(60)
        peer.released.wait(60)

    peer.server.behaviour = behave
    with pytest.raises(FreezeoutError) as error:
        one.ask("status", {"workflow": "w"}, safe=True)
    assert error.value.code == "reana_worker" and len(peer.asked) == 1


def test_calls_that_never_end_do_not_keep_others_from_theirs(peer: Any) -> None:
    def behave(question: Any) -> None:
        if question.place.endswith("/stuck/status"):
            peer.released.wait(200)
        question.answer(200, WORKFLOW)

    client = peer.client(behave)
    before = client.status("w").id and worker(peer.connection).pid

    def ask(_: int) -> str:
        with pytest.raises(FreezeoutError) as error:
            client.ask("status", workflow="stuck", seconds=0.5)
        return error.value.code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(8))) <= {"reana_timeout", "reana_worker"}
    assert client.status("w").id == "1" and worker(peer.connection).pid != before


PROGRAM = """
import sys
from freezeout.reana.client.client import Client
from freezeout.reana.sites.connection import Connection
from freezeout.reana.client.worker import worker
connection = Connection("x", "kept", sys.argv[1], "sesame-sesame")
print(Client(connection).status("w").full_name, worker(connection).pid, flush=True)
if sys.argv[2] == "stay":
    Client(connection).status("wait")
"""


@pytest.mark.parametrize("how", ["end", "stay"])
def test_it_goes_with_the_process_that_started_it(peer: Any, how: str) -> None:
    def behave(question: Any) -> None:
        if question.place.endswith("/wait/status"):
            peer.released.wait(60)
        question.answer(200, WORKFLOW)

    peer.server.behaviour = behave
    child = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", PROGRAM, peer.url, how],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert child.stdout is not None
        name, pid = child.stdout.readline().split()
        assert name == "w.1"
        if how == "stay":
            assert comes_true(lambda: ("GET", "/api/workflows/wait/status") in peer.asked)
            child.kill()
        _, errors = child.communicate(timeout=100)
        assert how == "stay" or (child.returncode == 0 and not errors)
        assert comes_true(lambda: not Path(f"/proc/{pid}").exists() or _is_dead(pid))
    finally:
        child.kill()
        child.communicate()


def _is_dead(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True
