"""The embedded lake: up with one call, back when a part is killed, and gone without a trace."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

from freezeout.lake.sites.embedded import embedded
from freezeout.services import identity
from freezeout.services.lake.lake import Lake
from freezeout.services.lake.place import place
from freezeout.services.lake.status import is_owned, read_status
from freezeout.services.memory import family
from freezeout.services.process import answers

from ...conftest import comes_true
from .conftest import processes, serves

pytestmark = pytest.mark.slow

HOLDER = """
import sys, time
from freezeout.services.lake.lake import Lake
lake = Lake.start(inputs=False)
print(lake.wait().url, flush=True)
time.sleep(600)
"""


def rest(method: str, path: str, body: object = None, timeout: float = 60) -> object:
    """Ask the lake of this test's home as its user."""
    c = embedded()
    assert c is not None
    words = {"X-Rucio-Account": c.account, "X-Rucio-Username": c.username, "X-Rucio-Password": c.password}
    with httpx.Client(base_url=c.url, timeout=timeout, trust_env=False) as http:
        signed = http.get("/auth/userpass", headers=words).raise_for_status()
        token = {"X-Rucio-Auth-Token": signed.headers["X-Rucio-Auth-Token"]}
        answer = http.request(method, path, json=body, headers=token).raise_for_status()
        return answer.json() if "json" in answer.headers.get("content-type", "") else answer.text


def add_dataset(name: str, timeout: float = 60) -> None:
    c = embedded()
    assert c is not None
    rest("POST", f"/dids/{c.scope}/{name}", {"type": "DATASET"}, timeout)


def has_dataset(name: str) -> bool:
    c = embedded()
    assert c is not None
    found = rest("GET", f"/dids/{c.scope}/{name}")
    return isinstance(found, dict) and found["name"] == name


def works(name: str) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return has_dataset(name)
    return False


def is_back(lake: Lake, service: str, old: int) -> bool:
    status = lake.status
    return status.state == "ready" and status.services[service].pid not in (None, old)


def test_it_is_private_tells_no_secrets_and_leaves_nothing_behind(own_lake: Lake) -> None:
    where, status = own_lake.place, own_lake.status
    assert serves(own_lake) and status.url.startswith("http://127.0.0.1:")
    assert {name: one.state for name, one in status.services.items()} == {
        "postgres": "ready", "rucio": "ready", "daemons": "ready",
    }  # fmt: skip
    assert json.loads(where.state_file.read_text())["schema_version"] == 1
    add_dataset("kept")
    secrets = [path.read_text().strip() for path in where.root.glob("secrets/*")]
    assert len(secrets) >= 3 and status.pid is not None
    for pid in family(status.pid):
        words = Path(f"/proc/{pid}/cmdline").read_text(errors="replace")
        assert not any(secret in words for secret in secrets)
    for path in where.root.rglob("*"):
        if path.is_file() and "postgres" not in path.relative_to(where.root).parts[:1]:
            text = path.read_text(errors="replace")
            if any(secret in text for secret in secrets):
                assert path.stat().st_mode & 0o077 == 0, path
                assert path.suffix != ".log"
    assert where.root.stat().st_mode & 0o777 == where.socket.stat().st_mode & 0o777 == 0o700
    own_lake.stop()
    assert processes(where.root) == [] and not is_owned(where) and not where.state_file.exists()
    assert read_status(where).state == "down"
    assert where.log("postgres").read_text().rstrip().endswith("database system is shut down")
    again = Lake.start(inputs=False)
    try:
        assert again.wait().url == status.url
        assert has_dataset("kept")
    finally:
        again.stop()


def test_whatever_is_killed_comes_back_by_itself(own_lake: Lake) -> None:
    url = own_lake.url
    for service in ("rucio", "daemons", "postgres"):
        pid = own_lake.status.services[service].pid
        assert pid is not None
        if service == "rucio":
            os.killpg(pid, signal.SIGKILL)
            # who asks meanwhile waits, and is not turned away
            add_dataset("meanwhile")
        else:
            os.kill(pid, signal.SIGKILL)
        assert comes_true(lambda name=service, pid=pid: is_back(own_lake, name, pid))
        assert own_lake.status.services[service].restarts == 1
        add_dataset(f"after-{service}")
        assert own_lake.url == url and has_dataset(f"after-{service}") and has_dataset("meanwhile")
    rucio, postgres = (own_lake.status.services[name].pid for name in ("rucio", "postgres"))
    assert rucio is not None and postgres is not None
    for pid in (*family(rucio)[1:], *family(postgres)[1:]):
        identity.send(pid, identity.born(pid), signal.SIGKILL)
    assert comes_true(lambda: serves(own_lake) and own_lake.status.state == "ready")
    assert comes_true(lambda: works("after-postgres"))


