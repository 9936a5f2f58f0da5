"""The table of jobs: one SQLite file that all processes of a user share.

A live job's process holds a lock on ``<id>.lock``; the operating system lets go of it however the
process ends, so that a job whose process was killed is found out and never shown as running.
"""

from __future__ import annotations

import codecs
import contextlib
import fcntl
import json
import os
import secrets
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from freezeout.errors import FreezeoutError, InputError
from freezeout.files import disk_errors
from freezeout.jobs.job import LIVE, Job, State
from freezeout.jobs.redact import redact
from freezeout.settings import home

_SCHEMA_VERSION = 2
_KEPT = 200
_PATIENCE = 10
_TABLE = """
CREATE TABLE IF NOT EXISTS jobs (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, title TEXT NOT NULL, subject TEXT NOT NULL,
    work TEXT NOT NULL, arguments TEXT NOT NULL, state TEXT NOT NULL, progress REAL,
    message TEXT NOT NULL DEFAULT '', result TEXT, error TEXT, pid INTEGER,
    created_at TEXT NOT NULL, started_at TEXT, finished_at TEXT, revision INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS by_revision ON jobs (revision);
CREATE TABLE IF NOT EXISTS counter (revision INTEGER NOT NULL);
INSERT INTO counter SELECT (SELECT coalesce(max(revision), 0) FROM jobs)
    WHERE NOT EXISTS (SELECT * FROM counter);
"""
_INTERRUPTED = {
    "code": "interrupted",
    "message": "the process of the job was ended from outside",
    "hint": "start it again: what was half done is not visible and is cleared away",
}


def folder() -> Path:
    """Where jobs and their logs are kept."""
    return home() / "jobs"


