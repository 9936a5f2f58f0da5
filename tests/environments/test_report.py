"""The report builds from empty caches, goes on where it was, and tells what failed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from freezeout.environments.report import BEGIN, END, Row, main, read_rows, write_table
from freezeout.settings import home


@pytest.fixture
def readme(tmp_path: Path) -> Path:
    path = tmp_path / "README.md"
    path.write_text(f"# Before\n\n{BEGIN}\n{END}\nafter\n")
    return path


def row(name: str = "x", result: str = "fine") -> Row:
    return Row(name, "ready", "3.11.7", "2.0", "1.0", "30", result, "0123456789ab", "2026-01-01", "0.1", "2")


@pytest.mark.slow
def test_an_environment_is_built_cold_and_warm_and_nothing_is_left(
    small: Path, readme: Path, tmp_path: Path
) -> None:
    place = tmp_path / "place"
    place.mkdir()
    before = dict(os.environ)
    assert main(["--only", "small", "--readme", str(readme), "--place", str(place)]) == 0
    assert dict(os.environ) == before and list(place.iterdir()) == []
    measured = read_rows(readme)["small"]
    assert measured.result == "MCMXCIX" and measured.passed
    # which is the shorter one, a busy machine decides
    assert float(measured.warm) > 0 and float(measured.cold) > 0 and int(measured.megabytes) > 1
    said = (small / "environment.yaml").read_text().splitlines()
    assert said[-2:] == [f"megabytes: {measured.megabytes}", f"seconds: {float(measured.cold):.0f}"]
    text = readme.read_text()
    assert text.startswith("# Before") and text.endswith(f"{END}\nafter\n")
    assert [p.name for p in home().iterdir()] == ["own"]


@pytest.mark.slow
def test_a_failure_is_told_and_the_others_go_on(small: Path, readme: Path) -> None:
    (small / "smoke.py").write_text("raise RuntimeError('not | sound')\n")
    assert main(["--only", "small", "gateway", "--readme", str(readme)]) == 1
    rows = read_rows(readme)
    assert rows["gateway"].passed and rows["gateway"].result == "gateway: in order"
    assert not rows["small"].passed and "not | sound" in rows["small"].result


def test_rows_survive_being_written_and_read(readme: Path) -> None:
    rows = {"a": row("a"), "b": row("b", "FAILED: a | b")}
    for _ in range(2):
        write_table(readme, rows, [])
        assert read_rows(readme) == rows
    assert readme.read_text().count(BEGIN) == 1
    readme.write_text("no markers")
    write_table(readme, rows, [])
    assert read_rows(readme) == rows and readme.read_text().startswith("no markers\n")


def test_what_cannot_be_had_is_listed_with_the_reason(small: Path, readme: Path) -> None:
    from freezeout.environments.folder import environment

    text = (small / "environment.yaml").read_text()
    gone = "status: unavailable\nreason: nobody has it\nsubstitute: gateway"
    (small / "environment.yaml").write_text(text.replace("status: ready", gone))
    write_table(readme, {}, [environment("small")])
    assert "| small | nobody has it | gateway |" in readme.read_text()
