"""A job in this process: its end, its errors, its stops and what it tells."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from freezeout.errors import FreezeoutError, InputError
from freezeout.jobs import child, store
from freezeout.jobs.job import Job
from freezeout.jobs.reporter import Reporter
from freezeout.jobs.run import Watch, cancel, run, start
from freezeout.jobs.shield import stoppable, undisturbed

from .conftest import Work, until

AsWork = Callable[[Work], str]


def do(work: str, watch: Watch | None = None, subject: str = "thing:one", kind: str = "make") -> Job:
    return run(kind, "Make one", subject, work, {}, watch)


def cancel_soon(seconds: float = 0.3) -> threading.Thread:
    def later() -> None:
        until(store.live_jobs)
        until(lambda: store.live_jobs()[0].state == "running")
        time.sleep(seconds)
        cancel(store.live_jobs()[0].id)

    thread = threading.Thread(target=later)
    thread.start()
    return thread


def test_a_job_ends_with_its_result(as_work: AsWork) -> None:
    def work(reporter: Reporter) -> int:
        reporter.log("said")
        return 7

    job = do(as_work(work))
    assert (job.state, job.result, job.progress) == ("done", 7, 1.0)
    assert store.read_log(job.id)[0] == "said\n"


def test_progress_never_goes_back(as_work: AsWork) -> None:
    def work(reporter: Reporter) -> None:
        for fraction in (0.1, 0.6, 0.3, 0.2, 0.9, 0.5):
            reporter.progress(fraction, f"step {fraction}")

    seen: list[float | None] = []
    do(as_work(work), lambda fraction, message: seen.append(fraction))
    assert seen == [0.1, 0.6, 0.6, 0.6, 0.9, 0.9]


def test_details_of_a_step_do_not_fill_the_log(as_work: AsWork) -> None:
    def work(reporter: Reporter) -> None:
        for number in range(1000):
            reporter.progress(number / 1000, f"loading: {number} of 1000")

    assert len(store.read_log(do(as_work(work)).id)[0].splitlines()) == 1


def test_a_log_that_gets_too_long_keeps_its_begin_and_its_end(as_work: AsWork) -> None:
    def work(reporter: Reporter) -> None:
        for number in range(200_000):
            reporter.log(f"line {number} " + "x" * 80)
        raise FreezeoutError("it failed", hint="look")

    with pytest.raises(FreezeoutError, match="it failed"):
        do(as_work(work))
    (job,) = store.jobs()
    assert job.log.stat().st_size < 4_500_000
    lines = job.log.read_text().splitlines()
    assert lines[0].startswith("line 0 ") and lines[-3].startswith("line 199999 ")
    assert lines[-2:] == ["it failed", "look"]
    assert sum("bytes of the log are left out" in line for line in lines) == 1


def test_an_error_is_stored_and_raised(as_work: AsWork) -> None:
    def work(reporter: Reporter) -> None:
        raise InputError("no such thing", hint="make one", code="no_thing")

    with pytest.raises(InputError, match="no such thing"):
        do(as_work(work))
    (job,) = store.jobs()
    assert job.state == "failed"
    assert job.error == {"code": "no_thing", "message": "no such thing", "hint": "make one"}


def test_what_nobody_foresaw_is_told_without_a_traceback(as_work: AsWork) -> None:
    def work(reporter: Reporter) -> None:
        raise ZeroDivisionError("https://u:secret@h")

    with pytest.raises(ZeroDivisionError):
        do(as_work(work))
    (job,) = store.jobs()
    assert job.error is not None and job.error["code"] == "unexpected"
    assert "ZeroDivisionError: https://***@h" in job.error["message"]
    assert "secret" not in job.log.read_text()


def test_a_cancelled_job_is_an_error_for_who_waits_for_it(as_work: AsWork, tmp_path: Path) -> None:
    pids: list[int] = []

    def work(reporter: Reporter) -> None:
        code = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
        child.run([sys.executable, "-c", code], lambda line: pids.append(int(line)), cwd=tmp_path)

    before = signal.getsignal(signal.SIGTERM)
    thread = cancel_soon()
    with pytest.raises(FreezeoutError, match="'Make one' was cancelled"):
        do(as_work(work))
    thread.join()
    assert [job.state for job in store.jobs()] == ["cancelled"]
    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_stop_waits_for_a_step_that_must_be_whole(as_work: AsWork) -> None:
    steps: list[str] = []

    def work(reporter: Reporter) -> None:
        with undisturbed():
            time.sleep(1)
            steps.append("whole")
        steps.append("too far")

    thread = cancel_soon(0.2)
    with pytest.raises(FreezeoutError, match="cancelled"):
        do(as_work(work))
    thread.join()
    assert steps == ["whole"]


def test_a_second_stop_does_not_break_into_the_clearing_away() -> None:
    cleared = False
    with stoppable(), pytest.raises(KeyboardInterrupt):
        try:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(5)
        finally:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.1)
            cleared = True
    assert cleared


def test_a_queued_job_is_cancelled_at_once() -> None:
    job, lock = store.add("make", "t", "thing:one", "freezeout.made_up:work", {})
    assert lock is not None
    assert cancel(job.id).state == "cancelled"
    assert cancel(job.id).state == "cancelled"
    os.close(lock)


def test_other_work_on_the_same_subject_is_refused_or_waited_for(as_work: AsWork) -> None:
    def work(reporter: Reporter) -> str:
        return "mine"

    other, lock = store.add("test", "Test one", "thing:one", "freezeout.made_up:work", {})
    assert lock is not None
    with pytest.raises(InputError, match="'Test one' is under way") as caught:
        start("make", "Make one", "thing:one", "freezeout.made_up:work", {})
    assert caught.value.code == "job_busy"

    def end() -> None:
        time.sleep(0.5)
        store.finish(other.id, "failed", error={"code": "c", "message": "m", "hint": "h"})

    thread = threading.Thread(target=end)
    thread.start()
    job = do(as_work(work))
    thread.join()
    os.close(lock)
    assert (job.kind, job.result) == ("make", "mine")


def test_a_job_in_a_thread_cannot_be_stopped_by_a_signal_and_does_not_end_the_process(
    as_work: AsWork,
) -> None:
    def work(reporter: Reporter) -> str:
        time.sleep(0.6)
        return "to the end"

    jobs: list[Job] = []
    name = as_work(work)
    thread = threading.Thread(target=lambda: jobs.append(do(name)))
    thread.start()
    until(lambda: store.live_jobs() and store.live_jobs()[0].state == "running")
    assert cancel(store.live_jobs()[0].id).state == "running"
    thread.join()
    assert jobs[0].result == "to the end"


def test_only_work_of_freezeout_is_done() -> None:
    with pytest.raises(InputError, match="'os:getcwd' is no work of Freezeout"):
        do("os:getcwd")


def test_a_table_that_cannot_be_used_does_not_hide_the_jobs_own_error(as_work: AsWork) -> None:
    def work(reporter: Reporter) -> None:
        (store.folder() / "jobs.sqlite").rename(store.folder() / "away")
        (store.folder() / "jobs.sqlite").mkdir()  # nothing can be stored any more
        reporter.progress(0.5, "on")
        raise InputError("my own error")

    with pytest.raises(InputError, match="my own error"):
        do(as_work(work))


_SERVER = """
import sys, time
from freezeout.jobs.run import start
job = start("k", "t", "s:1", "freezeout.environments.smoke:test", {"name": "gateway"})
print(job.id, flush=True)
time.sleep(60)
"""


@pytest.mark.slow
def test_a_detached_job_outlives_the_server_that_started_it() -> None:
    server = subprocess.Popen(
        [sys.executable, "-c", _SERVER], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert server.stdout is not None
    id = server.stdout.readline().strip()
    os.killpg(server.pid, signal.SIGTERM)
    server.wait()
    server.stdout.close()
    assert store.job(id).live
    until(lambda: not store.job(id).live and not store.settle(), 60)
    job = store.job(id)
    assert job.state == "done", job.error


@pytest.mark.slow
def test_the_process_of_a_job_gets_the_home_and_no_keys_to_jupyter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "token-of-the-hub")
    monkeypatch.setenv("FREEZEOUT_RUNS", "relative/runs")
    job = start("k", "t", "s:1", "freezeout.environments.smoke:test", {"name": "gateway"})
    environ = ""

    def read() -> bool:
        nonlocal environ
        _, _, pid = store.instruction(job.id)
        environ = Path(f"/proc/{pid}/environ").read_text() if pid else ""
        return bool(environ)

    until(read)
    assert f"FREEZEOUT_HOME={os.environ['FREEZEOUT_HOME']}\0" in environ
    assert "token-of-the-hub" not in environ
    assert "FREEZEOUT_RUNS=relative/runs" in environ
    cancel(job.id)
    until(lambda: not store.job(job.id).live, 30)
