"""Files go into a real lake whole, once, and as they are."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from freezeout.errors import InputError
from freezeout.files import checksums
from freezeout.lake.catalogue.removal import remove
from freezeout.lake.did import DID
from freezeout.lake.files.get import get
from freezeout.lake.files.plan import plan, require_name
from freezeout.lake.files.put import deliver, put
from freezeout.lake.inquiry import info


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three files, one of them in a folder below, one empty."""
    place = tmp_path / "calib"
    (place / "sub").mkdir(parents=True)
    (place / "a.csv").write_text("a,b\n1,2\n")
    (place / "sub" / "b.csv").write_text("hello\n")
    (place / "empty").touch()
    return place


def storage_of(lake: Any) -> Path:
    return Path(os.path.realpath(lake.home / "lake" / "rse" / "HERE"))


def unfinished(lake: Any) -> list[Path]:
    return [path for path in storage_of(lake).rglob("*") if path.is_file() and path.name.startswith(".")]


def test_a_folder_becomes_a_dataset_of_relative_names_with_metadata_and_a_rule(
    lake: Any, folder: Path
) -> None:
    found = put(folder, f"{lake.scope}:calib", metadata={"detector": "x", "bias": 3.5, "good": True})
    assert [str(one) for one in found] == [
        f"{lake.scope}:calib", f"{lake.scope}:calib/a.csv", f"{lake.scope}:calib/empty",
        f"{lake.scope}:calib/sub/b.csv",
    ]  # fmt: skip
    about = info(found[0])
    assert {"detector": "x", "bias": 3.5, "good": True}.items() <= about["metadata"].items()
    assert [(rule["rse_expression"], rule["state"]) for rule in about["rules"]] == [("HERE", "OK")]
    assert about["length"] == 3
    one = info(found[1])
    expected = checksums(folder / "a.csv")
    assert (one["bytes"], one["adler32"]) == (expected["bytes"], expected["adler32"])


def test_the_same_again_changes_nothing(lake: Any, folder: Path) -> None:
    first = put(folder, f"{lake.scope}:calib", metadata={"detector": "x"})
    before = info(first[0])
    assert put(folder, f"{lake.scope}:calib") == first
    after = info(first[0])
    assert len(after["rules"]) == 1 and after["length"] == before["length"]
    assert after["metadata"] == before["metadata"]


def test_another_file_joins_a_dataset_that_is_there(lake: Any, folder: Path) -> None:
    put(folder, f"{lake.scope}:calib")
    (folder / "c.csv").write_text("new\n")
    put(folder, f"{lake.scope}:calib")
    assert info(f"{lake.scope}:calib")["length"] == 4


def test_a_name_with_other_content_is_refused_with_both_checksums_and_nothing_is_written(
    lake: Any, folder: Path
) -> None:
    put(folder / "a.csv", f"{lake.scope}:one.csv")
    (folder / "a.csv").write_text("a,b\n3,4\n")
    files = sorted(storage_of(lake).rglob("*"))
    with pytest.raises(InputError) as refused:
        put(folder / "a.csv", f"{lake.scope}:one.csv")
    assert refused.value.code == "did_exists"
    there = info(f"{lake.scope}:one.csv")["adler32"]
    assert there in refused.value.message
    assert str(checksums(folder / "a.csv")["adler32"]) in refused.value.message
    assert sorted(storage_of(lake).rglob("*")) == files


def test_the_same_content_under_two_names_is_two_files(lake: Any, folder: Path) -> None:
    assert put(folder / "a.csv", f"{lake.scope}:one.csv") != put(folder / "a.csv", f"{lake.scope}:two.csv")


@pytest.mark.parametrize(
    "name", ["a b.csv", "ä.csv", "a:b", "-a", ".hidden", "a//b", "a/../b", "x" * 251, "a\tb", "a%b", "a/meta"]
)
def test_a_name_that_rucio_does_not_take_is_refused_with_the_reason(name: str) -> None:
    with pytest.raises(InputError) as refused:
        require_name(DID("scope", name))
    assert refused.value.code == "bad_did" and refused.value.hint


