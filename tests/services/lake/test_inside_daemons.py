"""The daemons are killed, told to end, and bereft of their database; transfers go on all the same."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from freezeout.environments.installation import installation
from freezeout.lake.sites.embedded import embedded
from freezeout.services.lake import rucio
from freezeout.services.lake.lake import Lake
from freezeout.services.lake.place import place
from freezeout.services.lake.postgres import not_root, postgres_command
from freezeout.services.lake.status import read_status

from ...conftest import comes_true
from .conftest import sql
from .user import User

pytestmark = pytest.mark.slow

BIG = 500 << 20


@pytest.fixture(scope="module")
def home(rucio_server: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home with a lake to be disturbed, for all tests of this module."""
    home = tmp_path_factory.mktemp("disturbed")
    (home / "environments").mkdir()
    (home / "environments" / "rucio-server").symlink_to(rucio_server / "environments" / "rucio-server")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FREEZEOUT_HOME", str(home))
        lake = Lake.start()
        try:
            lake.wait()
            yield home
        finally:
            lake.stop()


@pytest.fixture
def root(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[User]:
    """The administrator of that lake."""
    monkeypatch.setenv("FREEZEOUT_HOME", str(home))
    connection = embedded()
    assert connection is not None
    words = replace(connection, account="root", username="root", password=place().secret("root"))
    with User(words, place().root) as root:
        yield root


def process(name: str) -> int:
    """The id of one of the lake's processes, once it is there."""
    found: int | None = None

    def there() -> bool:
        nonlocal found
        service = read_status(place()).services.get(name)
        found = service.pid if service and service.state == "ready" else None
        return found is not None

    assert comes_true(there)
    assert found is not None
    return found


def big_file(root: User, name: str) -> str:
    """A rule for a large file that is not at its target yet."""
    if root.ask("GET", "/scopes/root/scopes").status_code == 404 or "big" not in root.call("GET", "/scopes/"):
        root.call("POST", "/accounts/root/scopes/big")
    path = root.file("ARCHIVE", "big", name)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        stream.truncate(BIG)
    # the adler32 of nothing but zeros
    root.add_replica("ARCHIVE", "big", name, BIG, f"{(BIG % 65521) << 16 | 1:08x}").raise_for_status()
    return root.rule("HERE", "big", name)


def under_way(root: User, name: str) -> bool:
    folder = root.file("HERE", "big", name).parent
    return any(path.stat().st_size > 0 for path in folder.glob(".*.part"))


def left(root: User, name: str) -> list[str]:
    folder = root.file("HERE", "big", name).parent
    return sorted(path.name for path in folder.iterdir())


def test_killed_in_the_middle_of_a_copy_they_begin_it_again(root: User) -> None:
    daemons = process("daemons")
    rule = big_file(root, "killed")
    assert comes_true(lambda: under_way(root, "killed"))
    os.kill(daemons, signal.SIGKILL)
    assert not root.file("HERE", "big", "killed").exists()
    assert root.state(rule)["state"] == "REPLICATING"
    root.wait(rule)
    assert left(root, "killed") == ["killed"]
    assert root.file("HERE", "big", "killed").stat().st_size == BIG
    assert comes_true(lambda: list((place().transfers).glob("*.json")) == [])


def test_told_to_end_in_the_middle_of_a_copy_they_end_at_once(root: User) -> None:
    daemons = process("daemons")
    rule = big_file(root, "ended")
    assert comes_true(lambda: under_way(root, "ended"))
    before = time.monotonic()
    os.kill(daemons, signal.SIGTERM)
    assert comes_true(lambda: process("daemons") != daemons)
    assert time.monotonic() - before < 20
    root.wait(rule)
    assert left(root, "ended") == ["ended"]


def test_a_rule_that_is_deleted_takes_its_unfinished_copy_with_it(root: User) -> None:
    process("daemons")
    rule = big_file(root, "unwanted")
    assert comes_true(lambda: under_way(root, "unwanted"))
    root.call("PUT", f"/rules/{rule}", {"options": {"lifetime": -1}})
    assert comes_true(lambda: root.state(rule) is None)
    assert comes_true(lambda: left(root, "unwanted") == [])
    assert comes_true(lambda: root.replicas("big", "unwanted") == {"ARCHIVE": "AVAILABLE"})


def test_a_rule_is_fulfilled_although_server_and_database_die_meanwhile(root: User) -> None:
    process("daemons")
    rule, postgres = big_file(root, "away"), process("postgres")
    assert comes_true(lambda: under_way(root, "away"))
    os.kill(process("rucio"), signal.SIGKILL)
    os.kill(postgres, signal.SIGKILL)
    assert comes_true(lambda: process("postgres") != postgres)
    assert comes_true(lambda: root.ask("GET", "/ping").is_success)
    root.wait(rule)
    assert left(root, "away") == ["away"]


def test_the_daemons_themselves_outlast_the_database(root: User) -> None:
    process("daemons")
    postgres, supervisor = process("postgres"), read_status(place()).pid
    built, log = installation("rucio-server"), place().log("daemons")
    assert built is not None and supervisor is not None
    before = log.stat().st_size

    def says(words: str) -> bool:
        return words in log.read_bytes()[before:].decode()

    # without the one who would start them anew
    os.kill(supervisor, signal.SIGSTOP)
    try:
        os.kill(postgres, signal.SIGINT)
        assert comes_true(lambda: says("the database is away"))
        assert comes_true(lambda: not (place().database / "postmaster.pid").exists())
        with open(place().log("postgres"), "ab") as words:
            again = subprocess.Popen(
                postgres_command(place(), Path(built.python)), stdin=subprocess.DEVNULL,
                stdout=words, stderr=words, preexec_fn=not_root(),
            )  # fmt: skip
        assert comes_true(lambda: says("the database is back"))
        again.send_signal(signal.SIGINT)
        again.wait(60)
    finally:
        os.kill(supervisor, signal.SIGCONT)
    assert log.read_bytes()[before:].decode().count("WARNING") < 10
    assert comes_true(lambda: process("postgres") != postgres)


def test_an_upload_that_ended_before_a_rule_is_cleared_away(root: User) -> None:
    process("daemons")
    path = root.put("HERE", "big", "orphan", b"half", state="C")
    age = "UPDATE replicas SET updated_at = updated_at - interval '1 hour' WHERE name = 'orphan'"
    assert root.replicas("big", "orphan") == {"HERE": "COPYING"}
    sql(age)
    assert comes_true(lambda: not path.exists())
    assert comes_true(lambda: root.ask("GET", "/dids/big/orphan").status_code == 404)


def test_setting_up_again_changes_nothing_but_what_changed(root: User) -> None:
    process("daemons")
    c, here, built = embedded(), place(), installation("rucio-server")
    assert c is not None and built is not None
    before = root.call("GET", "/rses/HERE")
    (here.root / "secrets" / c.account).unlink()
    new = here.secret(c.account)
    assert new != c.password
    again = rucio.start_set_up(here, Path(built.python))
    assert comes_true(lambda: again.child.poll() is not None)
    assert again.child.poll() == 0, again.last_line()
    after = root.call("GET", "/rses/HERE")
    assert {**after, "updated_at": None} == {**before, "updated_at": None}
    User(replace(c, password=new), here.root).call("GET", f"/accounts/{c.account}")
    with pytest.raises(httpx.HTTPStatusError, match="401"):
        User(replace(c, password=c.password), here.root)


def test_doing_nothing_costs_next_to_nothing(root: User) -> None:
    daemons = process("daemons")

    def used() -> float:
        words = Path(f"/proc/{daemons}/stat").read_text().rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    before = used()
    time.sleep(4)
    # measured: 0.7 % of a core
    assert used() - before < 0.05 * 4
