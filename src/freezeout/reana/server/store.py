"""Workflows and their steps, in SQLite: what the server remembers.

Every change is one transaction, so that a server that is killed at any time has lost none of what it
has answered. All calls are short; they are made in the thread of the event loop only.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from uuid import UUID, uuid4

from freezeout.errors import FreezeoutError
from freezeout.reana.server.refusal import unknown_workflow
from freezeout.reana.server.words import now
from freezeout.reana.server.work import Step

Status = Literal["created", "queued", "running", "finished", "failed", "stopped", "deleted"]
STATUSES = ("created", "pending", "queued", "running", "finished", "failed", "stopped", "deleted")

_SCHEMA_VERSION = 1
_TABLES = """
CREATE TABLE owner (id TEXT NOT NULL);
CREATE TABLE workflows (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, run INTEGER NOT NULL, again INTEGER NOT NULL,
    type TEXT NOT NULL, specification TEXT NOT NULL, parameters TEXT NOT NULL, options TEXT NOT NULL,
    status TEXT NOT NULL, created TEXT NOT NULL, turn INTEGER, started TEXT, ended TEXT, stopped TEXT,
    workspace TEXT NOT NULL, planned INTEGER NOT NULL DEFAULT 0, done_before TEXT NOT NULL DEFAULT '[]',
    UNIQUE (name, run, again)
);
CREATE INDEX by_status ON workflows (status, turn);
CREATE TABLE jobs (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, workflow TEXT NOT NULL REFERENCES workflows,
    name TEXT NOT NULL, key TEXT NOT NULL, command TEXT NOT NULL, shown TEXT NOT NULL, image TEXT NOT NULL,
    status TEXT NOT NULL, started TEXT, ended TEXT, reason TEXT NOT NULL DEFAULT ''
);
CREATE INDEX by_workflow ON jobs (workflow, number);
CREATE TABLE retention (
    id TEXT PRIMARY KEY, workflow TEXT NOT NULL REFERENCES workflows, files TEXT NOT NULL,
    days INTEGER NOT NULL, status TEXT NOT NULL, due TEXT
);
"""
_BRIEF = "id, name, run, again, type, status, created, turn, started, ended, stopped, workspace, planned"


@dataclass(frozen=True)
class Workflow:
    """A row of the table of workflows, without what may be large."""

    id: str
    name: str
    run: int
    again: int
    type: str
    status: Status
    created: str
    turn: int | None
    started: str | None
    ended: str | None
    stopped: str | None
    workspace: str
    planned: int

    @property
    def full_name(self) -> str:
        """With the number of its run, and of its restart when it is one."""
        return f"{self.name}.{self.run}" + (f".{self.again}" if self.again else "")


@dataclass(frozen=True)
class Inputs:
    """What a workflow was given."""

    specification: Mapping[str, Any]
    parameters: Mapping[str, Any]
    options: Mapping[str, Any]
    done_before: frozenset[str]


@dataclass(frozen=True)
class Job:
    """A step of a workflow, as it was done."""

    id: str
    workflow: str
    name: str
    key: str
    command: str
    shown: str
    image: str
    status: str
    started: str | None
    ended: str | None
    reason: str


class Store:
    """The database of one server.

    Parameters
    ----------
    path : Path
        Its file; made when it is not there.

    Raises
    ------
    FreezeoutError
        When it cannot be used, or a newer version wrote it.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._table = sqlite3.connect(path, isolation_level=None, timeout=10)
            self._table.row_factory = sqlite3.Row
            path.chmod(0o600)
            self._table.execute("PRAGMA journal_mode = WAL")
            self._table.execute("PRAGMA synchronous = NORMAL")
            self._prepare(path)
        except sqlite3.Error as error:
            raise FreezeoutError(
                f"cannot use the server's database {path}: {error}",
                hint="move it away to begin with an empty one; workspaces stay where they are",
                code="reana_database",
            ) from error

    def _prepare(self, path: Path) -> None:
        version = self._table.execute("PRAGMA user_version").fetchone()[0]
        if version > _SCHEMA_VERSION:
            raise FreezeoutError(
                f"{path} was written by a newer Freezeout", hint="update Freezeout", code="reana_newer"
            )
        if version == 0:
            script = f"BEGIN IMMEDIATE; {_TABLES} PRAGMA user_version = {_SCHEMA_VERSION};"
            self._table.executescript(script)
            self._table.execute("INSERT INTO owner VALUES (?)", (str(uuid4()),))
            self._table.execute("COMMIT")
        self.owner = str(self._table.execute("SELECT id FROM owner").fetchone()[0])

    def close(self) -> None:
        """Let go of the file."""
        self._table.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        self._table.execute("BEGIN IMMEDIATE")
        try:
            yield self._table
        except BaseException:
            self._table.execute("ROLLBACK")
            raise
        self._table.execute("COMMIT")

    def _workflows(self, where: str, values: Iterable[object] = ()) -> list[Workflow]:
        rows = self._table.execute(f"SELECT {_BRIEF} FROM workflows {where}", tuple(values))
        return [Workflow(**dict(row)) for row in rows]

    def find(self, given: str) -> Workflow:
        """The workflow of an id or a name; of a name without a number, the latest run.

        Raises
        ------
        Refusal
            404, when there is none.
        """
        by_id = _uuid(given)
        if by_id:
            found = self._workflows("WHERE id = ?", [by_id])
        else:
            name, *numbers = _storable(given).split(".")
            where, values = "WHERE name = ?", [name, *_run(numbers)]
            if None in values:
                raise unknown_workflow(given)
            where += " AND run = ? AND again = ?" * bool(numbers)
            found = self._workflows(f"{where} ORDER BY run DESC, again DESC LIMIT 1", values)
        if not found:
            raise unknown_workflow(given)
        return found[0]

    def get(self, workflow_id: str) -> Workflow:
        """The workflow of an id that there is."""
        return self._workflows("WHERE id = ?", [workflow_id])[0]

    def listed(
        self,
        *,
        search: str = "",
        statuses: Collection[str] = (),
        given: str = "",
        ids: Collection[str] | None = None,
        oldest_first: bool = False,
        offset: int = 0,
        size: int | None = None,
    ) -> tuple[list[Workflow], int]:
        """A page of the workflows that were asked for, the latest first, and how many there are."""
        clauses, values = ["1"], list[object]()
        if search:
            clauses.append("instr(lower(name), lower(?))")
            values.append(_storable(search))
        if statuses:
            clauses.append(f"status IN ({_marks(statuses)})")
            values += statuses
        if given:
            by_id = _uuid(given)
            name, *numbers = _storable(given).split(".")
            clauses.append("id = ?" if by_id else "name = ?")
            values.append(by_id or name)
            if numbers and not by_id:
                clauses.append("run = ? AND again = ?")
                values += _run(numbers)
        if ids is not None:
            clauses.append(f"id IN ({_marks(ids)})")
            values += ids
        where = "WHERE " + " AND ".join(clauses)
        total = self._table.execute(f"SELECT count(*) FROM workflows {where}", values).fetchone()[0]
        order = "rowid" if oldest_first else "rowid DESC"
        page = f" ORDER BY {order} LIMIT ? OFFSET ?"
        return self._workflows(where + page, [*values, -1 if size is None else size, offset]), int(total)

    def of_status(self, status: Status) -> list[Workflow]:
        """All of a status, in the order in which they were started."""
        return self._workflows("WHERE status = ? ORDER BY turn, rowid", [status])

    def of_workspace(self, workspace: str) -> list[Workflow]:
        """The runs that share a workspace: one, and its restarts."""
        return self._workflows("WHERE workspace = ? ORDER BY again", [workspace])

    def of_name(self, name: str) -> list[Workflow]:
        """All runs of a name."""
        return self._workflows("WHERE name = ? ORDER BY run, again", [name])

    def inputs(self, workflow_id: str) -> Inputs:
        """What a workflow was given."""
        query = "SELECT specification, parameters, options, done_before FROM workflows WHERE id = ?"
        words = [json.loads(text) for text in self._table.execute(query, (workflow_id,)).fetchone()]
        return Inputs(words[0], words[1], words[2], frozenset(words[3]))

    def create(
        self, new_id: str, name: str, specification: Mapping[str, Any], type_: str, options: Mapping[str, Any]
    ) -> Workflow:
        """Add a new run of a name, with a workspace of its own."""
        with self._writing() as table:
            last = table.execute("SELECT max(run) FROM workflows WHERE name = ?", (name,)).fetchone()[0]
            row = (
                new_id,
                name,
                (last or 0) + 1,
                0,
                type_,
                json.dumps(specification),
                "{}",
                json.dumps(options),
            )
            self._insert(table, row, new_id, ())
            self._set_retention(table, new_id, specification)
        return self.get(new_id)

    def restart(
        self,
        workflow: Workflow,
        specification: Mapping[str, Any],
        type_: str,
        parameters: Mapping[str, Any],
        options: Mapping[str, Any],
        done_before: Collection[str],
    ) -> Workflow:
        """Add a queued restart of a run, which works in the same workspace."""
        new_id = str(uuid4())
        with self._writing() as table:
            query = "SELECT max(again) FROM workflows WHERE name = ? AND run = ?"
            last = table.execute(query, (workflow.name, workflow.run)).fetchone()[0]
            texts = [json.dumps(value) for value in (specification, parameters, options)]
            row = (new_id, workflow.name, workflow.run, last + 1, type_, *texts)
            self._insert(table, row, workflow.workspace, done_before)
            table.execute("UPDATE retention SET status = 'inactive' WHERE workflow = ?", (workflow.id,))
            self._set_retention(table, new_id, specification)
            self._queue(table, new_id)
        return self.get(new_id)

    def _insert(
        self, table: sqlite3.Connection, row: tuple[object, ...], workspace: str, before: Collection[str]
    ) -> None:
        query = (
            "INSERT INTO workflows (id, name, run, again, type, specification, parameters, options, status,"
            " created, workspace, done_before) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'created', ?, ?, ?)"
        )
        table.execute(query, (*row, now(), workspace, json.dumps(sorted(before))))

    def _set_retention(
        self, table: sqlite3.Connection, workflow: str, specification: Mapping[str, Any]
    ) -> None:
        days = (specification.get("workspace") or {}).get("retention_days") or {}
        rows = [(str(uuid4()), workflow, _storable(files), number) for files, number in days.items()]
        table.executemany("INSERT INTO retention VALUES (?, ?, ?, ?, 'created', NULL)", rows)

    def _queue(self, table: sqlite3.Connection, workflow_id: str) -> None:
        turn = "(SELECT coalesce(max(turn), 0) + 1 FROM workflows)"
        query = f"UPDATE workflows SET status = 'queued', turn = {turn} WHERE id = ?"
        table.execute(query, (workflow_id,))

    def queue(self, workflow_id: str, parameters: Mapping[str, Any], options: Mapping[str, Any]) -> Workflow:
        """Put a workflow at the end of the queue."""
        with self._writing() as table:
            texts = json.dumps(parameters), json.dumps(options)
            table.execute(
                "UPDATE workflows SET parameters = ?, options = ? WHERE id = ?", (*texts, workflow_id)
            )
            self._queue(table, workflow_id)
        return self.get(workflow_id)

    def running(self, workflow_id: str) -> None:
        """A workflow has begun."""
        query = "UPDATE workflows SET status = 'running', started = ? WHERE id = ?"
        with self._writing() as table:
            table.execute(query, (now(), workflow_id))

    def end(self, workflow_id: str, status: Status) -> None:
        """A workflow has ended, and with it its steps."""
        with self._writing() as table:
            stopped = now() if status == "stopped" else None
            # times have no parts of a second, and of a run of none the client shows no duration
            ended = "max(?, coalesce(strftime('%Y-%m-%dT%H:%M:%S', started, '+1 second'), ''))"
            query = f"UPDATE workflows SET status = ?, ended = {ended}, stopped = ? WHERE id = ?"
            table.execute(query, (status, now(), stopped, workflow_id))
            left = "stopped" if status == "stopped" else "failed"
            query = "UPDATE jobs SET status = ?, ended = ? WHERE workflow = ? AND status = 'running'"
            table.execute(query, (left, now(), workflow_id))

    def delete(self, workflow_ids: Collection[str]) -> None:
        """Mark workflows as deleted; their numbers are not used again."""
        with self._writing() as table:
            marks = _marks(workflow_ids)
            table.execute(
                f"UPDATE workflows SET status = 'deleted' WHERE id IN ({marks})", tuple(workflow_ids)
            )
            query = f"UPDATE retention SET status = 'inactive' WHERE workflow IN ({marks})"
            table.execute(query, tuple(workflow_ids))

    def plan(self, workflow_id: str, total: int) -> None:
        """Remember how many steps a workflow has."""
        with self._writing() as table:
            table.execute("UPDATE workflows SET planned = ? WHERE id = ?", (total, workflow_id))

    def add_job(self, workflow_id: str, step: Step) -> str:
        """Add a step that begins, and return its id."""
        job_id = str(uuid4())
        shown = step.shown or step.command
        texts = [
            _storable(text) for text in (step.name, step.key or step.name, step.command, shown, step.image)
        ]
        query = (
            "INSERT INTO jobs (id, workflow, name, key, command, shown, image, status, started)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, 'running', ?)"
        )
        with self._writing() as table:
            table.execute(query, (job_id, workflow_id, *texts, now()))
        return job_id

    def end_job(self, job_id: str, status: str, reason: str = "") -> None:
        """A step has ended."""
        with self._writing() as table:
            query = "UPDATE jobs SET status = ?, ended = ?, reason = ? WHERE id = ?"
            table.execute(query, (status, now(), _storable(reason), job_id))

    def jobs(self, workflow_id: str) -> list[Job]:
        """The steps of a workflow, in the order in which they began."""
        columns = "id, workflow, name, key, command, shown, image, status, started, ended, reason"
        query = f"SELECT {columns} FROM jobs WHERE workflow = ? ORDER BY number"
        return [Job(**dict(row)) for row in self._table.execute(query, (workflow_id,))]

    def count_jobs(self, status: str) -> int:
        """How many steps of all workflows have a status."""
        query = "SELECT count(*) FROM jobs WHERE status = ?"
        return int(self._table.execute(query, (status,)).fetchone()[0])

    def seconds(self) -> float:
        """How long all steps took together."""
        query = (
            "SELECT total(strftime('%s', ended) - strftime('%s', started)) FROM jobs WHERE ended IS NOT NULL"
        )
        return float(self._table.execute(query).fetchone()[0])

    def retention(self, workflow_id: str) -> list[dict[str, Any]]:
        """The retention rules of a workflow."""
        query = "SELECT id, files, days, status, due FROM retention WHERE workflow = ? ORDER BY days, files"
        return [dict(row) for row in self._table.execute(query, (workflow_id,))]

    def set_rule(self, rule_id: str, status: str, due: str | None) -> None:
        """Change a retention rule."""
        with self._writing() as table:
            table.execute("UPDATE retention SET status = ?, due = ? WHERE id = ?", (status, due, rule_id))

    def rules_due(self, when: str) -> list[dict[str, Any]]:
        """The active retention rules whose time has come."""
        query = "SELECT * FROM retention WHERE status = 'active' AND due <= ?"
        return [dict(row) for row in self._table.execute(query, (when,))]

    def any(self) -> bool:
        """Whether there has ever been a workflow."""
        return self._table.execute("SELECT 1 FROM workflows LIMIT 1").fetchone() is not None


def _uuid(given: str) -> str | None:
    try:
        return str(UUID(given))
    except ValueError:
        return None


def _run(numbers: list[str]) -> list[int | None]:
    """The number of a run and of its restart, from what stands behind the name; None for what is none."""
    if not numbers:
        return []
    if len(numbers) > 2:
        return [None, None]
    return [_number(numbers[0]), _number(numbers[1]) if numbers[1:] else 0]


def _number(text: str) -> int | None:
    whole = text.isascii() and text.isdigit() and len(text) < 10
    return int(text) if whole else None


def _marks(values: Collection[object]) -> str:
    return ", ".join("?" * len(values))


def _storable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()
