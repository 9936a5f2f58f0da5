"""A folder that is not in order is told, and keeps no other from being used."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from freezeout.environments.card import cards
from freezeout.environments.folder import environment, environment_folders, scan_environments
from freezeout.errors import FreezeoutError

GOOD = "schema: 1\nname: odd\ntitle: Odd\nsummary: s\nstatus: ready\n"
BOMB = "".join(f"- &b{i} [{', '.join([f'*b{i - 1}'] * 9)}]\n" if i else "- &b0 [x]\n" for i in range(15))


def _says(text: str) -> Callable[[Path], object]:
    return lambda path: path.write_text(text)


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (_says(GOOD.replace("summary: s", "summary: " + "s" * 200_000)), "is larger than 100 kB"),
        (_says(GOOD + "references:\n" + BOMB), "references.0: "),
        (_says(GOOD + "packages: &all [*all]\n"), "packages.0: "),
        (_says(GOOD + "seconds: .inf\n"), "seconds: inf is not of type 'number'"),
        (_says(GOOD + "megabytes: .nan\n"), "megabytes: nan is not of type 'number'"),
        (_says(GOOD.replace("title: Odd", 'title: "Odd\\e[31m"')), "title: "),
        (_says(GOOD.replace("title: Odd", 'title: "Odd\\n"')), "title: "),
        (_says(GOOD + "title: Other\n"), "says 'title' twice"),
        (_says(GOOD.replace("title: Odd", "title: 2024-99-99")), "has a value that is none"),
        (_says(GOOD.replace("\ntitle", "\n\ttitle")), "is not valid YAML at line 3"),
        (_says("[" * 40_000), "is nested too deeply"),
        (_says(""), "None is not of type 'object'"),
        (lambda path: path.write_bytes(b"title: caf\xe9"), "cannot read"),
        (lambda path: path.mkdir(), "is no file"),
        (os.mkfifo, "is no file"),
        (lambda path: path.symlink_to(path.name), "cannot read"),
        (lambda path: path.symlink_to("nowhere"), "cannot read"),
    ],
)
def test_a_damaged_description_is_a_short_problem_and_the_others_are_listed(
    damage: Callable[[Path], object], why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FREEZEOUT_ENVIRONMENTS_PATH", str(tmp_path))
    before = len(scan_environments()[0])
    (tmp_path / "odd").mkdir()
    damage(tmp_path / "odd" / "environment.yaml")
    start = time.monotonic()
    found, problems = scan_environments()
    assert time.monotonic() - start < 2
    assert len(cards(found)) == before
    (problem,) = problems
    assert why in str(problem) and "odd/environment.yaml" in str(problem)
    assert len(str(problem)) - len(str(tmp_path)) < 400
    with pytest.raises(FreezeoutError):
        environment("odd")


@pytest.mark.parametrize("named", ["nowhere", "a-file", ":::", "~nobody-here/x"])
def test_a_path_of_environments_that_names_no_folder_is_told_and_is_as_good_as_none(
    named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a-file").write_text("x")
    shipped = set(environment_folders())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FREEZEOUT_ENVIRONMENTS_PATH", named)
    assert set(environment_folders()) == shipped
    told = [str(error) for error in scan_environments()[1]]
    assert len(told) == (named != ":::")
    assert all("which is no folder" in text for text in told)