def test_odd_names_in_a_folder_are_refused_before_anything_is_asked(folder: Path) -> None:
    (folder / "with blank.csv").touch()
    with pytest.raises(InputError, match="sign ' '"):
        plan([folder], "user.me")


@pytest.mark.parametrize("odd", ["link", "pipe", "gone"])
def test_what_is_no_file_is_refused(folder: Path, odd: str) -> None:
    if odd == "link":
        (folder / "link").symlink_to(folder / "sub")
    elif odd == "pipe":
        os.mkfifo(folder / "pipe")
    else:
        (folder / "gone").symlink_to(folder / "nowhere")
    with pytest.raises(InputError, match=odd):
        plan([folder], "user.me")


def test_an_empty_folder_and_two_files_of_one_name_are_refused(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "nothing").mkdir()
    with pytest.raises(InputError, match="holds no file"):
        plan([tmp_path / "nothing"], "user.me")
    (tmp_path / "a.csv").write_text("x")
    with pytest.raises(InputError, match="would both be"):
        plan([folder / "a.csv", tmp_path / "a.csv"], "user.me", dataset="both")


def test_over_the_quota_there_is_a_clear_error_and_nothing_is_left(lake: Any, folder: Path) -> None:
    poor = lake.make_account(limit=10)
    files = sorted(storage_of(lake).rglob("*"))
    for what, name in ((folder / "a.csv", "fits.csv"), (folder, "calib")):
        if name == "fits.csv":
            deliver(poor, plan([what], poor.scope, name))
            files = sorted(storage_of(lake).rglob("*"))
            continue
        with pytest.raises(InputError) as refused:
            deliver(poor, plan([what], poor.scope, name))
        assert refused.value.code == "quota_exceeded" and "14 bytes" in str(refused.value)
    assert sorted(storage_of(lake).rglob("*")) == files
    from freezeout.lake.inquiry import search

    assert [row["name"] for row in search(scope=poor.scope)] == ["fits.csv"]


def test_somebody_elses_scope_is_refused_and_nothing_is_left(lake: Any, folder: Path) -> None:
    other = lake.make_account()
    before = sorted(path for path in storage_of(lake).rglob("*") if path.is_file())
    with pytest.raises(InputError) as refused:
        deliver(other, plan([folder / "a.csv"], lake.scope, "stolen.csv"))
    assert refused.value.code == "lake_denied"
    assert sorted(path for path in storage_of(lake).rglob("*") if path.is_file()) == before


def test_a_lifetime_ends_the_rule(lake: Any, folder: Path) -> None:
    (did,) = put(folder / "a.csv", f"{lake.scope}:short.csv", lifetime=3600)
    (rule,) = info(did)["rules"]
    assert rule["expires_at"] is not None


