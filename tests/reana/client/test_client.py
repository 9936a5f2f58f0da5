"""The client with the real embedded server: every method, and the files byte for byte."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from freezeout.errors import FreezeoutError, InputError
from freezeout.reana.client.client import Client
from freezeout.reana.client.inputs import inputs_of
from freezeout.reana.client.workflow import LIVE

from ...conftest import comes_true


def specification(*commands: str, **parameters: object) -> dict[str, Any]:
    """A serial workflow of one step for each command."""
    steps = [
        {"name": f"step{number}", "environment": "docker.io/library/python:3.11-slim", "commands": [command]}
        for number, command in enumerate(commands, start=1)
    ]
    return {
        "version": "0.9.4",
        "inputs": {"files": [], "parameters": parameters},
        "workflow": {"type": "serial", "specification": {"steps": steps}},
        "outputs": {"files": ["out.txt"]},
    }


def ended(client: Client, workflow: str) -> str:
    """The state that a workflow ends in."""
    assert comes_true(lambda: client.status(workflow).status not in (*LIVE, "created"))
    return client.status(workflow).status


@pytest.fixture
def client(reana: Any) -> Client:
    """The client of the session's server."""
    found: Client = reana.client()
    return found


def test_a_workflow_from_its_folder_to_its_results(client: Client, tmp_path: Path) -> None:
    folder = tmp_path / "hello"
    (folder / "data" / "tmp").mkdir(parents=True)
    (folder / "names.txt").write_text("Ada\n")
    (folder / "data" / "a.csv").write_text("1\n")
    (folder / "data" / "b.log").write_text("noise\n")
    (folder / "data" / "tmp" / "c").write_text("noise\n")
    (folder / "data" / "link").symlink_to("/etc/passwd")
    (folder / ".reanaignore").write_text("*.log\n")
    (folder / ".gitignore").write_text("tmp/\n")
    said = specification('sed "s/^/${greeting} /" names.txt data/a.csv > out.txt', greeting="Hello")
    said["inputs"] |= {"files": ["names.txt"], "directories": ["data"]}
    (folder / "reana.yaml").write_text(yaml.safe_dump(said))

    assert client.check(folder) == []
    expanded = client.load(folder)
    files = inputs_of(folder)
    assert sorted(files) == ["data/a.csv", "names.txt"]
    made = client.create(expanded, "from-folder")
    assert made.full_name.startswith("from-folder.")
    assert client.status(made.id).status == "created"
    client.upload(made.id, files)
    started = client.start(made.id, {"greeting": "Bonjour"})
    assert started.id == made.id and started.status in ("queued", "pending", "running", "finished")
    assert ended(client, made.id) == "finished"

    found = client.status(made.full_name)
    assert (found.name, found.id) == ("from-folder", made.id)
    assert (found.progress.total, found.progress.finished, found.progress.failed) == (1, 1, 0)
    assert found.created and found.created.endswith("Z") and found.started and found.finished
    assert client.read(made.id, "out.txt") == b"Bonjour Ada\nBonjour 1\n"
    assert client.read(made.id, "out.txt", limit=7) == b"Bonjour"
    (step,) = client.logs(made.id).steps
    assert (step.name, step.status) == ("step1", "finished")
    assert client.logs(made.id, ["nope"]).steps == ()
    assert client.parameters(made.id)["parameters"]["greeting"] == "Bonjour"
    assert client.specification(made.id)["specification"]["inputs"]["files"] == ["names.txt"]

    page = client.files(made.id, size=2)
    assert (page.total, page.has_next, len(page.items)) == (3, True, 2)
    assert {one.path for one in client.all_files(made.id)} == {"names.txt", "data/a.csv", "out.txt"}
    client.move(made.id, "out.txt", "moved.txt")
    assert client.remove(made.id, ["names.txt"]) == ["names.txt"]
    assert {one.path for one in client.all_files(made.id)} == {"data/a.csv", "moved.txt"}
    usage = {one.path: one.size for one in client.disk_usage(made.id)}
    assert usage["moved.txt"] == len("Bonjour Ada\nBonjour 1\n")

    again = client.create(expanded, "from-folder")
    client.upload(again.id, files)
    difference = client.diff(made.id, again.id)
    assert difference["reana_specification"] and "names.txt" in difference["workspace_listing"]
    page = client.workflows(search="from-folder", sizes=True, size=1)
    assert page.has_next and page.items[0].full_name == again.full_name and page.items[0].size_bytes
    assert [w.id for w in client.workflows(search="from-folder", status=["created"]).items] == [again.id]

    restarted = client.start(made.id, {"greeting": "Servus"}, restart=True)
    assert ended(client, restarted.id) == "failed", "its input was removed"
    client.delete(again.id)
    assert client.status(again.id).status == "deleted"


def test_what_is_wrong_with_a_specification_is_said(reana: Any, client: Client, tmp_path: Path) -> None:
    path = tmp_path / "reana.yaml"
    path.write_text(yaml.safe_dump(specification("true") | {"workflow": {"type": "parallel"}}))
    (problem,) = client.check(path)
    assert "parallel" in problem
    with pytest.raises(InputError) as error:
        client.load(path)
    assert error.value.code == "bad_specification"
    path.write_text("a: [")
    assert client.check(path)
    with pytest.raises(InputError) as error:
        client.check(tmp_path / "elsewhere")
    assert error.value.code == "no_specification"


