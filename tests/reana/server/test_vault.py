"""Secrets go in and are used; nobody reads them back."""

import base64
from pathlib import Path
from typing import Any

import pytest

from freezeout.reana.server.refusal import Refusal
from freezeout.reana.server.vault import Vault

from ...conftest import comes_true


def _coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "given",
    [
        None, [], {}, {"a b": {"value": "", "type": "env"}}, {"../x": {"value": "", "type": "file"}},
        {"..": {"value": "", "type": "file"}}, {"A": {"value": "%", "type": "env"}},
        {"A": {"value": 1, "type": "env"}},
        {"A": {"value": "", "type": "x"}}, {"a.b": {"value": "", "type": "env"}}, {"A": "x"},
        {"A": {"value": "AA==", "type": "env"}}, {"A": {"value": _coded("x" * 1_000_001), "type": "file"}},
    ],
)  # fmt: skip
def test_what_is_no_secret_is_refused_and_nothing_is_added(tmp_path: Path, given: Any) -> None:
    vault = Vault(tmp_path / "user.json")
    wanted = given | {"GOOD": {"value": "", "type": "env"}} if given and isinstance(given, dict) else given
    with pytest.raises(Refusal):
        vault.add(wanted, overwrite=False)
    assert vault.listed() == []


def test_a_step_sees_the_secrets_and_nobody_else_does(server: Any) -> None:
    word, content = "a-very-secret-word", "of a file"
    secrets = {
        "WORD": {"value": _coded(word), "type": "env"},
        "key.pem": {"value": _coded(content), "type": "file"},
    }
    assert server.call("POST", "secrets/", json=secrets).status_code == 201
    listed = server.call("GET", "secrets")
    assert listed.json() == [{"name": "WORD", "type": "env"}, {"name": "key.pem", "type": "file"}]
    assert word not in listed.text
    kept = server.folder / "secrets" / "user.json"
    assert kept.stat().st_mode & 0o777 == 0o600

    name = server.run('echo "$$WORD" > out.txt')
    assert comes_true(lambda: server.status(name) == "finished")
    assert server.call("GET", f"workflows/{name}/workspace/out.txt").text == f"{word}\n"
    assert word not in (server.folder / "log").read_text()
    everything = [
        path
        for path in server.folder.rglob("*")
        if path.is_file() and path.name not in ("user.json", "out.txt")
    ]
    assert everything
    assert not [path for path in everything if word.encode() in path.read_bytes()]
    assert server.call("DELETE", "secrets/", json=["WORD", "key.pem"]).status_code == 200
    assert server.call("GET", "secrets").json() == []
