"""Whatever a server calls its files, they stay in the folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from freezeout.errors import InputError
from freezeout.reana.client.download import chosen
from freezeout.reana.client.paths import below, inside
from freezeout.reana.client.workflow import File

names = st.lists(
    st.sampled_from(["..", ".", "", "a", "link", "~", "b c", "\0", "\\", "*", "[a]"]), min_size=1, max_size=6
).map("/".join)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names)
def test_a_file_is_below_the_folder_or_refused(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "folder"
    folder.mkdir(exist_ok=True)
    if not (folder / "link").is_symlink():
        (folder / "link").symlink_to("/")
    try:
        target = below(folder, name)
    except InputError as error:
        assert error.code == "bad_path"
        return
    assert target.parent.resolve().is_relative_to(folder.resolve()) and target != folder
    assert target == folder / inside(name)


def test_paths_folders_and_patterns_mean_files() -> None:
    files = [File(path, 1, None) for path in ("a.txt", "d/a.png", "d/e/b.png", "x[1].txt", "x1.txt")]

    def found(*paths: str) -> list[str]:
        return [one.path for one in chosen(files, paths)]

    assert found("a.txt", "/a.txt") == ["a.txt"]
    assert found("d") == found("d/") == ["d/a.png", "d/e/b.png"]
    assert found("*.png") == ["d/a.png", "d/e/b.png"]
    # what is a file's name is no pattern
    assert found("x[1].txt") == ["x[1].txt"]
    assert len(chosen(files, None)) == 5
    with pytest.raises(InputError) as error:
        found("a.txt", "nothing*")
    assert error.value.code == "unknown_file"
