"""A job in this process, or in one of its own that goes on when this one ends."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, TextIO

from freezeout.errors import FreezeoutError, InputError
from freezeout.files import disk_errors
from freezeout.jobs import store
from freezeout.jobs.job import Cancelled, Job, State
from freezeout.jobs.reporter import JobReporter
from freezeout.jobs.shield import stoppable, undisturbed
from freezeout.settings import home

_KEYS = re.compile(r"(JPY|JUPYTER|JUPYTERHUB)\w*TOKEN$")

Watch = Callable[[float | None, str], None]


def start(kind: str, title: str, subject: str, work: str, arguments: Mapping[str, object]) -> Job:
    """Start a job in a process of its own, and return at once.

    Parameters
    ----------
    kind, title, subject : str
        See `freezeout.jobs.job.Job`; when the subject has a live job of this kind, that one is returned.
    work : str
        ``"freezeout.module:function"``, called with a `Reporter` and the arguments.
    arguments : mapping
        As JSON.

    Raises
    ------
    InputError
        When the subject has a live job of another kind.
    """
    added, lock = store.add(kind, title, subject, work, arguments)
    if lock is None:
        if added.kind != kind:
            raise InputError(
                f"'{added.title}' is under way", hint="wait for its end, or cancel it", code="job_busy"
            )
        return added
    try:
        handle = os.open(added.log, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        try:
            child = subprocess.Popen(
                [sys.executable, "-P", "-m", "freezeout.jobs.worker", added.id, str(lock)],
                stdin=subprocess.DEVNULL,
                stdout=handle,
                stderr=handle,
                pass_fds=[lock],
                start_new_session=True,
                cwd=store.folder(),
                env=_environ(),
            )
        finally:
            os.close(handle)
    except OSError as error:
        store.finish(added.id, "failed", error=_describe(error))
        raise FreezeoutError(f"cannot start a process: {error}", code="no_process") from error
    finally:
        os.close(lock)
    # so that it does not stay a zombie of a server that lives for weeks
    threading.Thread(target=child.wait, daemon=True).start()
    return added


def run(
    kind: str,
    title: str,
    subject: str,
    work: str,
    arguments: Mapping[str, object],
    watch: Watch | None = None,
) -> Job:
    """Do a job here and now; when its subject has a live job already, follow that one to its end.

    Raises
    ------
    FreezeoutError
        What the work raised; or that the followed job failed or was cancelled.
    """
    added, lock = store.add(kind, title, subject, work, arguments)
    while lock is None:
        if added.kind == kind:
            return follow(added.id, watch)
        with contextlib.suppress(FreezeoutError):
            follow(added.id, watch)  # however that other work ends, then it is our turn
        added, lock = store.add(kind, title, subject, work, arguments)
    try:
        with _log(added.log) as log:
            perform(added.id, log, watch)
    except Cancelled as error:
        raise _cancelled(added) from error
    finally:
        os.close(lock)
    return store.job(added.id)


def follow(id: str, watch: Watch | None = None) -> Job:
    """Wait for the end of a job that another process does.

    Raises
    ------
    FreezeoutError
        When it failed or was cancelled.
    """
    while True:
        store.settle()
        job = store.job(id)
        if watch:
            watch(job.progress, job.message)
        if not job.live:
            break
        time.sleep(0.2)
    if job.state == "cancelled":
        raise _cancelled(job)
    if job.error:
        error = FreezeoutError(job.error["message"], hint=job.error["hint"], code=job.error["code"])
        raise error
    return job


def _cancelled(job: Job) -> FreezeoutError:
    return FreezeoutError(f"'{job.title}' was cancelled", code="cancelled")


def cancel(id: str) -> Job:
    """Ask a live job to stop; one that has ended stays as it is.

    Raises
    ------
    InputError
        When there is no such job.
    """
    store.settle()
    if store.job(id).live and not store.finish(id, "cancelled", of=("queued",)):
        _, _, pid = store.instruction(id)
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
    return store.job(id)


def perform(id: str, log: TextIO, watch: Watch | None = None) -> Any:
    """Do the work of a job in this process and store how it ends.

    Raises
    ------
    FreezeoutError, Cancelled, KeyboardInterrupt
        What the work raised, after it was stored.
    """
    work, arguments, _ = store.instruction(id)
    reporter = JobReporter(id, log, watch)
    with stoppable() as can_be_stopped:
        try:
            if not store.begin(id, os.getpid() if can_be_stopped else None):
                raise Cancelled
            result = _function(work)(reporter, **arguments)
            with undisturbed():
                reporter.close()
                store.finish(id, "done", progress=1.0, result=result)
            return result
        except (Cancelled, KeyboardInterrupt):
            _ended(id, reporter, "cancelled", None)
            raise
        except BaseException as error:
            _ended(id, reporter, "failed", _describe(error))
            raise


def _ended(id: str, reporter: JobReporter, state: State, error: dict[str, str] | None) -> None:
    for line in [error["message"], error["hint"]] if error else [state]:
        if line:
            reporter.log(line)
    reporter.close()
    # when not even this can be written, the lock tells the others that the work is over
    with contextlib.suppress(FreezeoutError):
        store.finish(id, state, error=error)


def _environ() -> dict[str, str]:
    """The environment of a job's process: this one's, without its keys to Jupyter's servers."""
    env = {name: value for name, value in os.environ.items() if not _KEYS.match(name)}
    return env | {"FREEZEOUT_HOME": str(home())}


def _function(work: str) -> Callable[..., Any]:
    module, _, name = work.partition(":")
    if not module.startswith("freezeout."):
        raise InputError(f"'{work}' is no work of Freezeout", code="unknown_work")
    found: Callable[..., Any] = getattr(import_module(module), name)
    return found


def _describe(error: BaseException) -> dict[str, str]:
    if isinstance(error, FreezeoutError):
        return {"code": error.code, "message": error.message, "hint": error.hint}
    return {
        "code": "unexpected",
        "message": f"something failed that Freezeout did not foresee: {type(error).__name__}: {error}",
        "hint": "please report it with the job's log",
    }


def _log(path: Path) -> TextIO:
    with disk_errors(path):
        return open(path, "a", encoding="utf-8", errors="backslashreplace", opener=_private)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
