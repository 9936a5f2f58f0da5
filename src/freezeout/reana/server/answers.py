"""How workflows and their steps are told to a client."""

from __future__ import annotations

import codecs
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from freezeout.reana.server.hands import step_log, workflow_log
from freezeout.reana.server.store import Job, Store, Workflow

_MOST_OF_ALL = 40_000_000
_LEAST_OF_ONE = 20_000


def times(workflow: Workflow) -> dict[str, Any]:
    """When a workflow ran."""
    return {
        "run_started_at": workflow.started,
        "run_finished_at": workflow.ended,
        "run_stopped_at": workflow.stopped,
    }


def progress(store: Store, workflow: Workflow) -> dict[str, Any]:
    """How far a workflow is, with the steps of each kind and the one that began last."""
    jobs = store.jobs(workflow.id)
    groups = {"running": ("running",), "finished": ("finished",), "failed": ("failed", "stopped")}
    counted: dict[str, Any] = {}
    for group, statuses in groups.items():
        ids = [job.id for job in jobs if job.status in statuses]
        counted[group] = {"total": len(ids), "job_ids": ids}
    total = max(workflow.planned, len(jobs))
    before = len(store.inputs(workflow.id).done_before) if workflow.again and workflow.type == "serial" else 0
    counted["finished"]["total"] += min(before, total - len(jobs))  # what this restart need not do again
    counted["total"] = {"total": total, "job_ids": []}
    last = jobs[-1] if jobs else None
    return {
        **times(workflow),
        **counted,
        "current_command": last.shown if last else None,
        "current_step_name": last.name if last else None,
    }


def steps(jobs: Collection[Job], scratch: Path | None) -> dict[str, Any]:
    """The steps of a workflow, by their ids; with their logs when `scratch` is given."""
    share = max(_LEAST_OF_ONE, _MOST_OF_ALL // max(1, len(jobs)))
    return {job.id: _step(job, scratch, share) for job in jobs}


def _step(job: Job, scratch: Path | None, most: int) -> dict[str, Any]:
    log = "" if scratch is None else text(step_log(scratch, job.id), most)
    if scratch is not None and job.reason and job.reason not in log:
        log += "\n" * (bool(log) and not log.endswith("\n")) + f"{job.reason}\n"
    return {
        "workflow_uuid": job.workflow,
        "job_name": job.name,
        "compute_backend": "freezeout",
        "backend_job_id": job.id,
        "docker_img": job.image,
        "cmd": job.shown,
        "status": job.status,
        "logs": log,
        "started_at": job.started,
        "finished_at": job.ended,
    }


def logs(workflow: Workflow, jobs: Iterable[Job], scratch: Path, whole: bool) -> dict[str, Any]:
    """All logs of a workflow, or those of some of its steps only."""
    return {
        "workflow_logs": text(workflow_log(scratch), _MOST_OF_ALL) if whole else None,
        "job_logs": steps(list(jobs), scratch),
        "engine_specific": None,
    }


def text(path: Path, most: int) -> str:
    """A text file, or its beginning and its end when it is long; nothing when it is not there."""
    try:
        with path.open("rb") as stream:
            size = stream.seek(0, 2)
            stream.seek(0)
            if size <= most:
                return stream.read(most).decode("utf-8", "replace")
            begin = codecs.decode(stream.read(most // 2), "utf-8", "replace")
            stream.seek(size - most // 2)
            end = codecs.decode(stream.read(most // 2), "utf-8", "replace")
    except OSError:
        return ""
    return f"{begin}\n[… {size - most} bytes are left out here …]\n{end}"
