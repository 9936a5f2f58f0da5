"""Files come out of a real lake verified, once for all processes, or not at all."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import freezeout
from freezeout.errors import FreezeoutError, InputError
from freezeout.lake.catalogue.rules import add_rule, rule
from freezeout.lake.did import DID
from freezeout.lake.files import cache
from freezeout.lake.files.get import fetched, get
from freezeout.lake.files.put import put
from freezeout.lake.files.replicas import local_path
from freezeout.lake.files.session import Session
from freezeout.lake.sites.client import LakeClient


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two files."""
    place = tmp_path / "calib"
    (place / "sub").mkdir(parents=True)
    (place / "a.csv").write_text("a,b\n1,2\n")
    (place / "sub" / "b.csv").write_text("hello\n")
    return place


@pytest.fixture
def dataset(lake: Any, folder: Path) -> str:
    """The folder in the lake."""
    return str(put(folder, f"{lake.scope}:calib")[0])


def replica_of(lake: Any, did: str) -> Path:
    """The file of a replica on storage."""
    ((file, _),) = fetched(did)
    path = local_path(file.replicas[0].pfn, lake.connection)
    assert path is not None
    return path


def replicated(lake: Any, did: str, rse: str) -> None:
    """Wait until it is at another storage as well."""

    async def ask() -> str:
        async with LakeClient(lake.connection) as client:
            made = await add_rule(client, DID.parse(did), rse)
            until = time.monotonic() + 120
            while made.state != "OK" and time.monotonic() < until:
                await asyncio.sleep(0.2)
                made = await rule(client, made.id)
            return made.state

    assert asyncio.run(ask()) == "OK"


def test_a_dataset_comes_into_the_cache_and_is_found_there(lake: Any, dataset: str) -> None:
    first = get(dataset)
    assert [path.read_text() for path in first] == ["a,b\n1,2\n", "hello\n"]
    stamps = [path.stat().st_mtime_ns for path in first]
    assert get(dataset) == first and [path.stat().st_mtime_ns for path in first] == stamps
    assert not first[0].stat().st_mode & 0o222


def test_it_is_opened_as_text_or_bytes_and_a_dataset_of_several_names_them(lake: Any, dataset: str) -> None:
    with freezeout.lake.open(f"{dataset}/a.csv") as stream:
        assert stream.read() == "a,b\n1,2\n"
    with freezeout.lake.open(f"{dataset}/a.csv", "rb") as stream:
        assert stream.read() == b"a,b\n1,2\n"
    with pytest.raises(InputError, match=r"2 files: a\.csv, b\.csv"):
        freezeout.lake.open(dataset)
    with pytest.raises(InputError, match="mode 'w'"):
        freezeout.lake.open(dataset, "w")


def test_packed_text_is_unpacked(lake: Any, tmp_path: Path) -> None:
    import gzip

    (tmp_path / "t.csv.gz").write_bytes(gzip.compress("größe\n1\n".encode()))
    put(tmp_path / "t.csv.gz", f"{lake.scope}:t.csv.gz")
    with freezeout.lake.open(f"{lake.scope}:t.csv.gz") as stream:
        assert stream.read() == "größe\n1\n"


def test_into_a_folder_it_becomes_a_folder_and_what_is_there_is_not_overwritten(
    lake: Any, dataset: str, tmp_path: Path
) -> None:
    found = get(dataset, tmp_path / "out")
    names = [str(path.relative_to(tmp_path / "out")) for path in found]
    assert names == ["calib/a.csv", "calib/sub/b.csv"]
    assert get(dataset, tmp_path / "out") == found
    found[0].write_text("mine\n")
    with pytest.raises(InputError) as refused:
        get(dataset, tmp_path / "out")
    assert refused.value.code == "file_exists" and found[0].read_text() == "mine\n"
    assert sorted(p.name for p in (tmp_path / "out").rglob("*")) == ["a.csv", "b.csv", "calib", "sub"]


def test_what_is_not_there_is_an_error(lake: Any) -> None:
    for did in (f"{lake.scope}:nothing", "nowhere:nothing"):
        with pytest.raises(InputError):
            get(did)
    with pytest.raises(InputError, match="no colon"):
        get("nothing")


