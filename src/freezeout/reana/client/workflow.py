"""What a REANA says: workflows, steps, files; as frozen containers with times in UTC."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

STATES = ("created", "pending", "queued", "running", "finished", "failed", "stopped", "deleted")
"""What a workflow can be."""

_LARGEST = 1 << 63
LIVE = ("pending", "queued", "running")
"""States that pass by themselves."""


@dataclass(frozen=True)
class Progress:
    """How many steps there are, and what is being done.

    Attributes
    ----------
    total, running, finished, failed : int
        Numbers of steps; `total` is 0 while it is not known.
    step, command : str
        The step that was begun last, and its command.
    """

    total: int = 0
    running: int = 0
    finished: int = 0
    failed: int = 0
    step: str = ""
    command: str = ""


@dataclass(frozen=True)
class Session:
    """An interactive session in a workflow's workspace."""

    type: str
    status: str
    path: str


@dataclass(frozen=True)
class Workflow:
    """One run of a workflow.

    Attributes
    ----------
    id : str
        UUID.
    name : str
        Without the run number.
    run : str
        The run number, such as ``3`` or ``3.1`` (the first restart of the third).
    status : str
        One of `STATES`.
    created, started, finished : str or None
        ISO 8601, UTC.
    size_bytes : int or None
        Of the workspace, when it was asked for.
    session : Session or None
        The interactive session that is open.
    user, owner : str
        The owner's id and e-mail address, as far as the server tells.
    shared_with : tuple of str
        E-mail addresses.
    """

    id: str
    name: str
    run: str
    status: str
    created: str | None = None
    started: str | None = None
    finished: str | None = None
    progress: Progress = field(default_factory=Progress)
    size_bytes: int | None = None
    session: Session | None = None
    user: str = ""
    owner: str = ""
    shared_with: tuple[str, ...] = ()

    @property
    def full_name(self) -> str:
        """The name with the run number."""
        return f"{self.name}.{self.run}" if self.run else self.name

    @property
    def live(self) -> bool:
        """Whether its state passes by itself."""
        return self.status in LIVE

    @classmethod
    def of(cls, said: object) -> Workflow:
        """One of the server's description."""
        said = _mapping(said)
        name, run = split_name(str(said.get("name") or said.get("workflow_name") or ""))
        progress = _mapping(said.get("progress"))
        return cls(
            id=str(said.get("id") or said.get("workflow_id") or ""),
            name=name,
            run=run,
            status=str(said.get("status") or ""),
            created=moment(said.get("created")),
            started=moment(progress.get("run_started_at")),
            finished=moment(progress.get("run_finished_at") or progress.get("run_stopped_at")),
            progress=Progress(
                **{name: _total(progress.get(name)) for name in ("total", "running", "finished", "failed")},
                step=str(progress.get("current_step_name") or ""),
                command=str(progress.get("current_command") or ""),
            ),
            size_bytes=size(said.get("size")),
            session=_session(said),
            user=str(said.get("user") or ""),
            owner=str(said.get("owner_email") or ""),
            shared_with=tuple(str(one) for one in listed(said, "shared_with")),
        )


@dataclass(frozen=True)
class WorkflowPage:
    """A page of the list of workflows."""

    items: tuple[Workflow, ...]
    total: int
    page: int
    has_next: bool


@dataclass(frozen=True)
class StepLog:
    """One step and what it said.

    Attributes
    ----------
    id : str
        Of REANA's job.
    backend : str
        Where it ran.
    started, finished : str or None
        ISO 8601, UTC.
    """

    id: str
    name: str
    status: str
    command: str
    image: str
    backend: str
    started: str | None
    finished: str | None
    log: str

    @classmethod
    def of(cls, id: str, said: object) -> StepLog:
        """One of the server's description."""
        said = _mapping(said)
        texts = {
            name: str(said.get(theirs) or "")
            for name, theirs in {
                "name": "job_name", "status": "status", "command": "cmd", "image": "docker_img",
                "backend": "compute_backend", "log": "logs",
            }.items()
        }  # fmt: skip
        return cls(
            id=id, started=moment(said.get("started_at")), finished=moment(said.get("finished_at")), **texts
        )


@dataclass(frozen=True)
class Logs:
    """What a workflow said: the workflow itself, its engine, its steps in their order."""

    workflow_log: str
    engine_log: str
    steps: tuple[StepLog, ...]

    @classmethod
    def of(cls, said: object) -> Logs:
        """One of the server's description."""
        said = _mapping(said)
        jobs = _mapping(said.get("job_logs"))
        steps = (StepLog.of(str(id), one) for id, one in jobs.items())
        return cls(str(said.get("workflow_logs") or ""), str(said.get("engine_specific") or ""), tuple(steps))


@dataclass(frozen=True)
class File:
    """One file of a workspace; its path has no slash at the beginning, `modified` is ISO 8601, UTC."""

    path: str
    size: int
    modified: str | None

    @classmethod
    def of(cls, said: object) -> File:
        """One of the server's description."""
        said = _mapping(said)
        path = str(said.get("name") or "").lstrip("/")
        return cls(path, size(said.get("size")) or 0, moment(said.get("last-modified")))


