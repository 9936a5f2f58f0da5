"""Files are written whole or not at all, and read only when they are what they should be."""

from __future__ import annotations

import errno
import gzip
import os
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freezeout.errors import InputError
from freezeout.files import (
    checksums,
    put_into_place,
    read_columns,
    read_source_table,
    read_yaml,
    verify,
    write_atomically,
)


def test_a_file_is_written_with_its_folders_and_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b.txt"
    write_atomically(path, "one")
    write_atomically(path, b"two")
    assert path.read_text() == "two"
    assert list(path.parent.iterdir()) == [path]


def test_a_file_gets_the_mode_that_the_user_wants_and_a_private_one_is_for_nobody_else(
    tmp_path: Path,
) -> None:
    before = os.umask(0o027)
    try:
        assert write_atomically(tmp_path / "x", "").stat().st_mode & 0o777 == 0o640
        assert write_atomically(tmp_path / "x", "", private=True).stat().st_mode & 0o777 == 0o600
    finally:
        os.umask(before)


def test_a_path_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot use"):
        write_atomically(tmp_path / "file" / "x", "")


def test_a_write_that_finds_no_room_leaves_nothing(tmp_path: Path) -> None:
    code = (
        "import sys, signal; from freezeout.files import write_atomically\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "write_atomically(sys.argv[1], bytes(100_000))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "x"], capture_output=True, text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000)),
    )  # fmt: skip
    assert "InputError: no space left to write" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("links", [True, False])
def test_a_whole_file_gets_its_name_once_with_and_without_hard_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    def refused(*_: object) -> None:
        raise OSError(errno.EPERM, "no links on this file system")

    if not links:
        monkeypatch.setattr(os, "link", refused)
    for name in ("first", "second"):
        (tmp_path / name).write_text(name)
    put_into_place(tmp_path / "first", tmp_path / "target")
    with pytest.raises(FileExistsError):
        put_into_place(tmp_path / "second", tmp_path / "target")
    assert (tmp_path / "target").read_text() == "first" and not (tmp_path / "first").exists()
    with pytest.raises(InputError, match="nowhere"):
        put_into_place(tmp_path / "second", tmp_path / "nowhere" / "target")


def test_checksums_are_those_that_everyone_computes(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"Wikipedia")
    assert checksums(tmp_path / "x")["adler32"] == "11e60398"
    assert checksums(tmp_path / "x")["bytes"] == 9


def test_a_changed_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text("a")
    good = str(checksums(path)["sha256"])
    assert verify(path, good) == path
    path.write_text("b")
    with pytest.raises(InputError, match="damaged or was changed"):
        verify(path, good)
    with pytest.raises(InputError, match="missing"):
        verify(tmp_path / "y", good)


@given(st.lists(st.floats(allow_nan=False), min_size=1, max_size=5))
def test_numbers_survive_a_table(values: list[float]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_text("x\n" + "\n".join(map(repr, values)))
        np.testing.assert_array_equal(read_columns(path)["x"], values)


def test_a_table_may_be_compressed_and_hold_text_comments_and_gaps(tmp_path: Path) -> None:
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(b"# from somewhere\nname, x\nDraco,1e-3\nLeoII,\n", mtime=0))
    table = read_columns(path)
    assert list(table["name"]) == ["Draco", "LeoII"]
    np.testing.assert_array_equal(table["x"], [1e-3, np.nan])


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("t.csv", b"", "empty"),
        ("t.csv", b"a,b\n1\n", "row 2"),
        ("t.csv", b"\xff\xfe\x00", "cannot read"),
        ("t.csv.gz", b"a\n1\n", "cannot read"),
        ("t.csv.gz", gzip.compress(b"a\n1\n", mtime=0)[:-4], "cannot read"),
    ],
)
def test_a_damaged_table_is_refused(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=said):
        read_columns(tmp_path / name)
    with pytest.raises(InputError, match="cannot read"):
        read_columns(tmp_path / "none.csv")


def test_yaml_that_is_none_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("a: 1\nb: [\n")
    with pytest.raises(InputError, match="not valid YAML at line"):
        read_yaml(tmp_path / "x.yaml")
    (tmp_path / "x.yaml").write_text("!!python/object/apply:os.system ['true']")
    with pytest.raises(InputError, match="not valid YAML"):
        read_yaml(tmp_path / "x.yaml")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("day: 2024-99-99\n", "has a value that is none: month must be in 1..12"),
        ("a: " + "[" * 30_000 + "]" * 30_000, "is nested too deeply"),
        ("- " * 30_000 + "x", "is nested too deeply"),
        ("a: 1\nb: {c: 1,\n d: 2, c: 3}\n", "says 'c' twice, at line 3 (keep one of them)"),
        ("a: 1\nb: 2\na: 3\n", "says 'a' twice, at line 3 (keep one of them)"),
    ],
)
def test_yaml_that_would_crash_or_mislead_is_refused(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "x.yaml").write_text(text)
    with pytest.raises(InputError) as error:
        read_yaml(tmp_path / "x.yaml")
    assert str(error.value) == f"{tmp_path / 'x.yaml'} {why}"


def test_yaml_may_be_long_and_may_merge(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("a: &a {b: 1, c: 2}\nd: {<<: *a, c: 3}\nlong:\n" + "- {x: 1}\n" * 2000)
    found = read_yaml(tmp_path / "x.yaml")
    assert isinstance(found, dict) and found["d"] == {"b": 1, "c": 3} and len(found["long"]) == 2000


def test_a_table_is_read_only_when_its_source_lists_it(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a\n1\n")
    (tmp_path / "SOURCE.yaml").write_text(f"files: {{t.csv: {{sha256: {'ab' * 32}}}}}")
    with pytest.raises(InputError, match="damaged"):
        read_source_table(tmp_path, "t.csv")
    with pytest.raises(InputError, match="lists no file"):
        read_source_table(tmp_path, "u.csv")
