"""What a request names is below the folder that the file browser shows."""

from __future__ import annotations

from pathlib import Path

import pytest
from freezeout_jupyter.contained import files_inside, path_inside

from freezeout.errors import InputError


def test_a_link_that_stays_inside_is_followed_and_hidden_files_only_where_they_are_shown(
    tmp_path: Path,
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert path_inside(tmp_path, "b/new") == tmp_path / "a" / "new"
    assert path_inside(tmp_path, "/a") == tmp_path / "a"  # Lab writes paths in both ways
    (tmp_path / ".h").mkdir()
    with pytest.raises(InputError, match="hidden"):
        path_inside(tmp_path, ".h")
    assert path_inside(tmp_path, ".h", hidden=True) == tmp_path / ".h"
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(InputError):
        files_inside(tmp_path, ["loop"])
