"""A clone is a recipe of one's own, whole and ready to be changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from freezeout.environments.build import run_build
from freezeout.environments.clone import clone
from freezeout.environments.folder import environment, read_environment
from freezeout.errors import InputError
from freezeout.settings import home


def test_a_clone_is_the_same_recipe_under_a_new_name(small: Path) -> None:
    made = clone("small", "my-small", "Mine")
    assert made.folder == home() / "own" / "environments" / "my-small"
    assert made.title == "Mine" and made.own and environment("my-small") == made
    assert made.lock and made.lock.packages == environment("small").lock.packages  # type: ignore[union-attr]
    for name in ("requirements.in", "requirements.txt", "smoke.py"):
        assert (made.folder / name).read_bytes() == (small / name).read_bytes()
    assert sorted(p.name for p in made.folder.parent.iterdir()) == ["my-small", "small"]


@pytest.mark.slow
def test_a_clone_can_be_built_beside_the_original(small: Path) -> None:
    clone("small", "my-small")
    names = [run_build(name).result["kernels"] for name in ("small", "my-small")]
    assert names == [["freezeout-small"], ["freezeout-my-small"]]


def test_the_gateway_can_be_cloned_and_is_then_built_by_uv() -> None:
    made = clone("gateway", "my-gateway")
    assert made.builder == "uv" and made.obstacle() is None
    assert made.title == "Gateway (my-gateway)"


def test_a_long_title_is_cut_and_a_given_one_is_refused(small: Path) -> None:
    text = (small / "environment.yaml").read_text().replace("A small one", "A" * 60)
    (small / "environment.yaml").write_text(text)
    assert clone("small", "one").title == "A" * 54 + " (one)"
    for title in ("", " ", "B" * 61):
        with pytest.raises(InputError, match="1 to 60"):
            clone("small", "two", title)


def test_a_title_with_signs_that_join_others_is_cloned_and_one_with_controls_is_refused(small: Path) -> None:
    joined = "\N{WOMAN}\N{ZERO WIDTH JOINER}\N{MICROSCOPE} lab"
    text = (small / "environment.yaml").read_text().replace("A small one", joined)
    (small / "environment.yaml").write_text(text)
    assert clone("small", "one").title == f"{joined} (one)"
    assert clone("small", "two", joined).title == joined
    for title in ("a\x00b", "a\x7f", "\ud800"):
        with pytest.raises(InputError, match="cannot be shown"):
            clone("small", "three", title)


def test_a_clone_does_not_stand_for_what_the_original_stands_for(small: Path) -> None:
    with (small / "environment.yaml").open("a") as stream:
        stream.write("offered_as: [the big one]\nimage: some/image\n")
    made = clone("small", "other").description
    assert "offered_as" not in made and "image" not in made


@pytest.mark.parametrize("name", ["", "A", "a", "9a", "a_b", "../up", "a/b", "a" * 41, "ab\n", "gatew ay"])
def test_a_bad_name_is_refused(small: Path, name: str) -> None:
    with pytest.raises(InputError, match="no name for an environment"):
        clone("small", name)


@pytest.mark.parametrize("name", ["small", "gateway"])
def test_a_name_that_is_taken_is_refused(small: Path, name: str) -> None:
    before = (small / "environment.yaml").read_bytes()
    with pytest.raises(InputError, match="already"):
        clone("small", name)
    assert (small / "environment.yaml").read_bytes() == before


def test_a_folder_that_is_no_environment_is_not_overwritten(small: Path) -> None:
    (small.parent / "notes").mkdir()
    with pytest.raises(InputError, match="already"):
        clone("small", "notes")


def test_an_unknown_or_unavailable_one_cannot_be_cloned(small: Path) -> None:
    with pytest.raises(InputError, match="did you mean small"):
        clone("smalls", "other")
    text = (small / "environment.yaml").read_text()
    text = text.replace("status: ready", "status: unavailable\nreason: it is gone\nsubstitute: gateway")
    (small / "environment.yaml").write_text(text)
    with pytest.raises(InputError, match=r"it is gone .start from gateway"):
        clone("small", "other")


def test_nothing_is_left_when_a_file_cannot_be_copied(small: Path) -> None:
    (small / "requirements.in").unlink()
    (small / "requirements.in").symlink_to("/proc/self/mem")
    with pytest.raises(InputError):
        clone("small", "other")
    assert [p.name for p in small.parent.iterdir()] == ["small"]
    assert read_environment(small).name == "small"