def test_what_was_written_survives_a_database_that_is_killed_again_and_again(own_lake: Lake) -> None:
    written: list[str] = []
    over = threading.Event()

    def write() -> None:
        while not over.is_set():
            name = f"at-{time.monotonic_ns()}"
            with contextlib.suppress(httpx.HTTPError):  # not acknowledged, and perhaps there all the same
                add_dataset(name, 30)
                written.append(name)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(3):
            count = len(written)
            assert comes_true(lambda count=count: len(written) > count + 3)
            pid = own_lake.status.services["postgres"].pid
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
            assert comes_true(lambda pid=pid: is_back(own_lake, "postgres", pid))
    finally:
        over.set()
        writer.join()
    assert own_lake.status.services["postgres"].restarts == 3
    assert [name for name in written if not has_dataset(name)] == []


def test_it_ends_with_the_process_that_started_it_even_when_that_is_killed(lake_home: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLDER], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    url = holder.stdout.readline().strip()
    where = place()
    assert answers(f"{url}/ping", 10) and processes(where.root)
    holder.kill()
    holder.communicate()
    assert comes_true(lambda: processes(where.root) == [], 20)
    assert read_status(where).state == "down"
    assert "database system is shut down" in where.log("postgres").read_text().splitlines()[-1]


def test_a_killed_supervisor_leaves_no_orphan_and_its_database_whole(own_lake: Lake) -> None:
    where, url = own_lake.place, own_lake.url
    add_dataset("before")
    assert own_lake.supervisor is not None
    own_lake.supervisor.kill()
    assert comes_true(lambda: processes(where.root) == [], 20)
    assert "database system is shut down" in where.log("postgres").read_text().splitlines()[-1]
    assert own_lake.status.state == "failed" and read_status(where).state == "down"
    again = Lake.start(inputs=False)  # at once, too
    try:
        assert again.wait().url == url and has_dataset("before")
        assert again.supervisor is not None
        again.supervisor.kill()
        again.supervisor.wait()
        again = Lake.start(inputs=False)
        again.wait()
        assert has_dataset("before")
    finally:
        again.stop()


def test_two_starts_at_the_same_moment_make_one_lake(lake_home: Path) -> None:
    lakes = [Lake.start(inputs=False) for _ in range(4)]
    try:
        urls = {lake.wait().url for lake in lakes}
        assert len(urls) == 1
        assert len([lake for lake in lakes if lake.supervisor is not None]) == 1
    finally:
        for lake in lakes:
            lake.stop()
    assert comes_true(lambda: processes(place().root) == [], 10)


def test_another_port_is_taken_when_somebody_has_it_by_now(own_lake: Lake) -> None:
    where, url = own_lake.place, own_lake.url
    own_lake.stop()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", int(url.rpartition(":")[2])))
        other.listen()
        again = Lake.start(inputs=False)
        try:
            moved = again.wait().url
            assert moved != url and serves(again)
            found = embedded()
            assert found is not None and found.url == moved
            assert moved in where.admin_config.read_text()
        finally:
            again.stop()


def test_what_a_killed_one_left_is_not_believed_and_other_peoples_processes_are_left_alone(
    own_lake: Lake,
) -> None:
    where = own_lake.place
    state = json.loads(where.state_file.read_text())
    own_lake.stop()
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        for one in (state, *state["services"].values()):
            one["pid"] = bystander.pid
        where.state_file.write_text(json.dumps(state))
        kept = (where.database / "postmaster.pid").write_text(f"{bystander.pid}\n{where.database}\n1\n")
        assert kept and read_status(where).state == "down"
        Lake(where).stop()
        again = Lake.start(inputs=False)
        try:
            again.wait()
            assert serves(again)
        finally:
            again.stop()
        where.state_file.write_text("\x00 not JSON")
        assert read_status(where).state == "down"
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_a_start_can_be_broken_off_at_every_moment(lake_home: Path) -> None:
    where = place()
    ways = itertools.cycle((signal.SIGTERM, signal.SIGKILL, signal.SIGINT))
    for step, how in zip(range(10), ways, strict=False):
        lake = Lake.start(inputs=False)
        assert lake.supervisor is not None
        time.sleep(0.1 + 0.35 * step)
        lake.supervisor.send_signal(how)
        lake.supervisor.wait(30)
        assert comes_true(lambda: processes(where.root) == [], 20)
        if how != signal.SIGKILL:
            assert lake.status.state == "down" and not where.state_file.exists()
    lake = Lake.start(inputs=False)
    try:
        lake.wait()
        add_dataset("whole")
        assert has_dataset("whole")
    finally:
        lake.stop()