def test_a_storage_that_is_not_mounted_here_is_not_made_anew(
    lake: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = storage_of(lake)
    away = place.rename(place.with_name("away"))
    try:
        with pytest.raises(InputError, match="is not here") as caught:
            put(folder / "a.csv", f"{lake.scope}:nowhere.csv")
        assert caught.value.code == "storage_not_here" and "--mount" in caught.value.hint
        assert not place.exists()
    finally:
        away.rename(place)
    assert str(put(folder / "a.csv", f"{lake.scope}:nowhere.csv")[0]) == f"{lake.scope}:nowhere.csv"


def test_a_wrong_storage_is_named_with_those_that_are(lake: Any, folder: Path) -> None:
    with pytest.raises(InputError, match="NOWHERE"):
        put(folder / "a.csv", f"{lake.scope}:x.csv", rse="NOWHERE")


_SLOWLY = """
import os, sys, time
from freezeout.lake.files import copying, registration
import freezeout.lake.files.put
put, deposit = sys.modules["freezeout.lake.files.put"], sys.modules["freezeout.lake.files.deposit"]
real = copying.copy
def copy(source, target, *words, **more):
    done = real(source, target, *words, **more)
    if target is not None and "{when}" == "copying":
        os.write(1, b"now\\n"); time.sleep(60)
    return done
deposit.copy = copy
known = registration.add_files
def add_files(session, rse, files, told=None):
    if "{when}" == "registering":
        known(session, rse, files[:1], told)
        os.write(1, b"now\\n"); time.sleep(60)
    known(session, rse, files, told)
registration.add_files = add_files
attach = registration.add_dataset
def add_dataset(*args):
    if "{when}" == "naming":
        os.write(1, b"now\\n"); time.sleep(60)
    attach(*args)
registration.add_dataset = add_dataset
put.put(sys.argv[1], sys.argv[2])
"""


def test_what_no_lake_keeps_is_refused_before_anything_is_written(lake: Any, folder: Path) -> None:
    odd: list[dict[str, Any]] = [
        {"metadata": {"x": float("nan")}}, {"metadata": {"bytes": 5}}, {"lifetime": 10**12}, {"lifetime": 0},
    ]  # fmt: skip
    for words in odd:
        with pytest.raises(InputError) as refused:
            put(folder / "a.csv", f"{lake.scope}:odd.csv", **words)
        assert refused.value.code in ("bad_metadata", "bad_rule")
    with pytest.raises(InputError, match=r"no .*odd\.csv"):
        info(f"{lake.scope}:odd.csv")


def test_the_same_again_prolongs_and_never_shortens(lake: Any, folder: Path) -> None:
    def expires(lifetime: int | None) -> str | None:
        (did,) = put(folder / "a.csv", f"{lake.scope}:a.csv", lifetime=lifetime)
        (rule,) = info(did)["rules"]
        return rule["expires_at"]  # type: ignore[no-any-return]

    first, shorter, longer = expires(3600), expires(60), expires(7200)
    assert first is not None and longer is not None
    assert first == shorter < longer
    assert expires(None) is None and expires(60) is None


def place_of(lake: Any, name: str) -> Path:
    tag = hashlib.md5(f"{lake.scope}:{name}".encode(), usedforsecurity=False).hexdigest()
    return storage_of(lake) / lake.scope / tag[:2] / tag[2:4] / name


def test_what_was_lost_or_damaged_on_the_storage_is_mended_by_putting_it_again(
    lake: Any, folder: Path
) -> None:
    put(folder, f"{lake.scope}:calib")
    lost, damaged = place_of(lake, "calib/a.csv"), place_of(lake, "calib/sub/b.csv")
    lost.unlink()
    damaged.write_text("HELLO\n")
    put(folder, f"{lake.scope}:calib")
    assert lost.read_text() == "a,b\n1,2\n" and damaged.read_text() == "hello\n"


@pytest.mark.slow
@pytest.mark.parametrize("what", ["file", "dataset"])
def test_what_was_just_removed_can_be_put_again_and_stays(
    lake: Any, folder: Path, ask: Any, what: str
) -> None:
    path, name = (folder / "a.csv", "a.csv") if what == "file" else (folder, "calib")
    did = DID(lake.scope, name)
    for changed in (False, True):
        put(path, did)
        ask(remove, did)
        if changed and what == "file":
            path.write_text("a,b\n3,4\n")
        put(path, did)
        end = time.monotonic() + 6
        while time.monotonic() < end:  # longer than the daemons need for what they have in hand
            assert {rule["state"] for rule in info(did)["rules"]} == {"OK"}
            time.sleep(0.5)
        assert len(get(did)) == (1 if what == "file" else 3)


def test_a_put_that_fails_leaves_nothing_of_its_other_files(lake: Any, folder: Path) -> None:
    busy = place_of(lake, "calib/sub/b.csv")
    busy.parent.mkdir(parents=True)
    busy.write_text("somebody's\n")
    with pytest.raises(InputError) as refused:
        put(folder, f"{lake.scope}:calib")
    assert refused.value.code == "did_busy"
    assert [path for path in (storage_of(lake) / lake.scope).rglob("*") if path.is_file()] == [busy]


def test_three_that_put_the_same_at_once_put_it_once(lake: Any, folder: Path) -> None:
    did = f"{lake.scope}:calib"
    command = [sys.executable, "-m", "freezeout.cli", "lake", "put", str(folder), "--did", did]
    children = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(3)]
    said = [child.communicate() for child in children]
    assert [child.returncode for child in children] == [0, 0, 0], said
    assert info(did)["length"] == 3 and len(info(did)["rules"]) == 1
    assert not unfinished(lake)


