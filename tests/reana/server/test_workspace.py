"""Files of a workspace, and no others."""

import os
from pathlib import Path

import pytest

from freezeout.reana.server.pattern import matcher
from freezeout.reana.server.refusal import Refusal
from freezeout.reana.server.workspace import Workspace, parts


@pytest.fixture
def inside(tmp_path: Path) -> Workspace:
    """A workspace with a secret beside it and links that lead there."""
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "key").write_text("never seen")
    root = tmp_path / "workspace"
    (root / "results" / "deep").mkdir(parents=True)
    (root / "results" / "plot.png").write_bytes(b"png")
    (root / "results" / "deep" / "fit.json").write_text("{}")
    (root / "way").symlink_to(tmp_path / "secret")
    (root / "key").symlink_to(tmp_path / "secret" / "key")
    return Workspace(root)


@pytest.mark.parametrize(
    "path", ["../secret/key", "/../secret/key", "results/../../secret/key", "a\0b", "x" * 300]
)
def test_a_path_that_leads_out_is_refused_everywhere(inside: Workspace, path: str, tmp_path: Path) -> None:
    part = tmp_path / "part"
    part.write_text("new")
    for attempt in (
        lambda: inside.open(path), lambda: inside.put(part, path), lambda: inside.remove(path),
        lambda: list(inside.matching(path)), lambda: inside.move(path, "mine"),
        lambda: inside.move("results", path), lambda: list(inside.walk(path)),
    ):  # fmt: skip
        with pytest.raises(Refusal) as refused:
            attempt()
        assert refused.value.status_code == 400
    assert (tmp_path / "secret" / "key").read_text() == "never seen"


def test_a_leading_slash_means_the_workspace(inside: Workspace) -> None:
    assert parts("/results/plot.png") == parts("results//./plot.png") == ("results", "plot.png")
    assert os.read(inside.open("/results/plot.png"), 10) == b"png"


def test_a_link_is_listed_and_removed_but_never_followed(inside: Workspace, tmp_path: Path) -> None:
    names = [entry.path for entry in inside.walk()]
    assert names == ["key", "results", "results/deep", "results/deep/fit.json", "results/plot.png", "way"]
    part = tmp_path / "part"
    part.write_text("new")
    for attempt in (
        lambda: inside.open("key"), lambda: inside.open("way/key"), lambda: inside.put(part, "way/new"),
        lambda: inside.move("results", "way/results"), lambda: inside.move("way/key", "mine"),
        lambda: list(inside.walk("way")),
    ):  # fmt: skip
        with pytest.raises(Refusal):
            attempt()
    inside.put(part, "key")  # in the place of the link, not through it
    inside.remove("way")
    assert (inside.root / "key").read_text() == "new"
    assert [path.name for path in (tmp_path / "secret").iterdir()] == ["key"]
    assert (tmp_path / "secret" / "key").read_text() == "never seen"


def test_nothing_is_written_over_by_a_move(inside: Workspace) -> None:
    (inside.root / "other.png").write_bytes(b"other")
    with pytest.raises(Refusal) as refused:
        inside.move("other.png", "results/plot.png")
    assert refused.value.status_code == 409
    inside.move("other.png", "results")
    assert (inside.root / "results" / "other.png").read_bytes() == b"other"
    with pytest.raises(Refusal, match="into itself"):
        inside.move("results", "results/deep")


def test_a_pipe_is_no_file_to_wait_for(inside: Workspace) -> None:
    os.mkfifo(inside.root / "pipe")
    with pytest.raises(Refusal):
        inside.open("pipe")


def test_a_file_is_found_by_its_very_name_before_a_pattern_is_tried(inside: Workspace) -> None:
    (inside.root / "fit[1].json").write_text("{}")
    (inside.root / "fit1.json").write_text("{}")
    assert [entry.path for entry in inside.matching("fit[1].json")] == ["fit[1].json"]
    assert [entry.path for entry in inside.matching("fit[12].json")] == ["fit1.json"]
    assert [entry.path for entry in inside.matching("**/*.json")] == [
        "fit1.json", "fit[1].json", "results/deep/fit.json",
    ]  # fmt: skip


def test_a_pattern_that_would_take_for_ever_matches_nothing() -> None:
    matches = matcher("*a" * 60 + "b")
    assert matches is not None
    assert not matches("a" * 200)


def test_folders_in_folders_without_end_are_listed_and_cleared(tmp_path: Path) -> None:
    root = tmp_path / "deep"
    root.mkdir()
    handle = os.open(root, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("d", dir_fd=handle)
        below = os.open("d", os.O_RDONLY, dir_fd=handle)
        os.close(handle)
        handle = below
    os.close(handle)
    workspace = Workspace(root)
    assert 100 < len(list(workspace.walk())) < 1500
    workspace.clear()
    assert not root.exists()


def test_a_folder_that_a_step_closed_is_cleared_too(inside: Workspace) -> None:
    (inside.root / "results").chmod(0)
    inside.clear()
    assert not inside.root.exists()