def test_a_running_workflow_is_stopped_and_refusals_have_codes(client: Client) -> None:
    made = client.create(specification("sleep 600"), "sleeper")
    client.start(made.id)
    with pytest.raises(FreezeoutError) as error:
        client.start(made.id)
    assert error.value.code == "reana_refused"
    client.stop(made.id)
    assert ended(client, made.id) == "stopped"
    with pytest.raises(FreezeoutError) as error:
        client.stop(made.id)
    assert error.value.code == "reana_refused"
    for ask, code in [
        (lambda: client.status("nobody"), "unknown_workflow"),
        (lambda: client.logs("nobody"), "unknown_workflow"),
        (lambda: client.files("nobody"), "unknown_workflow"),
        (lambda: client.diff("nobody", made.id), "unknown_workflow"),
        (lambda: client.read(made.id, "nothing"), "unknown_file"),
        (lambda: client.remove(made.id, ["nothing"]), "unknown_file"),
        (lambda: client.download(made.id, ["nothing"], Path("out")), "unknown_file"),
        (lambda: client.upload(made.id, {"../x": Path(__file__)}), "bad_path"),
        (lambda: client.upload(made.id, {"x": Path("/nowhere")}), "path_unusable"),
        (lambda: client.rename(made.id, "x"), "not_possible"),
    ]:
        with pytest.raises(FreezeoutError) as error:
            ask()
        assert error.value.code == code
    assert not Path("out").exists()


def test_secrets_are_kept_and_never_shown(client: Client) -> None:
    name = "PASSWORD_OF_THE_CLIENT"
    others = client.secrets()
    client.add_secret(name, b"hush", type="env")
    with pytest.raises(InputError) as error:
        client.add_secret(name, b"hush", type="env")
    assert error.value.code == "exists_already"
    client.add_secret(name, b"\0hush", type="file", overwrite=True)
    assert [one for one in client.secrets() if one not in others] == [{"name": name, "type": "file"}]
    client.delete_secret(name)
    assert client.secrets() == others
    with pytest.raises(InputError) as error:
        client.delete_secret(name)
    assert error.value.code == "unknown_secret"


def test_a_wrong_token_and_a_server_that_is_down_are_told(reana: Any, client: Client) -> None:
    from dataclasses import replace

    assert client.server().email and client.server().version
    assert client.quota().disk is not None and client.info()
    with pytest.raises(FreezeoutError) as error:
        Client(replace(reana.connection, kind="kept", token="x" * 30)).status("w")
    assert error.value.code == "reana_sign_in"


@pytest.mark.slow
def test_a_thousand_files_come_and_go_byte_for_byte(client: Client, tmp_path: Path) -> None:
    here = tmp_path / "here"
    files = {}
    for number in range(1000):
        path = here / f"d{number % 7}" / f"file {number}.bin"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(hashlib.sha256(str(number).encode()).digest() * (number % 50))
        files[path.relative_to(here).as_posix()] = path
    made = client.create(specification("true"), "many")
    client.upload(made.id, files)
    got = client.download(made.id, None, tmp_path / "out")
    assert len(got) == 1000
    for name, path in files.items():
        assert (tmp_path / "out" / name).read_bytes() == path.read_bytes()
    client.upload(made.id, {"d0/file 0.bin": files["d1/file 1.bin"]})
    client.download(made.id, None, tmp_path / "out")
    assert (tmp_path / "out" / "d0" / "file 0.bin").read_bytes() == files["d1/file 1.bin"].read_bytes()


PROGRAM = """
import sys
from pathlib import Path
from freezeout.reana.client.client import Client
from freezeout.reana.sites.connection import connection
class Watch:
    def progress(self, fraction, message):
        print(message, flush=True)
Client(connection()).download(sys.argv[1], None, Path(sys.argv[2]), Watch())
"""


def test_a_download_that_is_killed_leaves_no_half_file_and_goes_on(client: Client, tmp_path: Path) -> None:
    big = tmp_path / "big"
    big.write_bytes(os.urandom(1 << 20) * 60)
    small = {f"s{number:02}": Path(__file__) for number in range(20)}
    made = client.create(specification("true"), "big")
    client.upload(made.id, {"a/big": big, **small})
    out = tmp_path / "out"
    child = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, made.id, str(out)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert comes_true(lambda: list(out.glob(".reana-*.partial/[0-9]*")) or child.poll() is not None)
        child.send_signal(signal.SIGKILL)
    finally:
        child.communicate()
    for path in out.rglob("*"):
        if path.is_file() and ".partial" not in str(path):
            assert path.read_bytes() == (big if path.name == "big" else Path(__file__)).read_bytes()
    client.download(made.id, None, out)
    assert (out / "a" / "big").read_bytes() == big.read_bytes()
    assert sorted(path.name for path in out.iterdir()) == ["a", *sorted(small)]
