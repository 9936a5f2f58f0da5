"""The sandbox says of itself whether it is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from freezeout.reana.server.steps import sandbox


@pytest.mark.usefixtures("plainly")
def test_without_bubblewrap_the_log_says_that_there_is_no_sandbox() -> None:
    told = sandbox.note(network=True)
    assert "without a sandbox" in told and "apt-get install bubblewrap" in told


def test_a_bubblewrap_that_is_not_permitted_to_make_one_counts_as_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "bwrap"
    program.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    sandbox.obstacle.cache_clear()
    try:
        assert "No permissions to create new namespace" in sandbox.note(network=True)
    finally:
        sandbox.obstacle.cache_clear()


def test_what_is_hidden_is_never_the_system() -> None:
    assert not {Path("/"), Path("/usr"), Path("/etc")} & set(sandbox._hidden(Path("/usr/x")))