def test_what_a_killed_put_has_brought_goes_when_nobody_goes_on_with_it(
    lake: Any, folder: Path, freezeout_home: Path
) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", _SLOWLY.replace("{when}", "registering"), str(folder), f"{lake.scope}:calib"],
        stdout=subprocess.PIPE,
    )  # fmt: skip
    assert child.stdout is not None and child.stdout.readline() == b"now\n"
    child.kill()
    child.wait()
    child.stdout.close()
    brought = [place_of(lake, f"calib/{name}") for name in ("a.csv", "empty", "sub/b.csv")]
    assert all(path.is_file() for path in brought)
    (notes,) = (freezeout_home / "lake-cache" / "puts").iterdir()
    long_ago = time.time() - 15 * 86400
    os.utime(notes, (long_ago, long_ago))
    put(folder / "a.csv", f"{lake.scope}:other.csv")
    # the lake was told of the first
    assert [path.is_file() for path in brought] == [True, False, False] and not notes.exists()


@pytest.mark.parametrize("when", ["copying", "registering", "naming"])
def test_killed_at_any_step_the_same_put_goes_on_and_leaves_nothing_twice(
    lake: Any, folder: Path, when: str
) -> None:
    did = f"{lake.scope}:calib"
    child = subprocess.Popen(
        [sys.executable, "-c", _SLOWLY.replace("{when}", when), str(folder), did], stdout=subprocess.PIPE
    )
    assert child.stdout is not None and child.stdout.readline() == b"now\n"
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    with pytest.raises(InputError, match=r"no .*calib"):
        info(did)
    found = put(folder, did)
    assert len(found) == 4 and info(did)["length"] == 3
    assert len(info(did)["rules"]) == 1
    assert not unfinished(lake)


def test_stopped_by_the_user_nothing_is_left_on_the_storage(lake: Any, folder: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", _SLOWLY.replace("{when}", "copying"), str(folder / "a.csv"),
         f"{lake.scope}:a.csv"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert child.stdout is not None and child.stdout.readline() == b"now\n"
    child.send_signal(signal.SIGINT)
    time.sleep(0.1)
    child.terminate()
    child.wait()
    child.stdout.close()
    put(folder / "sub" / "b.csv", f"{lake.scope}:b.csv")  # the next one clears away
    assert not unfinished(lake)


_ON_A_SMALL_DISK = """
import json, sys
from pathlib import Path
from freezeout.errors import FreezeoutError
from freezeout.lake.files.put import deliver, put
from freezeout.lake.catalogue.removal import remove
try:
    put(sys.argv[1], sys.argv[2])
    said = None
except FreezeoutError as error:
    said = error.code
print(json.dumps([said, [str(p) for p in Path(sys.argv[3]).rglob("*") if p.is_file()]]))
"""


def test_a_full_storage_is_told_and_nothing_is_left(lake: Any, tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(os.urandom(6 << 20))
    did, storage = f"{lake.scope}:big", storage_of(lake)
    script = f'mount -t tmpfs -o size=4m tmpfs \'{storage}\' && exec "$0" -c "$@"'
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script, sys.executable, _ON_A_SMALL_DISK, str(tmp_path / "big"), did,
         str(storage)],
        stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout) == ["disk_full", []]
    with pytest.raises(InputError, match="no"):
        info(did)