def now() -> str:
    """The time in UTC, as it is stored."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@contextmanager
def _table(to_write: bool = False) -> Iterator[sqlite3.Connection]:
    path = folder() / "jobs.sqlite"
    if to_write:
        with disk_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        connection = _open(path if to_write or path.exists() else ":memory:", to_write)
        try:
            yield connection
        finally:
            connection.close()
    except sqlite3.Error as error:
        aside = _set_aside(path, error)
        raise FreezeoutError(
            f"cannot use the table of jobs {path}: {error}",
            hint=f"it was set aside as {aside.name}: try again"
            if aside
            else "is the disk full, or does another program hold the file?",
            code="jobs_unusable",
        ) from error


def _open(path: Path | str, to_write: bool) -> sqlite3.Connection:
    try:
        return _prepared(path, to_write)
    except sqlite3.DatabaseError as error:
        if not isinstance(path, Path) or not _set_aside(path, error):
            raise
    return _prepared(path, to_write)


def _prepared(path: Path | str, to_write: bool) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)
    try:
        connection.row_factory = sqlite3.Row
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > _SCHEMA_VERSION:
            raise InputError(
                f"{path} was written by a newer Freezeout", hint="update Freezeout", code="jobs_newer"
            )
        if version == 0 and not to_write and path != ":memory:":
            connection.close()  # somebody is making it, or could not: there is nothing in it
            return _prepared(":memory:", to_write)
        # the table of before can be read as it is, also where nothing can be written
        if version < _SCHEMA_VERSION and (to_write or version == 0):
            script = f"BEGIN IMMEDIATE; {_TABLE} PRAGMA user_version = {_SCHEMA_VERSION}; COMMIT;"
            connection.executescript(script)
    except BaseException:
        connection.close()
        raise
    return connection


def _set_aside(path: Path, error: sqlite3.Error) -> Path | None:
    """Rename a file that is no table (any more): jobs are not worth stopping all work for."""
    damaged = type(error) is sqlite3.DatabaseError  # the subclasses are about a sound file
    if not damaged or not path.is_file():
        return None
    aside = path.with_name(f"jobs.damaged-{datetime.now(UTC):%Y%m%d-%H%M%S%f}")
    try:
        os.rename(path, aside)
        path.with_name(f"{path.name}-journal").unlink(missing_ok=True)
    except OSError:
        return None
    return aside


@contextmanager
def _writing() -> Iterator[sqlite3.Connection]:
    with _table(to_write=True) as table:
        table.execute("BEGIN IMMEDIATE")
        try:
            yield table
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                table.execute("ROLLBACK")
            raise
        table.execute("COMMIT")


def _next(table: sqlite3.Connection) -> int:
    table.execute("UPDATE counter SET revision = revision + 1")
    return int(table.execute("SELECT revision FROM counter").fetchone()[0])


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
                    " VALUES (?, ?, ?, ?, ?, ?, 'queued', ?, ?)",
                    (id, kind, title, subject, work, json.dumps(dict(arguments)), now(), _next(table)),
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


def begin(id: str, pid: int | None) -> bool:
    """The work of a queued job begins; False when it was cancelled before."""
    return _change(id, ("queued",), {"state": "running", "started_at": now(), "pid": pid})


def update(id: str, **columns: object) -> bool:
    """Change columns of a live job; False when it has ended."""
    return _change(id, LIVE, columns)


def finish(id: str, state: State, of: tuple[State, ...] = LIVE, **columns: object) -> bool:
    """A job has ended, and how; False when its state is none of `of`.

    Old jobs are forgotten with their logs.
    """
    changed = _change(id, of, {"state": state, "finished_at": now(), "pid": None, **columns})
    if not changed:
        return False
    with contextlib.suppress(OSError):
        (folder() / f"{id}.lock").unlink(missing_ok=True)
    with _writing() as table:
        old = table.execute(
            "SELECT id FROM jobs WHERE state NOT IN (?, ?) ORDER BY id DESC LIMIT -1 OFFSET ?", (*LIVE, _KEPT)
        ).fetchall()
        for row in old:
            table.execute("DELETE FROM jobs WHERE id = ?", (row["id"],))
    for row in old:
        with contextlib.suppress(OSError):
            (folder() / f"{row['id']}.log").unlink(missing_ok=True)
    return True


def _change(id: str, states: tuple[State, ...], columns: dict[str, object]) -> bool:
    for name in ("result", "error"):
        if columns.get(name) is not None:
            columns[name] = redact(json.dumps(columns[name], ensure_ascii=False))
    names = ", ".join(f"{name} = ?" for name in columns)
    where = f"id = ? AND state IN ({', '.join('?' * len(states))})"
    with _writing() as table:
        values = (*columns.values(), _next(table), id, *states)
        return table.execute(f"UPDATE jobs SET {names}, revision = ? WHERE {where}", values).rowcount == 1


def settle() -> set[str]:
    """Jobs whose process is gone have failed; returns those of which that cannot be written down."""
    with _table() as table:
        rows = table.execute("SELECT id FROM jobs WHERE state IN (?, ?)", LIVE).fetchall()
    unwritten = set()
    for id in [row["id"] for row in rows if not _held(row["id"])]:
        try:
            finish(id, "failed", error=dict(_INTERRUPTED))
        except FreezeoutError:
            unwritten.add(id)  # a full or a read-only disk: what is shown must be true all the same
    return unwritten


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
    found = _select("WHERE id = ?", id)
    if not found:
        raise InputError(f"there is no job '{id}'", hint="'freezeout jobs' lists them", code="unknown_job")
    return found[0]


def jobs() -> list[Job]:
    """All jobs, newest first."""
    return _settled("ORDER BY id DESC")


def live_jobs() -> list[Job]:
    """Jobs that are queued or running, newest first."""
    return [one for one in _settled("WHERE state IN (?, ?) ORDER BY id DESC", *LIVE) if one.live]


def changes(since: int) -> list[Job]:
    """Jobs that changed after this revision, in the order of their changes."""
    return _settled("WHERE revision > ? ORDER BY revision", since)


def _settled(which: str, *values: object) -> list[Job]:
    if not (folder() / "jobs.sqlite").exists():
        return []
    gone = settle()
    return [
        replace(one, state="failed", error=_INTERRUPTED) if one.id in gone else one
        for one in _select(which, *values)
    ]


def _select(which: str, *values: object) -> list[Job]:
    with _table() as table:
        return [_job(row) for row in table.execute(f"SELECT * FROM jobs {which}", values)]


def instruction(id: str) -> tuple[str, dict[str, Any], int | None]:
    """The work of a job, its arguments and the id of its process."""
    with _table() as table:
        row = table.execute("SELECT work, arguments, pid FROM jobs WHERE id = ?", (id,)).fetchone()
    return row["work"], json.loads(row["arguments"]), row["pid"]


def read_log(id: str, offset: int = 0, limit: int = 1 << 18) -> tuple[str, int]:
    """What was said from byte `offset` on, and the offset to go on from."""
    found, offset = job(id), max(offset, 0)
    try:
        with open(found.log, "rb") as stream:
            if offset >= os.fstat(stream.fileno()).st_size:
                return "", offset  # so far that no file system would go there, perhaps
            stream.seek(offset)
            data = stream.read(limit)
    except FileNotFoundError:
        return "", offset
    # a sign of several bytes that is not yet whole waits for the next reading
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    text = decoder.decode(data, final=not found.live and len(data) < limit)
    return text, offset + len(data) - len(decoder.getstate()[0])


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
