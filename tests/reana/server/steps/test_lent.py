"""Secrets and the lake: what a step is lent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from freezeout.lake.files.put import put
from freezeout.lake.sites.embedded import embedded_config
from freezeout.lake.sites.rucio_cfg import read_client
from freezeout.reana.server.steps import sandbox
from freezeout.reana.server.work import Secret

from .conftest import Runner, with_secrets


def test_secrets_are_variables_and_files_of_the_step_and_nowhere_afterwards(run: Runner) -> None:
    run = with_secrets(
        run,
        SECRET_WORD=Secret("env", b"sesame"),
        HOME=Secret("env", b"/stolen"),
        key=Secret("file", b"door\n"),
    )
    place = "/etc/reana/secrets"
    if sandbox.obstacle():
        place = '"$HOME"/../secrets'
    result = run(
        f'[ "$SECRET_WORD" = sesame ] && cat {place}/key > found && [ "$HOME" != /stolen ]; ls -l {place}'
    )
    assert result.well
    assert (run.work.workspace / "found").read_text() == "door\n"
    assert "-rw-------" in run.text
    assert not [
        path for path in run.work.scratch.rglob("*") if path.is_file() and b"door" in path.read_bytes()
    ]
    assert "sesame" not in repr(run.work)


def test_secrets_are_not_in_the_log_however_they_are_printed(run_once: Runner) -> None:
    run = with_secrets(
        run_once,
        WORD=Secret("env", b"sesame-open"),
        key=Secret("file", b"door-and-more\n"),
        B=Secret("env", b"no"),
    )
    result = run(
        'echo "$WORD"; printf sesa; sleep 0.3; printf me-open; echo; echo sesame-op; echo "$B"; printf door'
    )
    assert result.well
    assert run.text.endswith("\n***\n***\nsesame-op\nno\ndoor")
    assert run('cat /etc/reana/secrets/key "$HOME/../secrets/key" 2> /dev/null; true').well
    assert "***" in run.text and "door-and" not in run.text


@pytest.mark.parametrize("name", ["../../x", "/etc/x", "..", "a/b"])
def test_a_secret_with_a_path_for_a_name_is_not_written(run_once: Runner, name: str) -> None:
    run = with_secrets(run_once, **{name: Secret("file", b"door")})
    assert run('find "$HOME"/.. -type f | wc -l').well
    assert run.text.endswith("\n0\n")


@pytest.mark.slow
def test_a_step_that_asks_for_rucio_reads_the_lake_with_rucios_own_client(
    lake: Any, run_once: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "counts.csv").write_text("mass,counts\n100,3\n")
    (did,) = put(tmp_path / "counts.csv", f"{lake.scope}:counts.csv")
    result = run_once(f"rucio whoami && rucio download {did} --no-subdir && rucio download {did}", rucio=True)
    assert result.well, run_once.text
    assert (run_once.work.workspace / "counts.csv").read_text() == "mass,counts\n100,3\n"
    password = read_client(embedded_config())["password"]
    assert run_once('grep password "$RUCIO_CONFIG"', rucio=True).well
    assert password not in run_once.text and "password = ***" in run_once.text
    # only who asks for it is lent it
    assert not run_once("rucio whoami").well


def test_a_step_that_asks_for_rucio_without_a_lake_fails_with_that_reason(run_once: Runner) -> None:
    result = run_once("rucio whoami", rucio=True)
    assert result.status and "asks for rucio, and no data lake can be used" in result.reason