def test_a_corrupt_replica_is_refused_and_the_other_one_is_used(lake: Any, dataset: str) -> None:
    did = f"{dataset}/a.csv"
    replica = replica_of(lake, did)
    cache.clear()
    replicated(lake, dataset, "ARCHIVE")
    replica.write_text("a,b\n9,9\n")
    (path,) = get(did)
    assert path.read_text() == "a,b\n1,2\n"


def test_when_the_only_replica_is_corrupt_nothing_comes(lake: Any, dataset: str) -> None:
    did = f"{dataset}/a.csv"
    replica = replica_of(lake, did)
    cache.clear()
    replica.write_text("a,b\n9,9\n")
    with pytest.raises(FreezeoutError) as refused:
        get(did)
    assert refused.value.code == "no_good_replica" and "Adler-32" in refused.value.message
    assert not [path for path in cache.folder().rglob("*") if path.is_file() and path.name != ".lock"]
    replica.write_text("short")
    with pytest.raises(FreezeoutError, match="5 bytes instead of 8"):
        get(did)
    replica.unlink()
    with pytest.raises(FreezeoutError, match="replica"):
        get(did)


def test_a_changed_file_of_the_cache_is_fetched_again(lake: Any, dataset: str) -> None:
    did = f"{dataset}/a.csv"
    (path,) = get(did)
    path.chmod(0o644)
    path.write_text("a,b\n9,9\n")
    assert get(did)[0].read_text() == "a,b\n1,2\n"


def test_damage_that_keeps_size_and_time_is_found_when_it_is_looked_for(lake: Any, dataset: str) -> None:
    did = f"{dataset}/a.csv"
    (path,) = get(did)
    before = path.stat()
    path.chmod(0o644)
    with path.open("r+") as stream:
        stream.write("X")
    path.chmod(0o444)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert get(did, verify=True)[0].read_text() == "a,b\n1,2\n"


_GET = """
import json, sys
from freezeout.lake import get
print(json.dumps([str(path) for path in get(sys.argv[1])]))
"""


def test_two_processes_that_want_the_same_fetch_it_once(lake: Any, tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(os.urandom(64 << 20))
    did = f"{lake.scope}:big"
    put(tmp_path / "big", did)

    def one(_: int) -> str:
        done = subprocess.run([sys.executable, "-c", _GET, did], capture_output=True, text=True, check=True)
        return str(json.loads(done.stdout)[0])

    with ThreadPoolExecutor(3) as pool:
        paths = set(pool.map(one, range(3)))
    assert len(paths) == 1
    (entry,) = cache.entries()
    assert entry.path.read_bytes() == (tmp_path / "big").read_bytes()


_SLOWLY = """
import os, sys, time
from freezeout.lake.files import copying
from freezeout.lake.files.get import get
import freezeout.lake
module = sys.modules["freezeout.lake.files.get"]
real = copying.copy
def copy(source, target, tell=None, md5=True):
    def slowly(bytes):
        tell(bytes); os.write(1, b"now\\n"); time.sleep(60)
    return real(source, target, slowly, md5)
module.copy = copy
get(sys.argv[1], *sys.argv[2:])
"""


@pytest.mark.parametrize("into", [False, True])
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_killed_or_stopped_in_the_middle_nothing_looks_whole_and_the_next_one_brings_it(
    lake: Any, tmp_path: Path, how: signal.Signals, into: bool
) -> None:
    (tmp_path / "big").write_bytes(os.urandom(16 << 20))
    did, to = f"{lake.scope}:big", [str(tmp_path / "out")] if into else []
    put(tmp_path / "big", did)
    child = subprocess.Popen([sys.executable, "-c", _SLOWLY, did, *to], stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL)  # fmt: skip
    assert child.stdout is not None and child.stdout.readline() == b"now\n"
    child.send_signal(how)
    child.wait()
    child.stdout.close()
    assert not cache.entries() and not (tmp_path / "out" / "big").exists()
    if how == signal.SIGINT:
        places = [cache.folder(), tmp_path / "out"]
        assert not [p for place in places for p in place.rglob("*") if p.is_file() and p.stat().st_size]
    for part in (tmp_path / "out").glob(".*"):
        os.utime(part, (0, 0))  # long ago: nobody is about to lock it
    assert get(did, *to)[0].read_bytes() == (tmp_path / "big").read_bytes()
    assert not [path for path in (tmp_path / "out").glob("*") if path.name != "big"]


def test_three_that_want_the_same_in_one_folder_all_have_it(lake: Any, tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(os.urandom(32 << 20))
    did = str(put(tmp_path / "big", f"{lake.scope}:big")[0])
    command = [sys.executable, "-m", "freezeout.cli", "lake", "get", did, "--to", str(tmp_path / "out")]
    children = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(3)]
    said = [child.communicate() for child in children]
    assert [child.returncode for child in children] == [0, 0, 0], said
    (found,) = (tmp_path / "out").iterdir()
    assert found.read_bytes() == (tmp_path / "big").read_bytes()


def test_a_full_disk_is_told_and_leaves_nothing(lake: Any, tmp_path: Path, freezeout_home: Path) -> None:
    (tmp_path / "big").write_bytes(os.urandom(12 << 20))
    did = f"{lake.scope}:big"
    put(tmp_path / "big", did)
    place = freezeout_home / "lake-cache"
    place.mkdir(exist_ok=True)
    code = (
        "import json, sys\nfrom pathlib import Path\nfrom freezeout.errors import FreezeoutError\n"
        "from freezeout.lake import get\n"
        "try:\n    get(sys.argv[1])\n    said = None\n"
        "except FreezeoutError as error:\n    said = error.code\n"
        "left = [p.stat().st_size for p in Path(sys.argv[2]).rglob('*') if p.is_file()]\n"
        "print(json.dumps([said, sum(left)]))"
    )
    script = f'mount -t tmpfs -o size=9m tmpfs \'{place}\' && exec "$0" -c "$@"'
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script, sys.executable, code, did, str(place)],
        stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout) == ["disk_full", 0]


