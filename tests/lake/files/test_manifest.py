"""What was fetched beforehand is found without a lake, and is what was fetched or is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

import freezeout
from freezeout.errors import FreezeoutError, InputError
from freezeout.lake import remote
from freezeout.lake.did import DID
from freezeout.lake.files import manifest
from freezeout.lake.files.copying import copy
from freezeout.lake.files.lakefile import LakeFile

DATASET, ONE = DID("me", "table"), DID("me", "table/one.csv")


@pytest.fixture
def fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of a dataset that a step before this one has fetched."""
    path = tmp_path / "w" / "cache" / "one.csv"
    path.parent.mkdir(parents=True)
    path.write_text("1,2\n")
    sums = copy(path, None)
    monkeypatch.setenv(manifest.VARIABLE, str(tmp_path / "w" / "lake.json"))
    assert manifest.noted() == []
    manifest.note(DATASET, [(LakeFile(ONE, sums.bytes, sums.adler32, sums.md5), path)])
    return path


def test_a_dataset_and_each_of_its_files_are_found_without_a_lake(fetched: Path, tmp_path: Path) -> None:
    assert freezeout.lake.get(str(DATASET)) == freezeout.lake.get(str(ONE)) == [fetched]
    assert freezeout.lake.open(str(ONE)).read() == "1,2\n"
    for did, place in ((DATASET, "to/table/one.csv"), (ONE, "to/one.csv")):
        assert freezeout.lake.get(str(did), tmp_path / "to") == [tmp_path / place]
        assert (tmp_path / place).read_text() == "1,2\n"


def test_it_holds_where_the_workspace_is_now(
    fetched: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "w").rename(tmp_path / "v")
    monkeypatch.setenv(manifest.VARIABLE, str(tmp_path / "v" / "lake.json"))
    assert freezeout.lake.get(str(ONE)) == [tmp_path / "v" / "cache" / "one.csv"]


def test_what_was_changed_or_is_gone_is_refused_and_what_was_not_fetched_is_told(fetched: Path) -> None:
    assert freezeout.lake.get(str(ONE))
    fetched.write_text("2,1\n")
    with pytest.raises(FreezeoutError, match=r"me:table/one\.csv is not here as it was fetched: Adler-32"):
        freezeout.lake.get(str(ONE))
    fetched.unlink()
    with pytest.raises(FreezeoutError, match="it is gone"):
        freezeout.lake.get(str(ONE))
    assert manifest.get(DID("me", "other")) is None
    with pytest.raises(InputError, match="fetched for it was me:table"):
        remote.python()
