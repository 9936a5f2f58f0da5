"""Odd and moved homes, full disks, and databases that are none: works, or says what is wrong."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from freezeout.errors import FreezeoutError
from freezeout.services.lake.lake import Lake
from freezeout.services.lake.place import RSES, place
from freezeout.services.lake.status import read_status

from .conftest import offer_rucio, processes, serves
from .test_supervisor import add_dataset, has_dataset, rest

pytestmark = pytest.mark.slow

ODD = "a home with 'quotes', \"more\", {braces}, 100% $HOME, é and 暗黒物質"


def prefixes() -> dict[str, str]:
    found = {}
    for name in RSES:
        told = rest("GET", f"/rses/{name}/protocols")
        assert isinstance(told, list)
        (one,) = told
        found[name] = one["prefix"]
    return found


def test_an_odd_home_that_is_longer_than_a_socket_allows_can_be_moved(
    rucio_server: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = tmp_path / ODD / ("long" * 25), tmp_path / "moved here"
    offer_rucio(rucio_server, first)
    for home in (first, second):
        if home is second:
            shutil.move(first, second)
        monkeypatch.setenv("FREEZEOUT_HOME", str(home))
        lake = Lake.start(inputs=False)
        try:
            lake.wait()
            assert serves(lake)
            assert prefixes() == {name: f"{home}/lake/rse/{name}/" for name in RSES}
            if home is first:
                add_dataset("moves-along")
            assert has_dataset("moves-along")
        finally:
            lake.stop()
        assert processes(place().root) == []


def fails(code: str, says: str) -> None:
    lake = Lake.start(inputs=False)
    with pytest.raises(FreezeoutError, match=says) as caught:
        lake.wait()
    assert caught.value.code == code and caught.value.hint
    lake.stop()
    status = read_status(place())
    assert status.state == "failed" and status.code == code
    assert processes(place().root) == []


FOREIGN = {
    "PGHOST": "localhost", "PGPORT": "6666", "PGUSER": "somebody", "PGPASSWORD": "x", "PGSERVICE": "none",
    "PGDATA": "/nowhere", "PGOPTIONS": "-x", "PGSSLMODE": "require", "RUCIO_HOME": "/nowhere",
    "RUCIO_CONFIG": "/nowhere/rucio.cfg", "http_proxy": "http://127.0.0.1:9", "SCRIPT_NAME": "/x",
    "GUNICORN_CMD_ARGS": "--bind 0.0.0.0:0 --workers 5", "PYTHONPATH": "/nowhere",
}  # fmt: skip


def test_what_is_no_database_is_set_aside_what_was_one_is_not_thrown_away_and_lost_passwords_are_set_anew(
    lake_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = place()
    (where.root / ".postgres-unfinished" / "base").mkdir(parents=True)
    (where.root / ".owner").write_text("left over\n")
    (where.database / "base").mkdir(parents=True)
    (where.database / "base" / "1").write_text("half-made")
    lake = Lake.start(inputs=False)
    try:
        lake.wait()
        assert serves(lake)
    finally:
        lake.stop()
    assert len(list(where.root.glob("postgres-damaged-*/base/1"))) == 1
    assert not (where.root / ".postgres-unfinished").exists()

    (where.database / "PG_VERSION").write_text("12\n")
    fails("database_version", "was made by PostgreSQL 12, and this is 18")
    (where.database / "PG_VERSION").unlink()
    fails("database_damaged", "is damaged: it does not say its version")
    (where.database / "PG_VERSION").write_text("18\n")
    control = (where.database / "global" / "pg_control").read_bytes()
    (where.database / "global" / "pg_control").write_bytes(b"\0" * len(control))
    fails("database_failed", "PostgreSQL does not start")
    (where.database / "global" / "pg_control").write_bytes(control)

    (where.root / "secrets" / "postgres").write_text("another")
    fails("database_failed", "password authentication failed")
    shutil.rmtree(where.root / "secrets")
    for name, value in FOREIGN.items():
        monkeypatch.setenv(name, value)
    lake = Lake.start(inputs=False)
    try:
        lake.wait()
        assert serves(lake) and rest("GET", "/accounts/root")
    finally:
        lake.stop()
    said = "".join(log.read_text() for log in where.log("postgres").parent.iterdir())
    assert not any(secret.read_text() in said for secret in where.root.glob("secrets/*"))


_ON_A_SMALL_DISK = """
import json, os, sys, time
from pathlib import Path
from freezeout.errors import FreezeoutError
from freezeout.services.lake.lake import Lake
from freezeout.services.lake.place import place
from freezeout.services.process import answers
lake = Lake.start(inputs=False)
told = {}
try:
    told["url"] = lake.wait().url
except FreezeoutError as error:
    told |= {"code": error.code, "message": error.message, "hint": error.hint}
else:
    filler = Path(os.environ["FREEZEOUT_HOME"]) / "filler"
    try:
        with open(filler, "wb") as stream:
            while True:
                stream.write(bytes(1 << 16))
                stream.flush()
    except OSError:
        pass
    os.kill(lake.status.services["postgres"].pid, 9)
    end = time.monotonic() + 60
    while "MB are free" not in lake.status.message and time.monotonic() < end:
        time.sleep(0.02)
    told["full"] = [lake.status.state, lake.status.message]
    filler.unlink()
    lake.wait()
    told["answers"] = answers(f"{lake.url}/ping", 10)
finally:
    lake.stop()
print(json.dumps(told))
"""


def on_a_disk_of(megabytes: int, rucio_server: Path, home: Path) -> dict[str, object]:
    """What a lake says whose home is on a small disk, which only its processes see."""
    # a user who is not root may mount in a namespace of users
    words = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--mount"]
    built = rucio_server / "environments" / "rucio-server"
    link = f"mkdir '{home}/environments' && ln -s '{built}' '{home}/environments/'"
    script = f'set -e\nmount -t tmpfs -o size={megabytes}m tmpfs \'{home}\'\n{link}\nexec "$0" -c "$1"'
    env = {**os.environ, "FREEZEOUT_HOME": str(home)}
    done = subprocess.run(
        [*words, "bash", "-c", script, sys.executable, _ON_A_SMALL_DISK],
        capture_output=True, text=True, env=env,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert isinstance(found, dict)
    return found


def test_on_a_disk_that_is_too_small_it_says_so_and_how_much_it_needs(
    rucio_server: Path, freezeout_home: Path
) -> None:
    told = on_a_disk_of(60, rucio_server, freezeout_home)
    assert told["code"] == "disk_full"
    assert "a new lake needs 150 MB" in str(told["message"]) and "free some space" in str(told["hint"])


def test_when_the_disk_gets_full_it_says_so_and_goes_on_when_there_is_room_again(
    rucio_server: Path, freezeout_home: Path
) -> None:
    told = on_a_disk_of(190, rucio_server, freezeout_home)
    assert told.get("answers") is True, told
    assert isinstance(told["full"], list)
    state, message = told["full"]
    assert state == "degraded" and "(only 0 MB are free at " in message