def test_the_cache_is_cleared_from_what_was_used_longest_ago(lake: Any, dataset: str, tmp_path: Path) -> None:
    a, b = get(dataset)
    os.utime(a.with_name("entry.json"), (1, 1))
    assert cache.clear(6) == (1, 8)
    assert not a.exists() and b.exists()
    (tmp_path / "empty").touch()
    get(put(tmp_path / "empty", f"{lake.scope}:empty")[0])
    assert cache.clear() == (2, 6)
    assert not list(cache.folder().glob("??/*"))


def test_without_its_packages_a_kernel_gets_the_same_through_the_gateway(
    lake: Any, dataset: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from freezeout.lake import remote

    here = [str(path) for path in freezeout.lake.get(dataset)]
    monkeypatch.setattr(remote, "is_needed", lambda: True)
    monkeypatch.setenv(remote.VARIABLE, sys.executable)
    assert [str(path) for path in freezeout.lake.get(dataset)] == here
    assert freezeout.lake.info(dataset)["length"] == 2
    with pytest.raises(InputError) as refused:
        freezeout.lake.get(f"{lake.scope}:nothing")
    assert refused.value.code == "did_not_found"
    (Path(here[0]).parent / "x.csv").write_text("y")
    found = freezeout.lake.put(
        Path(here[0]).parent / "x.csv", f"{lake.scope}:x.csv", metadata={"n": 1, "text": "1"}
    )
    assert found == [f"{lake.scope}:x.csv"]
    said = freezeout.lake.info(found[0])["metadata"]
    assert said["n"] == 1 and said["text"] == "1"
    assert [row["did"] for row in freezeout.lake.search("n=1", scope=lake.scope)] == found


def test_in_a_running_event_loop_it_works_as_well(lake: Any, dataset: str) -> None:
    async def cell() -> list[Path]:
        return freezeout.lake.get(dataset)

    assert len(asyncio.run(cell())) == 2


def test_a_session_waits_for_a_lake_that_is_away(lake: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = []

    def step() -> str:
        tries.append(1)
        if len(tries) < 3:
            raise FreezeoutError("away", code="lake_unreachable")
        return "back"

    with Session(lake.connection) as session:
        assert session.insist(step) == "back"
        with pytest.raises(InputError):
            session.insist(lambda: session.get("dids/x/y"))
