"""A file is copied whole and right, or not at all."""

from __future__ import annotations

import hashlib
import subprocess
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from freezeout.services.lake.inside.copying import (
    CopyFailed,
    SourceFailed,
    Stopped,
    Sums,
    copy,
    unfinished,
)

CONTENT = bytes(range(256)) * 48_000


def sums(content: bytes = CONTENT) -> Sums:
    return Sums(len(content), f"{zlib.adler32(content):08x}", None)


def carry(source: Path, storage: Path, wanted: Sums, stop: Callable[[], bool] = lambda: False) -> Path:
    target = storage / "a" / "b" / "file"
    copy(source, target, unfinished(target, "1"), wanted, storage, stop, lambda rename: rename())
    return target


def everything(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture
def storage(tmp_path: Path) -> Path:
    path = tmp_path / "storage"
    path.mkdir()
    return path


def test_a_copy_is_what_the_source_is(source: Path, storage: Path) -> None:
    assert carry(source, storage, sums()).read_bytes() == CONTENT
    assert everything(storage) == ["file"]


def test_an_empty_file_is_copied(source: Path, storage: Path) -> None:
    source.write_bytes(b"")
    assert carry(source, storage, sums(b"")).read_bytes() == b""


def test_an_md5_is_enough(source: Path, storage: Path) -> None:
    right = hashlib.md5(CONTENT, usedforsecurity=False).hexdigest()
    assert carry(source, storage, Sums(len(CONTENT), None, right)).read_bytes() == CONTENT
    with pytest.raises(SourceFailed, match="md5 mismatch"):
        carry(source, storage, Sums(len(CONTENT), None, "0" * 32))


def test_a_corrupt_source_is_told_and_nothing_is_left(source: Path, storage: Path) -> None:
    source.write_bytes(CONTENT[:-1] + b"x")
    with pytest.raises(SourceFailed, match=r"^adler32 mismatch: the file has \w{8}, the catalogue says"):
        carry(source, storage, sums())
    assert everything(storage) == []


def test_what_was_there_stays_when_the_new_copy_fails(source: Path, storage: Path) -> None:
    target = carry(source, storage, sums())
    target.write_bytes(b"older")
    source.write_bytes(CONTENT[:-1] + b"x")
    with pytest.raises(SourceFailed):
        carry(source, storage, sums())
    assert target.read_bytes() == b"older"


@pytest.mark.parametrize("size", [0, 1, len(CONTENT) + 1])
def test_another_size_is_told_before_anything_is_read(source: Path, storage: Path, size: int) -> None:
    source.write_bytes((CONTENT + b"x")[:size])
    with pytest.raises(SourceFailed, match=f"^size mismatch: {size} bytes, the catalogue says"):
        carry(source, storage, sums())
    assert everything(storage) == []


def test_a_missing_source_is_told(source: Path, storage: Path) -> None:
    source.unlink()
    with pytest.raises(SourceFailed, match="No such file or directory"):
        carry(source, storage, sums())


def test_a_copy_that_is_in_order_is_not_made_again(source: Path, storage: Path) -> None:
    target = carry(source, storage, sums())
    before = target.stat().st_ino
    source.unlink()
    carry(source, storage, sums())
    assert target.stat().st_ino == before


def test_a_storage_element_that_is_not_mounted_is_not_made_anew(source: Path, storage: Path) -> None:
    storage.rmdir()
    with pytest.raises(CopyFailed, match="the folder of the storage element is not there"):
        carry(source, storage, sums())
    assert not storage.exists()


def test_a_copy_that_is_called_off_leaves_nothing(source: Path, storage: Path) -> None:
    blocks = iter([False, False, True])
    with pytest.raises(Stopped):
        carry(source, storage, sums(), lambda: next(blocks))
    assert everything(storage) == []


@pytest.fixture
def small_disk(storage: Path) -> Iterator[Path]:
    """A storage element with room for eleven megabytes."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=11m", "none", str(storage)], check=True, timeout=30)
    yield storage
    subprocess.run(["umount", "--lazy", str(storage)], check=True, timeout=30)


def test_a_full_disk_is_told_and_nothing_is_left(source: Path, small_disk: Path) -> None:
    with pytest.raises(CopyFailed, match=r"^no space left on the disk of ") as told:
        carry(source, small_disk, sums())
    assert not isinstance(told.value, SourceFailed)
    assert everything(small_disk) == []


def test_a_disk_that_fills_up_on_the_way_is_told_as_well(source: Path, small_disk: Path) -> None:
    half = CONTENT[: 10 << 20]
    source.write_bytes(half)
    blocks = 0

    def somebody_else_writes() -> bool:
        nonlocal blocks
        blocks += 1
        if blocks == 2:
            (small_disk / "other").write_bytes(bytes(5 << 20))
        return False

    with pytest.raises(CopyFailed, match=r"^no space left on the disk of "):
        carry(source, small_disk, sums(half), somebody_else_writes)
    assert everything(small_disk) == ["other"]
