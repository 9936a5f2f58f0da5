"""What is no notebook of today is told by what it is, and what to do about it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from freezeout.errors import InputError
from freezeout.executors.reana.notebook import read_notebook

CELL = {"cell_type": "code", "input": ["print(1)"], "language": "python", "outputs": []}


def present(**more: Any) -> dict[str, Any]:
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [], **more}


@pytest.mark.parametrize("version", [2, 3])
def test_an_old_notebook_is_told_how_to_be_made_a_new_one(tmp_path: Path, version: int) -> None:
    path = tmp_path / "my old.ipynb"
    old = {"nbformat": version, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": [CELL]}]}
    path.write_text(json.dumps(old))
    with pytest.raises(InputError, match=f"has the old format {version}") as raised:
        read_notebook(path)
    assert f"jupyter nbconvert --to notebook --nbformat 4 --inplace '{path}'" in raised.value.hint


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "it is empty"),
        ('{"nbformat": 4, "cells": [', "only a part of one"),
        ("[" * 100_000, "it is not a notebook"),
        ("[1]", "it is not a notebook"),
        (b"\xff\xfe", "it is not text"),
        (json.dumps(present(nbformat=5)), "it has the format 5"),
        (json.dumps(present(cells=[{"cell_type": "code", "source": 5}])), "it is damaged"),
        (json.dumps(present(cells=[{"cell_type": "code"}])), "it is damaged"),
        (json.dumps(present(metadata=None, cells=None)), "it is damaged"),
    ],
)
def test_a_broken_notebook_is_refused_in_words(tmp_path: Path, content: str | bytes, words: str) -> None:
    path = tmp_path / "broken.ipynb"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(InputError, match=words) as raised:
        read_notebook(path)
    assert str(path) in raised.value.message
