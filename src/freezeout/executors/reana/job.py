"""The job: submitted, followed, brought home, stored in the lake."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from freezeout.errors import FreezeoutError
from freezeout.executors.reana.following import follow
from freezeout.executors.reana.home import Homecoming, fetch
from freezeout.executors.reana.planning import plan
from freezeout.executors.reana.sending import submit
from freezeout.executors.reana.submission import Submission
from freezeout.experiments.record import RunRecord
from freezeout.jobs.job import Cancelled
from freezeout.jobs.reporter import Reporter
from freezeout.jobs.shield import undisturbed
from freezeout.reana.client.client import Client
from freezeout.reana.sites.connection import connection as find
from freezeout.settings import user_path

KIND, FETCH = "reana-run", "reana-fetch"
RUN_WORK = f"{__name__}:run"
FETCH_WORK = f"{__name__}:fetch_job"


def title_of(submission: Submission) -> str:
    """What the job is called."""
    return f"{submission.title} on REANA"


def subject(connection: str = "") -> str:
    """Of a job on a server, the preferred one unless it is named: the same twice makes two workflows."""
    return f"reana:{find(connection).name}:{secrets.token_hex(8)}"


def run(
    reporter: Reporter,
    what: str,
    parameters: Mapping[str, Any] | None = None,
    preset: str = "default",
    environment: str | None = None,
    inputs: list[str] | None = None,
    resources: Mapping[str, Any] | None = None,
    scan: Any = None,
    name: str | None = None,
    engine: str = "serial",
    summary: bool = False,
    from_lake: bool = False,
    yaml: str | None = None,
    connection: str = "",
    folder: str | None = None,
    store: bool = True,
) -> dict[str, Any]:
    """Submit, follow to the end, bring home; to cancel it stops the workflow.

    Raises
    ------
    FreezeoutError
        When anything cannot be used, or the workflow failed; what it made is here all the same.
    """
    submission = plan(
        what, parameters, preset=preset, environment=environment, inputs=inputs or (), resources=resources,
        scan=scan, name=name, engine=engine, summary=summary, from_lake=from_lake,
    )  # fmt: skip
    place = user_path(folder) if folder else None
    with Client(find(connection)) as client:
        origin = place or (
            Path(what).expanduser().absolute().parent if submission.kind == "notebook" else None
        )
        created = submit(submission, client, yaml, origin=origin, reporter=reporter)
        reporter.progress(0.1, f"{created.full_name} is queued")
        try:
            ended = follow(client, created.id, reporter)
        except (Cancelled, KeyboardInterrupt):
            with undisturbed():
                _stop(client, created.id, reporter)
            raise
        came = fetch(created.id, client, folder=place, reporter=reporter)
        told = _told(came, reporter, store) | {"left_out": list(submission.left_out)}
        if ended.status != "finished":
            raise _failure(came)
        return told


def fetch_job(
    reporter: Reporter,
    workflow: str,
    connection: str = "",
    folder: str | None = None,
    store: bool = True,
) -> dict[str, Any]:
    """Bring home what a workflow made, any time."""
    with Client(find(connection)) as client:
        reporter.progress(0.1, f"looking at {workflow}")
        came = fetch(workflow, client, folder=user_path(folder) if folder else None, reporter=reporter)
        return _told(came, reporter, store)


def _told(came: Homecoming, reporter: Reporter, store: bool) -> dict[str, Any]:
    stored = _store(came.records, reporter) if store else []
    return {
        "workflow": came.workflow.id,
        "name": came.workflow.full_name,
        "status": came.workflow.status,
        "kind": came.kind,
        "runs": [one.run_id for one in came.records],
        "paths": [str(one.path) for one in came.records],
        "results": str(came.results) if came.results else None,
        "limit": came.limit,
        "failed": list(came.failed),
        "kept": [str(path) for path in came.kept],
        "reason": came.reason if came.workflow.status == "failed" else "",
        "stored": stored,
    }


def _store(records: tuple[RunRecord, ...], reporter: Reporter) -> list[str]:
    """Put the runs into the lake when one is up; they are home, whatever becomes of that."""
    from freezeout.experiments.stored import is_connected, lake_is_up, store

    if not records or not is_connected() or not lake_is_up():
        return []
    found = []
    for number, record in enumerate(records):
        try:
            reporter.progress(0.98, f"storing in the lake: {number + 1} of {len(records)}")
            found.append(str(store(record)))
        except FreezeoutError as error:
            reporter.log(f"not stored: {error}; later: freezeout runs store {record.path}")
    return found


def _stop(client: Client, workflow: str, reporter: Reporter) -> None:
    try:
        client.stop(workflow)
        reporter.log("the workflow is stopped")
    except FreezeoutError as error:
        reporter.log(f"the workflow could not be stopped: {error}")


def _failure(came: Homecoming) -> FreezeoutError:
    name = came.workflow.full_name
    where = next((str(path) for path in came.kept if path.suffix == ".ipynb"), "")
    log = next((path for path in came.kept if path.name == "reana.log"), None)
    if came.workflow.status != "failed":
        return FreezeoutError(f"the workflow {name} was stopped", hint=f"freezeout reana fetch {name}",
                              code="reana_stopped")  # fmt: skip
    words = "; ".join(came.failed) if came.failed else came.reason
    home = f"; {len(came.records)} runs came home" if came.records else ""
    return FreezeoutError(
        f"the workflow {name} failed: {words}{home}",
        hint=f"the executed notebook is {where}" if where else f"its log is {log}",
        code="reana_failed",
    )
