"""A step does what its command says, and leaves nothing."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from freezeout.reana.server.steps import execute
from freezeout.reana.server.steps.preparation import clear_left_over
from freezeout.reana.server.work import Limits

from ....conftest import comes_true
from .conftest import Runner

HEARTBEAT = "while true; do date +%N >> beat; sleep 0.02; done"


def test_a_command_runs_in_the_workspace_and_says_how_it_ended(run: Runner) -> None:
    result = run('echo made > made.txt; pwd; echo "to error" >&2; exit 3')
    assert (result.status, result.reason, result.well) == (3, "", False)
    assert (run.work.workspace / "made.txt").read_text() == "made\n"
    assert str(run.work.workspace) in run.text and "to error" in run.text


def test_the_log_says_that_the_image_was_not_used_and_what_was(run: Runner) -> None:
    assert run("true", image="docker.io/library/python:2.7-slim").well
    assert "the image docker.io/library/python:2.7-slim itself is not used" in run.text
    assert "Freezeout's environment 'gateway'" in run.text and "'base' is not built" in run.text


def test_python_is_that_of_the_environment(run: Runner) -> None:
    assert run('python -c "import sys; print(sys.prefix)"').well
    assert sys.prefix in run.text


def test_a_step_sees_nothing_of_the_servers_variables(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REANA_ACCESS_TOKEN", "JPY_API_TOKEN", "JUPYTER_TOKEN", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "sesame")
    monkeypatch.setenv("http_proxy", "http://proxy.example:3128")
    assert run("env").well
    assert "sesame" not in run.text and "FREEZEOUT_HOME" not in run.text
    assert "http_proxy=http://proxy.example:3128" in run.text
    assert f"REANA_WORKSPACE={run.work.workspace}" in run.text


def test_home_and_temporary_files_are_private_and_gone_afterwards(run: Runner) -> None:
    assert run('echo x > "$HOME/x"; echo y > "$TMPDIR/y"; mkdir -m 0 "$TMPDIR/shut"; echo "at $HOME"').well
    assert f"at {run.work.scratch / 'private'}" in run.text
    assert list((run.work.scratch / "private").iterdir()) == []


def test_the_log_grows_while_the_step_runs(run_once: Runner) -> None:
    async def watch() -> bool:
        step = run_once.step("echo early; sleep 60")
        task = asyncio.create_task(execute(step, run_once.work, run_once.log, Limits(), grace=0.2))
        seen = await asyncio.to_thread(
            comes_true, lambda: run_once.log.exists() and "early\n" in run_once.log.read_text()
        )
        task.cancel()
        await asyncio.wait([task])
        return seen and task.cancelled()

    assert asyncio.run(watch())


def test_what_is_stopped_is_gone_when_the_stop_has_come_through(run: Runner) -> None:
    async def stop() -> None:
        step = run.step(f"(setsid bash -c '{HEARTBEAT}' &) ; {HEARTBEAT}")
        task = asyncio.create_task(execute(step, run.work, run.log, Limits(), grace=0.2))
        beat = run.work.workspace / "beat"
        assert await asyncio.to_thread(comes_true, lambda: beat.exists() and beat.stat().st_size > 100)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()

    asyncio.run(stop())
    assert run.stands_still("beat")


def test_a_stopped_step_has_time_to_say_goodbye(run: Runner) -> None:
    async def stop() -> None:
        step = run.step(
            "trap 'echo goodbye > word; exit 0' TERM; touch ready; while true; do sleep 0.1; done"
        )
        task = asyncio.create_task(execute(step, run.work, run.log, Limits(), grace=20))
        assert await asyncio.to_thread(comes_true, (run.work.workspace / "ready").exists)
        task.cancel()
        await asyncio.wait([task])

    begun = time.monotonic()
    asyncio.run(stop())
    assert (run.work.workspace / "word").read_text() == "goodbye\n"
    assert time.monotonic() - begun < 18


@pytest.mark.parametrize("after", [0.02, 0.06, 0.12, 0.2])
def test_a_step_that_is_stopped_while_it_starts_is_not_waited_for(run_once: Runner, after: float) -> None:
    async def stop() -> None:
        step = run_once.step("sleep 60")
        task = asyncio.create_task(execute(step, run_once.work, run_once.log, Limits(), grace=60))
        await asyncio.sleep(after)
        task.cancel()
        await asyncio.wait([task])

    begun = time.monotonic()
    asyncio.run(stop())
    assert time.monotonic() - begun < 30


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_when_the_server_is_killed_its_steps_are_gone(run: Runner, how: int) -> None:
    program = textwrap.dedent(
        f"""
        import asyncio
        from pathlib import Path
        from freezeout.reana.server.steps import execute
        from freezeout.reana.server.work import Limits, Step, Work

        workspace, scratch = Path({str(run.work.workspace)!r}), Path({str(run.work.scratch)!r})
        work = Work("one", "one.1", "serial", {{}}, {{}}, {{}}, workspace, scratch)
        command = {f"(setsid bash -c '{HEARTBEAT}' &) ; {HEARTBEAT}"!r}
        step = Step("one", command, "freezeout-gateway")
        asyncio.run(execute(step, work, scratch / "step.log", Limits()))
        """
    )
    server = subprocess.Popen([sys.executable, "-c", program], env=dict(os.environ))
    try:
        beat = run.work.workspace / "beat"
        assert comes_true(lambda: beat.exists() and beat.stat().st_size > 100)
        server.send_signal(how)
        server.wait(20)
        assert comes_true(lambda: run.stands_still("beat", 0.3), 20)
        left = run.work.scratch / "private"
        assert list(left.iterdir())
        clear_left_over(run.work.scratch)
        assert not left.exists()
    finally:
        server.kill()
        server.wait()


def test_a_step_whose_folder_is_missing_fails_with_the_reason(run_once: Runner, tmp_path: Path) -> None:
    run_once.work.workspace.rmdir()
    assert run_once("true").status != 0
    assert "No such file" in run_once.text or "Can't" in run_once.text
