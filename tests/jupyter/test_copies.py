"""Copies of notebooks: made when needed, and the user's once changed."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from freezeout_jupyter.copies import Opened, open_notebook, path_below
from hypothesis import assume, given
from hypothesis import strategies as st

from freezeout.errors import InputError

COPY = "freezeout/toy/limit.ipynb"


def notebook(*sources: str) -> dict[str, Any]:
    cells = [
        {"cell_type": "markdown", "id": f"c{i}", "metadata": {}, "source": source}
        for i, source in enumerate(sources)
    ]
    return {
        "cells": cells,
        "metadata": {"kernelspec": {"name": "python3"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    path = tmp_path / "elsewhere" / "limit.ipynb"
    path.parent.mkdir()
    path.write_text(json.dumps(notebook("as shipped")))
    return path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "root"
    folder.mkdir()
    return folder


def test_a_copy_that_is_as_it_was_made_follows_the_library(root: Path, shipped: Path) -> None:
    assert open_notebook(root, shipped, "toy") == Opened(COPY, "copied")
    assert open_notebook(root, shipped, "toy") == Opened(COPY, "kept")
    shipped.write_text(json.dumps(notebook("the next version")))
    assert open_notebook(root, shipped, "toy") == Opened(COPY, "copied")
    assert json.loads((root / COPY).read_text())["cells"][0]["source"] == "the next version"


@given(st.text(), st.text())
def test_a_changed_copy_is_never_written_again(written: str, upgraded: str) -> None:
    assume(written != "as shipped")
    with tempfile.TemporaryDirectory() as folder:
        root, shipped = Path(folder, "root"), Path(folder, "limit.ipynb")
        shipped.write_text(json.dumps(notebook("as shipped")))
        open_notebook(root, shipped, "toy")
        changed = json.loads((root / COPY).read_text())
        changed["cells"][0]["source"] = written
        (root / COPY).write_text(json.dumps(changed))
        shipped.write_text(json.dumps(notebook(upgraded)))
        assert open_notebook(root, shipped, "toy") == Opened(COPY, "kept", outdated=upgraded != "as shipped")
        assert json.loads((root / COPY).read_text())["cells"][0]["source"] == written


def test_a_file_of_the_users_under_the_same_name_is_left_alone(root: Path, shipped: Path) -> None:
    own = json.dumps({**notebook("mine"), "metadata": {"freezeout": "something else"}})
    (root / COPY).parent.mkdir(parents=True)
    (root / COPY).write_text(own)
    assert open_notebook(root, shipped, "toy").state == "kept"
    assert (root / COPY).read_text() == own


def test_a_damaged_copy_is_named_and_not_replaced(root: Path, shipped: Path) -> None:
    (root / COPY).parent.mkdir(parents=True)
    (root / COPY).write_text("{")
    with pytest.raises(InputError, match=r"cannot read the notebook .*limit\.ipynb"):
        open_notebook(root, shipped, "toy")
    assert (root / COPY).read_text() == "{"


def test_what_jupyter_would_not_show_or_save_is_not_opened_in_place(root: Path, shipped: Path) -> None:
    hidden = root / ".venv" / "limit.ipynb"
    hidden.parent.mkdir()
    hidden.write_text(shipped.read_text())
    assert path_below(root, hidden) is None
    installed = Path(sys.prefix) / "share" / "freezeout" / "notebooks" / "toy" / "limit.ipynb"
    assert path_below(Path(sys.prefix), installed) is None
    assert path_below(shipped.parent, shipped) == "limit.ipynb"