@dataclass(frozen=True)
class FilePage:
    """A page of the list of files."""

    items: tuple[File, ...]
    total: int
    page: int
    has_next: bool


@dataclass(frozen=True)
class Created:
    """A workflow that was made."""

    id: str
    full_name: str


@dataclass(frozen=True)
class Amount:
    """How much is used, of how much; in bytes or milliseconds. `limit` is 0 when there is none."""

    used: float
    limit: float
    health: str = ""

    @classmethod
    def of(cls, said: object) -> Amount | None:
        """One of the server's description."""
        data = _mapping(said)
        used = _mapping(data.get("usage")).get("raw")
        if not isinstance(used, int | float):
            return None
        limit = _mapping(data.get("limit")).get("raw")
        return cls(used, limit if isinstance(limit, int | float) else 0, str(data.get("health") or ""))


@dataclass(frozen=True)
class Quota:
    """What a user's workflows use; None where the server does not count."""

    disk: Amount | None
    cpu: Amount | None


@dataclass(frozen=True)
class ServerInfo:
    """A server, and whom it takes one for."""

    version: str
    email: str
    full_name: str
    quota: Quota

    @classmethod
    def of(cls, said: object) -> ServerInfo:
        """One of the server's description."""
        said = _mapping(said)
        quota = _mapping(said.get("quota"))
        return cls(
            str(said.get("reana_server_version") or ""), str(said.get("email") or ""),
            str(said.get("full_name") or ""),
            Quota(Amount.of(quota.get("disk")), Amount.of(quota.get("cpu"))),
        )  # fmt: skip


def split_name(full_name: str) -> tuple[str, str]:
    """The name and the run number of a full name.

    Examples
    --------
    >>> split_name("limit.2"), split_name("limit.2.1"), split_name("limit.v2"), split_name("my.limit.3")
    (('limit', '2'), ('limit', '2.1'), ('limit.v2', ''), ('my.limit', '3'))
    """
    parts = full_name.split(".")
    digits = 0
    while digits < min(2, len(parts) - 1) and parts[-1 - digits].isdecimal():
        digits += 1
    return (".".join(parts[:-digits]), ".".join(parts[-digits:])) if digits else (full_name, "")


def as_sent(specification: Mapping[str, Any]) -> dict[str, Any]:
    """A specification as somebody wrote it: REANA's client fills in what was not said.

    Parameters that are nothing stay so.

    Examples
    --------
    >>> as_sent({"inputs": {"files": ["a"], "options": None, "parameters": {"a": None}}, "workspace": None})
    {'inputs': {'files': ['a'], 'parameters': {'a': None}}}
    >>> as_sent({"workflow": {"type": "cwl", "specification": {"$graph": [], "steps": None}}})
    {'workflow': {'type': 'cwl', 'specification': {'$graph': []}}}
    """
    found = {name: _said(part) for name, part in specification.items() if part is not None}
    workflow = found.get("workflow")
    if isinstance(workflow, dict) and "specification" in workflow:
        workflow["specification"] = _said(workflow["specification"])
    return found


def _said(part: Any) -> Any:
    return {key: one for key, one in part.items() if one is not None} if isinstance(part, dict) else part


def moment(text: object) -> str | None:
    """A time as the server writes it, in ISO 8601 with its zone; REANA's have none and are of UTC.

    Examples
    --------
    >>> moment("2026-01-02T03:04:05"), moment("2026-01-02T05:04:05.123+02:00"), moment("-")
    ('2026-01-02T03:04:05Z', '2026-01-02T03:04:05Z', None)
    """
    try:
        found = datetime.fromisoformat(str(text))
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return found.strftime("%Y-%m-%dT%H:%M:%SZ")


def size(said: object) -> int | None:
    """A number of bytes of the server's description; it writes -1 when it was not asked."""
    raw = _mapping(said).get("raw")
    return int(raw) if isinstance(raw, int | float) and 0 <= raw < _LARGEST else None


def more(said: Mapping[str, Any], page: int, per_page: int, items: Sequence[object]) -> tuple[int, bool]:
    """The number of all, and whether there is another page; some servers say only one of both."""
    total = said.get("total")
    if not isinstance(total, int):
        return (page - 1) * per_page + len(items), len(items) == per_page
    has_next = said.get("has_next")
    return total, has_next if isinstance(has_next, bool) else page * per_page < total


def listed(said: object, name: str) -> list[Any]:
    """A list of the server's description; empty when there is none."""
    found = _mapping(said).get(name)
    return found if isinstance(found, list) else []


def _total(said: object) -> int:
    total = _mapping(said).get("total")
    return total if isinstance(total, int) else 0


def _session(said: Mapping[str, Any]) -> Session | None:
    if not said.get("session_uri"):
        return None
    return Session(
        str(said.get("session_type") or ""), str(said.get("session_status") or ""), str(said["session_uri"])
    )


def _mapping(said: object) -> Mapping[str, Any]:
    return said if isinstance(said, Mapping) else {}
