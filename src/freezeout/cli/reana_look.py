"""``freezeout reana list``, ``status``, ``logs`` and what else only looks at workflows."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from freezeout.cli.output import count, print_json, print_table, say
from freezeout.cli.reana_client import client_of, time_of
from freezeout.errors import InputError

if TYPE_CHECKING:
    from freezeout.reana.client.client import Client
    from freezeout.reana.client.workflow import Logs, StepLog, Workflow


def list_workflows(options: argparse.Namespace) -> None:
    """List workflows."""
    from freezeout.lake.files.amount import amount
    from freezeout.reana.client.workflow import STATES

    client = client_of(options)
    status = options.status or [one for one in STATES if one != "deleted"]
    found: list[Workflow] = []
    page, total, more = options.page, 0, True
    while more:
        one = client.workflows(
            search=options.search, status=status, sort=options.sort, page=page, size=options.size,
            sessions=options.sessions, sizes=options.sizes, workflow=options.workflow,
        )  # fmt: skip
        found += one.items
        total, page, more = one.total, page + 1, one.has_next and options.all_pages
    if options.json:
        rows = [as_json(workflow) for workflow in found]
        return print_json({"workflows": rows, "total": total, "page": options.page})
    if not found:
        return say("no workflows")
    header = ["WORKFLOW", "STATUS", "STEPS", "CREATED", "STARTED", "ENDED", "STEP"]
    rows_of = [
        [w.full_name, w.status, _steps(w), time_of(w.created), time_of(w.started), time_of(w.finished),
         (w.progress.step or w.progress.command) if w.live else ""]
        for w in found
    ]  # fmt: skip
    if options.sizes:
        header.insert(2, "SIZE")
        for row, workflow in zip(rows_of, found, strict=True):
            row.insert(2, "-" if workflow.size_bytes is None else amount(workflow.size_bytes))
    print_table(header, rows_of)
    if total > len(found):
        say(f"{len(found)} of {count(total, 'workflow')}; --page and --all-pages show more")


def as_json(workflow: Workflow) -> dict[str, Any]:
    """A workflow for programs."""
    return {"full_name": workflow.full_name, **asdict(workflow)}


def _steps(workflow: Workflow) -> str:
    progress = workflow.progress
    failed = f" ({progress.failed} failed)" if progress.failed else ""
    return f"{progress.finished}/{progress.total}{failed}" if progress.total else "-"


def status(options: argparse.Namespace) -> None:
    """What a workflow does."""
    show(client_of(options).status(options.workflow), options.json)


def show(workflow: Workflow, as_program: bool) -> None:
    """Print all about one."""
    if as_program:
        return print_json(as_json(workflow))
    print(f"{workflow.full_name}: {workflow.status}")
    rows = {
        "id": workflow.id,
        "steps": _steps(workflow),
        "step": workflow.progress.step or workflow.progress.command if workflow.live else "",
        "created": time_of(workflow.created),
        "started": time_of(workflow.started),
        "ended": time_of(workflow.finished),
    }
    for name, value in rows.items():
        if value:
            print(f"  {name:9} {value}")


def logs(options: argparse.Namespace) -> int:
    """Print what a workflow and its steps said."""
    from freezeout.cli.reana_follow import follow

    client = client_of(options)
    if options.follow and not options.json:
        return follow(client, options.workflow, options.step)
    if options.follow:
        follow(client, options.workflow, options.step, silent=True)
    found = client.logs(options.workflow, options.step or None)
    _require_steps(client, options, found)
    if options.json:
        print_json(asdict(found))
        return 0
    if not options.step:
        _section("workflow", found.workflow_log)
        _section("engine", found.engine_log)
    for number, one in enumerate(found.steps, start=1):
        _section(title(one, number), one.log)
    return 0


def _require_steps(client: Client, options: argparse.Namespace, found: Logs) -> None:
    """Say so when there are no such steps, or not yet."""
    known = {one.name for one in found.steps}
    if missing := [name for name in options.step if name not in known]:
        there = ", ".join(one.name for one in client.logs(options.workflow).steps if one.name)
        raise InputError(
            f"{options.workflow} has no step '{missing[0]}' so far", hint=f"it has {there or 'none'}",
            code="unknown_step",
        )  # fmt: skip


def title(step: StepLog, number: int) -> str:
    """What a step is called in a log."""
    return f"step {step.name or number}: {step.status}" if step.status else f"step {step.name or number}"


def _section(name: str, text: str) -> None:
    if text.strip():
        print(f"==> {name} <==")
        sys.stdout.write(text if text.endswith("\n") else f"{text}\n")


def parameters(options: argparse.Namespace) -> None:
    """The parameters a workflow was started with."""
    found = client_of(options).parameters(options.workflow)
    if options.json:
        return print_json(found)
    rows = sorted((found.get("parameters") or {}).items())
    if not rows:
        return say(f"{options.workflow} has no parameters")
    print_table(("PARAMETER", "VALUE"), [(name, json.dumps(value)) for name, value in rows])


def specification(options: argparse.Namespace) -> None:
    """The specification of a workflow."""
    import yaml

    found = client_of(options).specification(options.workflow)
    if options.json:
        return print_json(found)
    print(yaml.safe_dump(found.get("specification"), sort_keys=False), end="")


def retention(options: argparse.Namespace) -> None:
    """How long which files are kept."""
    found = client_of(options).retention(options.workflow)
    if options.json:
        return print_json(found)
    if not found:
        return say(f"the files of {options.workflow} are kept until it is deleted")
    print_table(
        ("FILES", "DAYS", "REMOVED ON", "STATUS"),
        [
            (r.get("workspace_files"), r.get("retention_days"), r.get("apply_on") or "-", r.get("status"))
            for r in found
        ],
    )


def diff(options: argparse.Namespace) -> None:
    """What differs between two workflows."""
    found = client_of(options).diff(options.a, options.b, brief=options.brief, context=options.context)
    if options.json:
        return print_json(found)
    nothing = True
    for section, lines in sorted((found.get("reana_specification") or {}).items()):
        if lines:
            nothing = False
            print(f"==> {section} <==")
            print("\n".join(line.rstrip("\n") for line in lines))
    files = str(found.get("workspace_listing") or "").strip("\n")
    if files:
        nothing = False
        print(f"==> files <==\n{files}")
    if nothing:
        say(f"{options.a} and {options.b} do not differ")
