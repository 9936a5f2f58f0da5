"""What is attached to a notebook becomes variables that rucio-jupyterlab's notebooks can use."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pytest

from freezeout.errors import FreezeoutError, InputError
from freezeout.lake import attached, put


@pytest.fixture
def dids(lake: Any, tmp_path: Path) -> tuple[str, str]:
    """A file, and a dataset of two."""
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "a.csv").write_text("1,2\n")
    (folder / "b.csv").write_text("3,4\n")
    (tmp_path / "one.txt").write_text("one\n")
    (file,) = put(tmp_path / "one.txt", f"{lake.scope}:one.txt")
    dataset = put(folder, f"{lake.scope}:run")[0]
    return file, dataset


def rows(*them: tuple[str, str, str]) -> list[dict[str, object]]:
    return [{"did": did, "type": type, "variableName": name} for did, type, name in them]


def test_a_file_is_its_path_and_a_dataset_a_list_of_paths(dids: tuple[str, str]) -> None:
    file, dataset = dids
    found: dict[str, Any] = {}
    attached.attach(rows((file, "file", "one"), (dataset, "collection", "run")), namespace=found)
    assert Path(found["one"]).read_text() == "one\n"
    assert isinstance(found["one"], str) and found["one"].path == found["one"] and found["one"].did == file
    assert [Path(path).read_text() for path in found["run"]] == ["1,2\n", "3,4\n"]
    assert found["run"].items == list(found["run"]) and found["run"].did_available
    assert pickle.loads(pickle.dumps(found["one"])).did == file
    assert json.loads(attached.said()) == {"one": None, "run": None}


def test_what_is_not_there_says_so_when_it_is_used(lake: Any, dids: tuple[str, str]) -> None:
    found: dict[str, Any] = {}
    missing = f"{lake.scope}:nothing"
    text = json.dumps(rows((missing, "file", "nothing"), (dids[0], "file", "one")))
    attached.attach(text, namespace=found)
    assert Path(found["one"]).read_text() == "one\n"
    assert missing in repr(found["nothing"])
    for use in (open, str, list, len):
        with pytest.raises(FreezeoutError, match="nothing is not available"):
            use(found["nothing"])
    assert missing in json.loads(attached.said())["nothing"]


def test_names_that_are_none_are_left_out_and_a_list_that_is_none_is_refused() -> None:
    found: dict[str, Any] = {}
    attached.attach(
        rows(("a:b", "file", ""), ("a:b", "file", "class"), ("a:b", "file", "x y")), namespace=found
    )
    assert found == {}
    for wrong in ("{", '{"did": 1}', "[1]", '[{"did": "a:b"}]'):
        with pytest.raises(InputError, match="no list of attachments"):
            attached.attach(wrong, namespace=found)
