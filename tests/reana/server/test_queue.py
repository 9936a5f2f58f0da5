"""Nothing is lost, nothing is shown as it is not: the queue, and a server that is killed."""

import contextlib
import itertools
import json
import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from ...conftest import comes_true


def _all(server: Any) -> dict[str, str]:
    items = server.call("GET", "workflows", params={"sort": "asc"}).json()["items"]
    return {item["name"]: item["status"] for item in items}


def _log(server: Any, workflow: str) -> str:
    return str(json.loads(server.call("GET", f"workflows/{workflow}/logs").json()["logs"])["workflow_logs"])


def _alive(marker: str) -> list[int]:
    """The processes that have a marker among their words."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                if marker.encode() in (folder / "cmdline").read_bytes():
                    found.append(int(folder.name))
    return found


@pytest.mark.slow
def test_a_hundred_are_run_in_their_order_two_at_a_time_and_survive_a_restart(mortal: Any) -> None:
    names = [mortal.create("true", name="many") for _ in range(100)]
    order = names[::-1]  # the order of their starts, not that of their names
    for name in order[:60]:
        mortal.call("POST", f"workflows/{name}/start", json={})
    mortal.stop()
    mortal.start()
    for name in order[60:]:
        mortal.call("POST", f"workflows/{name}/start", json={})
    assert comes_true(lambda: not set(_all(mortal).values()) & {"queued", "running"}, 200)
    ended = _all(mortal)
    assert len(ended) == 100
    interrupted = [name for name, status in ended.items() if status != "finished"]
    assert len(interrupted) <= 2  # those that ran when the server was stopped
    assert all("The server was stopped" in _log(mortal, name) for name in interrupted)

    items = mortal.call("GET", "workflows", params={"verbose": "true"}).json()["items"]
    begun = {item["name"]: item["progress"]["run_started_at"] for item in items}
    assert all(begun[one] <= begun[next_one] for one, next_one in itertools.pairwise(order))
    assert all(item["progress"]["finished"]["total"] == 1 for item in items if item["status"] == "finished")


def test_no_more_than_two_run_at_the_same_time(server: Any) -> None:
    names = [server.run("sleep 0.5", name="pair") for _ in range(5)]
    seen: list[list[str]] = []

    def over() -> bool:
        ours = [status for name, status in _all(server).items() if name in names]
        seen.append(ours)
        return set(ours) == {"finished"}

    assert comes_true(over)
    assert max(ours.count("running") for ours in seen) == 2


def test_one_that_waits_can_be_stopped_and_deleted(server: Any) -> None:
    busy = [server.run("sleep 60", name="busy") for _ in range(2)]
    waiting = [server.run("true", name="waiting") for _ in range(3)]
    assert [server.status(name) for name in waiting] == ["queued"] * 3
    for status, name in (("stop", waiting[0]), ("deleted", waiting[1])):
        assert (
            server.call("PUT", f"workflows/{name}/status", params={"status": status}, json={}).status_code
            == 200
        )
    for name in busy:
        server.call("PUT", f"workflows/{name}/status", params={"status": "stop"}, json={})
    assert comes_true(lambda: server.status(waiting[2]) == "finished")
    assert [server.status(name) for name in (*busy, *waiting[:2])] == ["stopped"] * 3 + ["deleted"]


def test_a_server_killed_during_a_run_tells_the_truth_and_goes_on(mortal: Any) -> None:
    marker = f"{os.getpid()}.{time.time_ns()}"
    names = [mortal.run("echo one", f"sleep 600 ; echo {marker}", name="killed") for _ in range(4)]
    assert comes_true(lambda: len(_alive(marker)) >= 2)
    mortal.kill()
    mortal.start()
    states = _all(mortal)
    assert [states[name] for name in names[:2]] == ["failed", "failed"]
    assert "The server was ended while this workflow ran" in _log(mortal, names[0])
    jobs = json.loads(mortal.call("GET", f"workflows/{names[0]}/logs").json()["logs"])["job_logs"].values()
    assert [job["status"] for job in jobs] == ["finished", "failed"]
    assert comes_true(lambda: [mortal.status(name) for name in names[2:]] == ["running", "running"])
    for name in names[2:]:
        mortal.call("PUT", f"workflows/{name}/status", params={"status": "stop"}, json={})
    assert comes_true(lambda: not _alive(marker))  # not those of the killed one either
    restarted = mortal.call("POST", f"workflows/{names[0]}/start", json={"restart": True}).json()
    assert restarted["run_number"] == "1.1"
    assert comes_true(lambda: "is finished already: echo one" in _log(mortal, "killed.1.1"))


def test_a_server_killed_during_an_upload_has_the_old_file(mortal: Any) -> None:
    name = mortal.create("true")
    mortal.upload(name, "data.bin", b"old")

    def endless() -> Iterator[bytes]:
        for number in range(10_000):
            yield b"x" * 65536
            if number == 50:
                mortal.process.kill()

    with pytest.raises(httpx.TransportError):
        mortal.upload(name, "data.bin", endless())
    mortal.kill()
    mortal.start()
    assert mortal.files(name) == {"data.bin": 3}
    assert not list(mortal.folder.glob("scratch/*/uploads/*"))
    assert [path.name for path in mortal.workspace(name).iterdir()] == ["data.bin"]


@pytest.mark.parametrize("what", ["large.bin", "*.bin"])
def test_a_download_that_breaks_off_is_never_taken_for_whole(mortal: Any, what: str) -> None:
    name = mortal.create("true")
    for file in ("large.bin", "other.bin"):
        mortal.upload(name, file, b"x" * (32 << 20))
    with (
        pytest.raises(httpx.TransportError),
        mortal.http.stream(
            "GET", f"/api/workflows/{name}/workspace/{what}", params={"access_token": mortal.token}
        ) as answer,
    ):
        for number, _ in enumerate(answer.iter_raw()):
            if number == 3:
                mortal.process.kill()
    mortal.kill()
    mortal.start()
    assert mortal.files(name) == {"large.bin": 32 << 20, "other.bin": 32 << 20}


def test_a_file_that_shrinks_while_it_is_sent_is_never_taken_for_whole(server: Any) -> None:
    name = server.create("true")
    server.upload(name, "large.bin", b"x" * (32 << 20))
    address = f"/api/workflows/{name}/workspace/large.bin"
    with (
        pytest.raises(httpx.TransportError),
        server.http.stream("GET", address, params={"access_token": server.token}) as answer,
    ):
        for number, _ in enumerate(answer.iter_raw()):
            if number == 0:
                os.truncate(server.workspace(name) / "large.bin", 10 << 20)


def test_a_killed_server_finds_all_workflows_again_and_clears_what_was_half_done(mortal: Any) -> None:
    kept, gone = mortal.create("true", name="kept"), mortal.create("true", name="gone")
    mortal.upload(kept, "file", b"1")
    folder = mortal.workspace(gone)
    mortal.upload(gone, "file", b"1")
    mortal.kill()
    with contextlib.closing(sqlite3.connect(mortal.folder / "server.sqlite")) as table, table:
        table.execute("UPDATE workflows SET status = 'deleted' WHERE name = 'gone'")  # and killed right then
    empty = mortal.folder / "workspaces" / "11111111-1111-4111-8111-111111111111"
    empty.mkdir()
    strange = mortal.folder / "workspaces" / "22222222-2222-4222-8222-222222222222"
    strange.mkdir()
    (strange / "results").write_text("of a database that is lost")
    mortal.start()
    assert _all(mortal) == {"kept.1": "created", "gone.1": "deleted"}
    assert mortal.files(kept) == {"file": 1}
    assert not folder.exists()
    assert not empty.exists()
    assert strange.exists()


def test_a_retention_rule_removes_what_it_is_about_when_its_time_has_come(mortal: Any) -> None:
    rules = {"retention_days": {"**/*.tmp": 0, "*.log": 30}}
    name = mortal.run(
        "mkdir deep && touch a.tmp deep/b.tmp keep.tmp c.log d.txt",
        workspace=rules, outputs={"files": ["keep.tmp"]},
    )  # fmt: skip
    assert comes_true(lambda: mortal.status(name) == "finished")
    told = mortal.call("GET", f"workflows/{name}/retention_rules").json()["retention_rules"]
    assert [(rule["workspace_files"], rule["status"]) for rule in told] == [
        ("**/*.tmp", "active"), ("*.log", "active"),
    ]  # fmt: skip
    mortal.stop()
    mortal.start()  # it looks when it starts, and every hour
    assert comes_true(lambda: set(mortal.files(name)) == {"keep.tmp", "c.log", "d.txt"})
    statuses = [
        rule["status"]
        for rule in mortal.call("GET", f"workflows/{name}/retention_rules").json()["retention_rules"]
    ]
    assert statuses == ["applied", "active"]
