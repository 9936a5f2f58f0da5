"""The table of jobs: one SQLite file that all processes of a user share.

A live job's process holds a lock on ``<id>.lock``; the operating system lets go of it however the
process ends, so that a job whose process was killed is found out and never shown as running.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from freezeout.errors import FreezeoutError, InputError
from freezeout.files import disk_errors
from freezeout.jobs.job import LIVE, Job
from freezeout.settings import home

_SCHEMA_VERSION = 1
_KEPT = 200
_TABLE = """
CREATE TABLE IF NOT EXISTS jobs (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, title TEXT NOT NULL, subject TEXT NOT NULL,
    work TEXT NOT NULL, arguments TEXT NOT NULL, state TEXT NOT NULL, progress REAL,
    message TEXT NOT NULL DEFAULT '', result TEXT, error TEXT, pid INTEGER,
    created_at TEXT NOT NULL, started_at TEXT, finished_at TEXT, revision INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS by_revision ON jobs (revision);
"""
_NEXT = "(SELECT coalesce(max(revision), 0) + 1 FROM jobs)"


def folder() -> Path:
    """Where jobs and their logs are kept."""
    return home() / "jobs"


def now() -> str:
    """The time in UTC, as it is stored."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@contextmanager
def _table() -> Iterator[sqlite3.Connection]:
    path = folder() / "jobs.sqlite"
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        connection = sqlite3.connect(path, timeout=20, isolation_level=None)
        try:
            connection.row_factory = sqlite3.Row
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version > _SCHEMA_VERSION:
                raise InputError(
                    f"{path} was written by a newer Freezeout", hint="update Freezeout", code="jobs_newer"
                )
            if version < _SCHEMA_VERSION:
                connection.executescript(_TABLE + f"PRAGMA user_version = {_SCHEMA_VERSION};")
            yield connection
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise FreezeoutError(
            f"cannot use the table of jobs {path}: {error}",
            hint="is the disk full, or the file damaged? it may be removed when nothing runs",
            code="jobs_unusable",
        ) from error


@contextmanager
def _writing() -> Iterator[sqlite3.Connection]:
    with _table() as table:
        table.execute("BEGIN IMMEDIATE")
        try:
            yield table
        except BaseException:
            table.execute("ROLLBACK")
            raise
        table.execute("COMMIT")


def add(
    kind: str, title: str, subject: str, work: str, arguments: Mapping[str, object]
) -> tuple[Job, int | None]:
    """Add a queued job and return it with its lock; or the live job of the subject and None.

    The lock is a file descriptor that the process of the job must keep open.
    """
    settle()
    id = f"{datetime.now(UTC):%Y%m%d-%H%M%S%f}"[:18] + f"-{secrets.token_hex(2)}"
    with disk_errors(folder()):
        folder().mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(folder() / f"{id}.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with _writing() as table:
            live = table.execute(
                "SELECT * FROM jobs WHERE subject = ? AND state IN (?, ?)", (subject, *LIVE)
            ).fetchone()
            if live is None:
                table.execute(
                    "INSERT INTO jobs"
                    " (id, kind, title, subject, work, arguments, state, created_at, revision)"
                    f" VALUES (?, ?, ?, ?, ?, ?, 'queued', ?, {_NEXT})",
                    (id, kind, title, subject, work, json.dumps(dict(arguments)), now()),
                )
        if live is None:
            return job(id), lock
    except BaseException:
        _drop(id, lock)
        raise
    _drop(id, lock)
    return _job(live), None


def _drop(id: str, lock: int) -> None:
    (folder() / f"{id}.lock").unlink(missing_ok=True)
    os.close(lock)


def update(id: str, **columns: object) -> None:
    """Change columns of a job; `result` and `error` are stored as JSON."""
    for name in ("result", "error"):
        if columns.get(name) is not None:
            columns[name] = json.dumps(columns[name])
    names = ", ".join(f"{name} = ?" for name in columns)
    with _writing() as table:
        table.execute(f"UPDATE jobs SET {names}, revision = {_NEXT} WHERE id = ?", (*columns.values(), id))


def finish(id: str, state: str, **columns: object) -> None:
    """A job has ended; old ones are forgotten with their logs."""
    update(id, state=state, finished_at=now(), pid=None, **columns)
    (folder() / f"{id}.lock").unlink(missing_ok=True)
    with _writing() as table:
        old = table.execute(
            "SELECT id FROM jobs WHERE state NOT IN (?, ?) ORDER BY id DESC LIMIT -1 OFFSET ?", (*LIVE, _KEPT)
        ).fetchall()
        for row in old:
            table.execute("DELETE FROM jobs WHERE id = ?", (row["id"],))
            (folder() / f"{row['id']}.log").unlink(missing_ok=True)


def settle() -> None:
    """Jobs whose process is gone have failed."""
    with _table() as table:
        rows = table.execute("SELECT id FROM jobs WHERE state IN (?, ?)", LIVE).fetchall()
    for row in rows:
        if not _held(row["id"]):
            finish(
                row["id"],
                "failed",
                error={
                    "code": "interrupted",
                    "message": "the process of the job was ended from outside",
                    "hint": "start it again: what was half done is not visible and is cleared away",
                },
            )


def _held(id: str) -> bool:
    try:
        lock = os.open(folder() / f"{id}.lock", os.O_RDWR)
    except OSError:
        return _state(id) not in LIVE  # it has just ended by itself
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    else:
        return _state(id) not in LIVE
    finally:
        os.close(lock)


def _state(id: str) -> str:
    with _table() as table:
        row = table.execute("SELECT state FROM jobs WHERE id = ?", (id,)).fetchone()
    return str(row["state"]) if row else ""


def job(id: str) -> Job:
    """The job of this id.

    Raises
    ------
    InputError
        When there is none.
    """
    with _table() as table:
        row = table.execute("SELECT * FROM jobs WHERE id = ?", (id,)).fetchone()
    if row is None:
        raise InputError(f"there is no job '{id}'", hint="'freezeout jobs' lists them", code="unknown_job")
    return _job(row)


def jobs() -> list[Job]:
    """All jobs, newest first."""
    if not (folder() / "jobs.sqlite").exists():
        return []
    settle()
    with _table() as table:
        return [_job(row) for row in table.execute("SELECT * FROM jobs ORDER BY id DESC")]


def changes(since: int) -> list[Job]:
    """Jobs that changed after this revision, in the order of their changes."""
    if not (folder() / "jobs.sqlite").exists():
        return []
    settle()
    with _table() as table:
        rows = table.execute("SELECT * FROM jobs WHERE revision > ? ORDER BY revision", (since,)).fetchall()
    return [_job(row) for row in rows]


def instruction(id: str) -> tuple[str, dict[str, Any], int | None]:
    """The work of a job, its arguments and the id of its process."""
    with _table() as table:
        row = table.execute("SELECT work, arguments, pid FROM jobs WHERE id = ?", (id,)).fetchone()
    return row["work"], json.loads(row["arguments"]), row["pid"]


def read_log(id: str, offset: int = 0, limit: int = 1 << 18) -> tuple[str, int]:
    """What was said from byte `offset` on, and the offset to go on from."""
    path = job(id).log
    with contextlib.suppress(FileNotFoundError), open(path, "rb") as stream:
        stream.seek(max(offset, 0))
        data = stream.read(limit)
        # a sign of several bytes that is not yet whole waits for the next reading
        while data and (data[-1] & 0xC0) == 0x80 and len(data) % limit == 0:
            data = data[:-1]
        return data.decode(errors="replace"), max(offset, 0) + len(data)
    return "", max(offset, 0)


def _job(row: sqlite3.Row) -> Job:
    return Job(
        id=row["id"],
        kind=row["kind"],
        title=row["title"],
        subject=row["subject"],
        state=row["state"],
        progress=row["progress"],
        message=row["message"],
        result=json.loads(row["result"]) if row["result"] else None,
        error=json.loads(row["error"]) if row["error"] else None,
        created_at=row["created_at"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        revision=row["revision"],
        log=folder() / f"{row['id']}.log",
    )
