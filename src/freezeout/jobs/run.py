"""A job in this process, or in one of its own that goes on when this one ends."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, TextIO

from freezeout.errors import FreezeoutError, InputError
from freezeout.jobs import store
from freezeout.jobs.job import Cancelled, Job
from freezeout.jobs.reporter import JobReporter

Watch = Callable[[float | None, str], None]


def start(kind: str, title: str, subject: str, work: str, arguments: Mapping[str, object]) -> Job:
    """Start a job in a process of its own, and return at once.

    Parameters
    ----------
    kind, title, subject : str
        See `freezeout.jobs.job.Job`; when the subject has a live job, that one is returned.
    work : str
        ``"freezeout.module:function"``, called with a `Reporter` and the arguments.
    arguments : mapping
        As JSON.
    """
    added, lock = store.add(kind, title, subject, work, arguments)
    if lock is None:
        return added
    try:
        handle = os.open(added.log, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        try:
            child = subprocess.Popen(
                [sys.executable, "-m", "freezeout.jobs.worker", added.id, str(lock)],
                stdin=subprocess.DEVNULL,
                stdout=handle,
                stderr=handle,
                pass_fds=[lock],
                start_new_session=True,
                cwd=store.folder(),
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
    if lock is None:
        return follow(added.id, watch)
    try:
        with open(added.log, "a", encoding="utf-8", opener=_private) as log:
            perform(added.id, log, watch)
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
        raise FreezeoutError(f"'{job.title}' was cancelled", code="cancelled")
    if job.error:
        error = FreezeoutError(job.error["message"], hint=job.error["hint"], code=job.error["code"])
        raise error
    return job


def cancel(id: str) -> Job:
    """Ask a live job to stop; one that has ended stays as it is.

    Raises
    ------
    InputError
        When there is no such job.
    """
    store.settle()
    job = store.job(id)
    if job.live:
        _, _, pid = store.instruction(id)
        if pid is None:
            store.finish(id, "cancelled")
        else:
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
    if store.job(id).state != "queued":
        return None  # cancelled before it began
    previous = _on_terminate()
    try:
        store.update(id, state="running", started_at=store.now(), pid=os.getpid())
        result = _function(work)(JobReporter(id, log, watch), **arguments)
        store.finish(id, "done", progress=1.0, result=result)
        return result
    except (Cancelled, KeyboardInterrupt):
        store.finish(id, "cancelled")
        raise
    except BaseException as error:
        told = _describe(error)
        log.write(f"{told['message']}\n{told['hint']}\n".rstrip("\n") + "\n")
        store.finish(id, "failed", error=told)
        raise
    finally:
        if previous is not None:
            signal.signal(signal.SIGTERM, previous)


def _function(work: str) -> Callable[..., Any]:
    module, _, name = work.partition(":")
    if not module.startswith("freezeout."):
        raise InputError(f"'{work}' is no work of Freezeout", code="unknown_work")
    found: Callable[..., Any] = getattr(import_module(module), name)
    return found


def _on_terminate() -> Any:
    if threading.current_thread() is not threading.main_thread():
        return None
    return signal.signal(signal.SIGTERM, _cancelled)


def _cancelled(_signal: int, _frame: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Cancelled


def _describe(error: BaseException) -> dict[str, str]:
    if isinstance(error, FreezeoutError):
        return {"code": error.code, "message": error.message, "hint": error.hint}
    return {
        "code": "unexpected",
        "message": f"something failed that Freezeout did not foresee: {type(error).__name__}: {error}",
        "hint": "please report it with the job's log",
    }


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
