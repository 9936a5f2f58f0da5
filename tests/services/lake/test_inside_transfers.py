"""Transfers outlive the process that makes them, and none is made twice."""

from __future__ import annotations

import json
import threading
import time
import zlib
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from freezeout.services.lake.inside.copying import unfinished
from freezeout.services.lake.inside.transfers import Transfer, Transfers

from ...conftest import comes_true

CONTENT = b"recoil " * 100_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "transfers"


def transfer(tmp_path: Path, id: str = "1", content: bytes = CONTENT) -> Transfer:
    (tmp_path / "storage").mkdir(exist_ok=True)
    (tmp_path / "source").write_bytes(content)
    return Transfer(
        id, "scope", "name", [["A", str(tmp_path / "source")]], str(tmp_path / "storage" / "file"),
        str(tmp_path / "storage"), len(content), f"{zlib.adler32(content):08x}",
    )  # fmt: skip


def ended(transfers: Transfers, id: str = "1") -> Transfer:
    assert comes_true(lambda: (found := transfers.get(id)) is not None and found.state != "queued")
    found = transfers.get(id)
    assert found is not None
    return found


def test_a_transfer_is_made_outside_the_one_who_asks(tmp_path: Path, folder: Path) -> None:
    told = threading.Event()
    transfers = Transfers(folder, told.set)
    transfers.submit(transfer(tmp_path))
    assert told.wait(60)
    done = ended(transfers)
    assert (done.state, done.source, done.error) == ("done", "A", None)
    assert done.started_at is not None and done.ended_at is not None
    assert (tmp_path / "storage" / "file").read_bytes() == CONTENT
    transfers.close()


def test_a_result_is_there_for_the_next_process(tmp_path: Path, folder: Path) -> None:
    transfers = Transfers(folder)
    transfers.submit(transfer(tmp_path))
    ended(transfers)
    transfers.close()
    inode = (tmp_path / "storage" / "file").stat().st_ino
    later = Transfers(folder)
    assert ended(later).state == "done"
    later.submit(transfer(tmp_path))
    later.close()
    assert (tmp_path / "storage" / "file").stat().st_ino == inode
    later.forget(["1"])
    assert Transfers(folder).ids() == []


def test_what_was_unfinished_is_begun_again(tmp_path: Path, folder: Path) -> None:
    big = transfer(tmp_path, content=bytes(1 << 20) * 300)
    transfers = Transfers(folder)
    transfers.submit(big)
    assert comes_true(unfinished(Path(big.target), "1").exists)
    before = time.monotonic()
    transfers.close()
    assert time.monotonic() - before < 10
    assert [path.name for path in (tmp_path / "storage").iterdir()] == []
    later = Transfers(folder)
    assert ended(later).state == "done"
    assert (tmp_path / "storage" / "file").stat().st_size == 300 << 20
    later.close()


def test_forgetting_calls_off_and_leaves_nothing(tmp_path: Path, folder: Path) -> None:
    big = transfer(tmp_path, content=bytes(1 << 20) * 300)
    transfers = Transfers(folder)
    transfers.submit(big)
    assert comes_true(unfinished(Path(big.target), "1").exists)
    transfers.forget(["1"])
    transfers.close()
    assert list((tmp_path / "storage").iterdir()) == []
    assert Transfers(folder).ids() == []


def test_a_leftover_of_a_killed_process_goes_when_it_is_forgotten(tmp_path: Path, folder: Path) -> None:
    unwanted = transfer(tmp_path, content=bytes(1 << 20) * 300)
    folder.mkdir()
    (folder / "1.json").write_text(json.dumps(asdict(unwanted)))
    unfinished(Path(unwanted.target), "1").write_bytes(b"half")
    transfers = Transfers(folder)
    transfers.forget(["1"])
    transfers.close()
    assert list((tmp_path / "storage").iterdir()) == []


def test_another_source_is_used_when_one_is_corrupt(tmp_path: Path, folder: Path) -> None:
    asked = transfer(tmp_path)
    (tmp_path / "corrupt").write_bytes(b"R" + CONTENT[1:])
    transfers = Transfers(folder)
    transfers.submit(replace(asked, sources=[["B", str(tmp_path / "corrupt")], *asked.sources]))
    done = ended(transfers)
    assert (done.state, done.source) == ("done", "A")
    ((scope, name, rse, reason),) = transfers.corrupt()
    assert (scope, name, rse) == ("scope", "name", "B")
    assert reason.startswith("adler32 mismatch")
    transfers.close()


def test_without_a_good_source_all_reasons_are_told(tmp_path: Path, folder: Path) -> None:
    asked = transfer(tmp_path)
    (tmp_path / "source").write_bytes(b"R" + CONTENT[1:])
    transfers = Transfers(folder)
    transfers.submit(replace(asked, sources=[*asked.sources, ["C", str(tmp_path / "missing")]]))
    failed = ended(transfers)
    assert failed.state == "failed"
    assert failed.error is not None
    assert "adler32 mismatch" in failed.error and "No such file or directory" in failed.error
    assert transfers.corrupt() == []
    transfers.close()


def test_the_same_corrupt_bytes_are_read_once_and_mended_ones_again(tmp_path: Path, folder: Path) -> None:
    asked = transfer(tmp_path)
    (tmp_path / "source").write_bytes(b"R" + CONTENT[1:])
    transfers = Transfers(folder)
    transfers.submit(asked)
    first = ended(transfers)
    read = (tmp_path / "storage").stat().st_mtime_ns
    transfers.submit(replace(asked, id="2", state="queued"))
    assert ended(transfers, "2").error == first.error
    assert (tmp_path / "storage").stat().st_mtime_ns == read
    (tmp_path / "source").write_bytes(CONTENT)
    transfers.submit(replace(asked, id="3", state="queued"))
    assert ended(transfers, "3").state == "done"
    transfers.close()


def test_a_spoilt_memory_is_no_reason_to_fail(tmp_path: Path, folder: Path) -> None:
    folder.mkdir()
    (folder / "1.json").write_text("{")
    (folder / "2.json").write_text('{"id": "2"}')
    (folder / ".3.json").write_text('{"id"')
    transfers = Transfers(folder)
    assert transfers.ids() == []
    assert list(folder.glob("*.json")) == []
    transfers.close()
