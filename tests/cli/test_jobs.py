"""``freezeout jobs``: long work is listed, read and cancelled."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from freezeout.cli import main
from freezeout.environments.build import run_build
from freezeout.errors import FreezeoutError
from freezeout.jobs.store import jobs


def said(capsys: pytest.CaptureFixture[str], *words: str, status: int = 0) -> tuple[str, str]:
    """What a command prints and what it says."""
    capsys.readouterr()
    assert main(words) == status
    return capsys.readouterr()


@pytest.fixture
def failed(small: Path) -> str:
    """The id of a job that failed."""
    (small / "requirements.txt").write_text("no-such-package-of-ours-zzz==1 --hash=sha256:" + "0" * 64 + "\n")
    with pytest.raises(FreezeoutError):
        run_build("small")
    return jobs()[0].id


def test_no_jobs_are_said_and_not_printed(capsys: pytest.CaptureFixture[str]) -> None:
    out, err = said(capsys, "jobs")
    assert out == "" and "no jobs yet" in err
    assert json.loads(said(capsys, "jobs", "--json")[0]) == []


def test_jobs_are_listed_newest_first_with_what_went_wrong(
    failed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(FreezeoutError):
        run_build("small")
    listed = json.loads(said(capsys, "jobs", "--json")[0])
    assert [job["id"] for job in listed] == [jobs()[0].id, failed]
    out, _ = said(capsys, "jobs")
    assert failed in out and "Build A small one" in out and "no-such-package-of-ours-zzz" in out


def test_one_is_shown_by_the_start_of_its_id(failed: str, capsys: pytest.CaptureFixture[str]) -> None:
    shown, _ = said(capsys, "jobs", failed[:15])
    assert failed in shown and "failed" in shown and "hint" in shown
    facts = json.loads(said(capsys, "jobs", failed, "--json")[0])
    assert facts["error"]["code"] == "package_missing" and facts["subject"] == "environment:small"


def test_the_whole_log_is_printed(failed: str, capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = said(capsys, "jobs", failed, "--log")
    assert out == jobs()[0].log.read_text() and "installing the locked packages" in out
    facts = json.loads(said(capsys, "jobs", failed, "--log", "--json")[0])
    assert facts == {"id": failed, "log": out}


def test_what_has_ended_cannot_be_cancelled(failed: str, capsys: pytest.CaptureFixture[str]) -> None:
    out, err = said(capsys, "jobs", failed, "--cancel")
    assert out == "" and "has ended already: failed" in err
    assert json.loads(said(capsys, "jobs", failed, "--cancel", "--json")[0])["state"] == "failed"


@pytest.mark.parametrize(
    ("words", "text"),
    [(["nothing"], "no job 'nothing'"), (["--log"], "--log needs the id"), (["--cancel"], "--cancel needs")],
)
def test_wrong_input_is_one_line_with_status_2(
    capsys: pytest.CaptureFixture[str], words: list[str], text: str
) -> None:
    out, err = said(capsys, "jobs", *words, status=2)
    assert out == "" and len(err.splitlines()) == 1 and text in err


def test_an_id_that_fits_several_is_refused(failed: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(FreezeoutError):
        run_build("small")
    assert "2 jobs start with '20'" in said(capsys, "jobs", "20", status=2)[1]
