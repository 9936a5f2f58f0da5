"""What is known of one job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

State = Literal["queued", "running", "done", "failed", "cancelled"]
LIVE: tuple[State, ...] = ("queued", "running")


class Cancelled(BaseException):
    """Raised inside the work of a job that somebody cancels; not an error of the work."""


@dataclass(frozen=True)
class Job:
    """One job.

    Attributes
    ----------
    id : str
        Sortable by time.
    kind : str
        What is done, such as ``environment-build``.
    title : str
        One line for people.
    subject : str
        What it is done to, such as ``environment:gamma``; at most one live job has a subject.
    state : str
        queued, running, done, failed or cancelled.
    progress : float or None
        From 0 to 1; None when it is not known.
    message : str
        The step that is under way, or was the last one.
    result : object
        What the work returned, as JSON.
    error : mapping or None
        ``code``, ``message`` and ``hint`` of a failed job.
    created_at, started_at, finished_at : str or None
        ISO 8601, UTC.
    revision : int
        Grows with every change of any job.
    log : Path
        File of what was said.
    """

    id: str
    kind: str
    title: str
    subject: str
    state: State
    progress: float | None
    message: str
    result: Any
    error: Mapping[str, str] | None
    created_at: str
    started_at: str | None
    finished_at: str | None
    revision: int
    log: Path

    @property
    def live(self) -> bool:
        """Whether it is queued or running."""
        return self.state in LIVE

    def to_dict(self) -> dict[str, Any]:
        """All that a program may want to know, as JSON."""
        try:
            size = self.log.stat().st_size
        except OSError:
            size = 0
        return {
            "id": self.id,
            "kind": self.kind,
            "title": self.title,
            "subject": self.subject,
            "state": self.state,
            "progress": self.progress,
            "message": self.message,
            "result": self.result,
            "error": dict(self.error) if self.error else None,
            "created_at": self.created_at,
            "started_at": self.started_at,
            "finished_at": self.finished_at,
            "revision": self.revision,
            "log_bytes": size,
        }
