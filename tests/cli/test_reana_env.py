"""``freezeout reana env``: the unchanged client of REANA works in the user's own shell."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from ..conftest import Reana, link_environment, running_reana
from .conftest import COMMAND

pytestmark = pytest.mark.slow


def shell(script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=120)


def test_the_clients_own_command_talks_to_the_server_and_nothing_else_of_the_shell_changes(
    reana: Reana, freezeout_home: Path
) -> None:
    exports = " ".join([*COMMAND, "reana", "env"])
    done = shell(
        f'before=$(command -v python3 pip); eval "$({exports})"; reana-client ping'
        ' && reana-client list --json && [ "$before" = "$(command -v python3 pip)" ]'
    )
    assert done.returncode == 0, done.stderr
    assert reana.url in done.stdout and "Connected" in done.stdout
    assert reana.token not in done.stdout + done.stderr
    # a shell makes one line of it without quotation marks
    assert "Connected" in shell(f"eval $({exports}); reana-client ping").stdout
    said = subprocess.run([*COMMAND, "reana", "env", "--json"], capture_output=True, text=True, check=True)
    assert json.loads(said.stdout) == {
        "REANA_SERVER_URL": reana.url, "REANA_ACCESS_TOKEN": reana.token,
        "PATH": str(freezeout_home / "reana-client" / "bin"),
    }  # fmt: skip
    assert said.stderr == ""


def test_a_server_that_is_down_is_told_and_has_the_same_address_again(
    reana_client: Path, freezeout_home: Path
) -> None:
    link_environment(reana_client, freezeout_home, "reana")
    words = [*COMMAND, "reana", "env", "--json"]
    with running_reana(freezeout_home):
        before = subprocess.run(words, capture_output=True, text=True, check=True)
    assert before.stderr == ""
    down = subprocess.run(words, capture_output=True, text=True, check=True)
    assert "does not run: reana-client reaches it again after 'freezeout up'" in down.stderr
    with running_reana(freezeout_home) as again:
        said = json.loads(down.stdout)
        assert said == json.loads(before.stdout)
        assert (said["REANA_SERVER_URL"], said["REANA_ACCESS_TOKEN"]) == (again.url, again.token)


def test_without_a_server_it_says_how_to_have_one(freezeout_home: Path) -> None:
    done = subprocess.run([*COMMAND, "reana", "env"], capture_output=True, text=True)
    assert done.returncode == 1 and done.stdout == "" and "freezeout up" in done.stderr
    done = subprocess.run([*COMMAND, "reana", "env", "--connection", "x"], capture_output=True, text=True)
    assert done.returncode == 2 and done.stdout == "" and "known: embedded" in done.stderr
