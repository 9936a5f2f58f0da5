"""``freezeout reana`` with the real embedded server."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from freezeout.cli import main
from freezeout.reana.sites.kept import folder as kept_folder

TOKEN = "sesame-of-this-test"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A REANA folder, which is the working folder."""
    place = tmp_path / "greetings"
    place.mkdir()
    (place / "names.txt").write_text("Ada\n")
    step = {"name": "greet", "environment": "docker.io/library/python:3.11-slim",
            "commands": ['sed "s/^/${greeting} /" names.txt > out.txt && cat out.txt']}  # fmt: skip
    (place / "reana.yaml").write_text(
        yaml.safe_dump(
            {
                "inputs": {"files": ["names.txt"], "parameters": {"greeting": "Hello"}},
                "workflow": {"type": "serial", "specification": {"steps": [step]}},
                "outputs": {"files": ["out.txt"]},
            }
        )
    )
    monkeypatch.chdir(place)
    return place


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    """What a command prints as JSON."""
    capsys.readouterr()
    assert main(["reana", *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Text on the standard input, which is no terminal."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))


@pytest.mark.slow
def test_from_a_folder_to_its_results_and_again(
    reana: Any, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["reana", "check"]) == 0
    assert main(["reana", "submit", "--follow", "-p", "greeting=Bonjour"]) == 0
    said = capsys.readouterr()
    assert "==> step greet <==" in said.out and "Bonjour Ada" in said.out
    first = printed(capsys, "status", "greetings")
    assert (first["name"], first["status"]) == ("greetings", "finished")

    name = first["full_name"]
    assert printed(capsys, "parameters", name)["parameters"] == {"greeting": "Bonjour"}
    assert {one["path"] for one in printed(capsys, "ls", name)} == {"names.txt", "out.txt"}
    assert printed(capsys, "tree", name) == ["names.txt", "out.txt"]
    assert printed(capsys, "logs", name)["steps"][0]["name"] == "greet"
    assert main(["reana", "logs", name, "--step", "greet"]) == 0
    assert "Bonjour Ada" in capsys.readouterr().out
    assert main(["reana", "cat", name, "out.txt"]) == 0
    assert main(["reana", "cat", name, "out.txt", "--bytes", "3"]) == 0
    assert capsys.readouterr().out == "Bonjour Ada\nBon"
    (got,) = printed(capsys, "download", name, "out.txt", "-o", "here")["files"]
    assert Path(got).read_text() == "Bonjour Ada\n"

    again = printed(capsys, "rerun", name, "-p", "greeting=Servus", "--follow")
    assert again["status"] == "finished" and again["name"] == "greetings" and again["id"] != first["id"]
    assert main(["reana", "diff", name, again["full_name"]]) == 0
    assert "+Servus Ada" in capsys.readouterr().out
    restarted = printed(capsys, "restart", name, "-p", "greeting=Ciao", "--follow")
    assert restarted["full_name"].startswith(f"{name}.")
    assert main(["reana", "cat", name, "out.txt"]) == 0
    assert capsys.readouterr().out == "Ciao Ada\n"

    listed = printed(capsys, "list", "--search", "greetings", "--sizes", "--status", "finished")
    assert {name, again["full_name"]} <= {one["full_name"] for one in listed["workflows"]}
    assert main(["reana", "list", "--size", "1"]) == 0
    assert "--all-pages" in capsys.readouterr().err
    assert main(["reana", "delete", name]) == 2, "nobody was asked"
    assert main(["reana", "delete", again["full_name"], "--yes"]) == 0
    assert again["id"] not in [one["id"] for one in printed(capsys, "list", "--all-pages")["workflows"]]


def test_files_are_taken_there_moved_removed_and_pruned(
    reana: Any, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = printed(capsys, "submit", "--no-start", "--name", "files")
    assert made["status"] == "created"
    name = made["full_name"]
    (folder / "more").mkdir()
    (folder / "more" / "a.txt").write_text("a\n")
    (folder / "more" / ".git").mkdir()
    (folder / "more" / ".git" / "config").write_text("a\n")
    (folder / "more" / "link").symlink_to("/etc/passwd")
    assert printed(capsys, "upload", name, "more", "--to", "x")["files"] == ["x/more/a.txt"]
    assert printed(capsys, "upload", name)["files"] == ["names.txt"]
    printed(capsys, "mv", name, "x/more/a.txt", "b.txt")
    assert {"path": "b.txt", "bytes": 2} in printed(capsys, "du", name)
    assert main(["reana", "tree", name]) == 0
    printed(capsys, "prune", name, "--yes")
    assert printed(capsys, "tree", name) == ["names.txt"]
    assert printed(capsys, "rm", name, "names.txt", "--yes")["removed"] == ["names.txt"]
    assert main(["reana", "stop", name]) == 2
    assert "reana_refused" in json.dumps(_failure(capsys, "stop", name))
    assert _failure(capsys, "status", "nobody")["code"] == "unknown_workflow"
    assert _failure(capsys, "start", name, "-p", "greting=x")["code"] == "unknown_parameter"


def test_links_are_left_out_of_a_download_by_name_and_are_no_error_unless_asked_for(
    reana: Any, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (folder / "reana.yaml").read_text()
    links = (
        "mkdir d; ln -s ../names.txt d/near; ln -s /etc/passwd far; ln -s no d/dangling; mkfifo pipe; sed "
    )
    (folder / "reana.yaml").write_text(text.replace("sed ", links, 1))
    assert main(["reana", "submit", "--follow", "--name", "links"]) == 0
    assert printed(capsys, "download", "links", "-o", "all")["files"] == [
        str(folder / "all" / name) for name in ("names.txt", "out.txt")
    ]
    assert sorted(path.name for path in (folder / "all").iterdir()) == ["names.txt", "out.txt"]
    assert main(["reana", "download", "links", "-o", "again"]) == 0
    assert "links or no files: d/dangling, d/near, far, pipe" in capsys.readouterr().err
    error = _failure(capsys, "download", "links", "far", "-o", "one")
    assert error["code"] == "unknown_file" and "symlink 'far' is not allowed" in error["message"]
    assert list((folder / "one").iterdir()) == []


def _failure(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    capsys.readouterr()
    assert main(["reana", *words, "--json"]) != 0
    return json.loads(capsys.readouterr().out)["error"]


def test_a_workflow_that_fails_fails_the_command(
    reana: Any, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (folder / "reana.yaml").read_text()
    (folder / "reana.yaml").write_text(text.replace("sed ", "exit 3; sed "))
    assert main(["reana", "submit", "--follow"]) == 1
    assert "failed" in capsys.readouterr().err


def test_what_a_server_is_and_what_it_keeps_for_you(
    reana: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert printed(capsys, "ping")["url"] == reana.url
    assert printed(capsys, "quota")["disk"]["limit"] == 0
    for words in (["ping"], ["quota"], ["info"], ["connections"]):
        assert main(["reana", *words]) == 0
        assert reana.token not in capsys.readouterr().out
    typed(monkeypatch, "hush\n")
    assert printed(capsys, "secrets", "add", "WORD") == {"name": "WORD", "type": "env"}
    (tmp_path / "key").write_text("hush")
    printed(capsys, "secrets", "add", "key", "--file", str(tmp_path / "key"), "--as-file")
    assert {"name": "key", "type": "file"} in printed(capsys, "secrets")
    for name in ("WORD", "key"):
        printed(capsys, "secrets", "remove", name)
    assert not {"WORD", "key"} & {one["name"] for one in printed(capsys, "secrets")}


def test_servers_are_kept_with_a_token_that_no_command_line_shows(
    reana: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, f"{reana.token}\n")
    assert printed(capsys, "connections", "add", "mine", reana.url)["name"] == "mine"
    assert printed(capsys, "ping", "--connection", "mine")["name"] == "mine"
    typed(monkeypatch, f"{TOKEN}\n")
    assert _failure(capsys, "connections", "add", "wrong", reana.url)["code"] == "reana_sign_in"
    assert [one.name for one in kept_folder().iterdir()] == ["mine.json"]
    typed(monkeypatch, f"{TOKEN}\n")
    assert _failure(capsys, "connections", "add", "plain", "http://reana.example.org")["code"] == "bad_url"
    assert [one["name"] for one in printed(capsys, "connections")] == ["embedded", "mine"]
    printed(capsys, "connections", "remove", "mine")
    assert _failure(capsys, "ping", "--connection", "mine")["code"] == "unknown_reana"


def test_without_a_server_the_command_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reana", "list"]) == 1
    assert "freezeout up" in capsys.readouterr().err
