"""Lab as `freezeout up` starts it: all extensions come, whoever asks early waits, Node is left alone."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from freezeout_jupyter.lab import LATE, _without_programs

from freezeout.services.jupyter import server_command
from freezeout.services.process import free_port

pytestmark = pytest.mark.slow  # with what builds or starts real environments and servers


@contextmanager
def lab(place: Path, *, early: bool = True, **variables: str) -> Iterator[httpx.Client]:
    """A client of a server that has just answered for the first time; the log is ``place/log``."""
    port = free_port()
    env = {**os.environ, "JUPYTER_TOKEN": "t", **variables}
    env |= {f"JUPYTER_{name}_DIR": str(place / name) for name in ("CONFIG", "DATA", "RUNTIME")}
    command = server_command(place, port)
    command = _early(command) if early else command
    with (place / "log").open("w") as log:
        server = subprocess.Popen(command, env=env, stdout=log, stderr=log)
    try:
        url = f"http://127.0.0.1:{port}"
        with httpx.Client(base_url=url, headers={"Authorization": "token t"}, timeout=60) as client:
            until = time.monotonic() + 60
            while time.monotonic() < until:
                try:
                    assert client.get("/api/status").status_code == 200
                    break
                except httpx.ConnectError:
                    assert server.poll() is None, (place / "log").read_text()
                    time.sleep(0.01)
            yield client
    finally:
        server.terminate()
        server.wait(20)


def _early(command: list[str]) -> list[str]:
    """The command, with so long until the late extensions come by themselves that a test is early."""
    at = command.index("-m")
    assert command[at + 1] == "freezeout_jupyter.lab"
    late = "import freezeout_jupyter.lab as lab; lab._AFTER = 60; lab.main()"
    return [*command[:at], "-c", late, *command[at + 2 :]]


def test_whoever_asks_for_a_late_extension_waits_for_it_and_gets_it(tmp_path: Path) -> None:
    with lab(tmp_path) as client:
        early = client.get("/rucio-jupyterlab/instances")
        assert early.status_code == 307  # it had to wait
        assert early.headers["Location"] == "/rucio-jupyterlab/instances"
        assert "instances" in client.get(early.headers["Location"]).json()
        assert client.get("/nobody/has/this").status_code == 404
    log = (tmp_path / "log").read_text()
    for name in LATE:
        assert f"{name} | extension was successfully loaded." in log
    assert "Traceback" not in log


def test_late_extensions_come_though_nobody_asks(tmp_path: Path) -> None:
    with lab(tmp_path, early=False):
        until, missing = time.monotonic() + 60, set(LATE)
        while missing and time.monotonic() < until:
            time.sleep(0.1)
            log = (tmp_path / "log").read_text()
            missing = {name for name in LATE if f"{name} | extension was successfully loaded." not in log}
    assert missing == set()


def test_a_dashboard_that_is_asked_for_first_waits_for_voila(tmp_path: Path) -> None:
    with lab(tmp_path) as client:
        answer = client.get("/freezeout/dashboards/summary")
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/voila/render/")


def test_waiting_needs_a_token_too(tmp_path: Path) -> None:
    with lab(tmp_path) as client:
        answer = httpx.get(client.base_url.join("/nobody/has/this"))
        assert answer.status_code == 302 and "/login" in answer.headers["Location"]


@pytest.mark.parametrize("path", ["//example.org/x", "/\\\\example.org/x", "///example.org/x"])
def test_nobody_is_sent_to_another_host(tmp_path: Path, path: str) -> None:
    with lab(tmp_path) as client:
        raw = http.client.HTTPConnection("127.0.0.1", client.base_url.port, timeout=60)
        raw.request("GET", path, headers={"Authorization": "token t"})
        answer = raw.getresponse()
        raw.close()
        assert answer.status == 307 and answer.getheader("Location") == "/example.org/x"


def test_an_extension_that_the_user_switched_off_stays_off(tmp_path: Path) -> None:
    folder = tmp_path / "CONFIG" / "jupyter_server_config.d"
    folder.mkdir(parents=True)
    off = {"ServerApp": {"jpserver_extensions": {"voila.server_extension": False, "notebook_shim": False}}}
    (folder / "zz.json").write_text(json.dumps(off))
    # in a virtual environment its own settings go before the user's, unless she says otherwise
    with lab(tmp_path, JUPYTER_PREFER_ENV_PATH="0") as client:
        assert client.get("/freezeout/dashboards/summary").status_code == 503
    assert "voila.server_extension | extension was successfully loaded" not in (tmp_path / "log").read_text()


def test_node_is_not_asked_for_the_settings_of_yarn(tmp_path: Path) -> None:
    node, asked = tmp_path / "bin" / "node", tmp_path / "asked"
    node.parent.mkdir()
    node.write_text(f'#!/bin/sh\necho "$@" >> {asked}\n')
    node.chmod(0o755)
    # the language servers look for npm, which is Node's, when the server answers already
    with lab(tmp_path, PATH=f"{node.parent}:{os.environ['PATH']}") as client:
        assert client.get("/freezeout/api/version").status_code == 200
        assert "yarn" not in (asked.read_text() if asked.exists() else "")
    subprocess.run(
        [sys.executable, "-c", "import jupyterlab.labapp"], check=True,
        env={**os.environ, "PATH": f"{node.parent}:{os.environ['PATH']}"},
    )  # fmt: skip
    assert "yarn" in asked.read_text(), "Lab itself does not ask any more: _without_programs can go"


def test_programs_are_found_again_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/somewhere")
    with _without_programs():
        assert os.environ["PATH"] == os.devnull
    assert os.environ["PATH"] == "/somewhere"
