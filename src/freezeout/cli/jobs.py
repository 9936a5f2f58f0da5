"""``freezeout jobs``."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from freezeout.cli.output import add_json, print_json, print_table, say


def add_commands(commands: Any) -> None:
    """Add the commands of this group."""
    jobs = commands.add_parser("jobs", help="list long work, or show, read or cancel one", allow_abbrev=False)
    jobs.add_argument("id", nargs="?", help="show this one; the start of an id is enough")
    add_json(jobs)
    what = jobs.add_mutually_exclusive_group()
    what.add_argument("--log", action="store_true", help="print what the job said")
    what.add_argument("--cancel", action="store_true", help="stop the job; nothing half-made is kept")
    jobs.set_defaults(command=_jobs)


def _jobs(options: argparse.Namespace) -> None:
    from freezeout.errors import InputError
    from freezeout.jobs.store import jobs

    if options.id:
        return _job(options)
    if options.log or options.cancel:
        raise InputError(
            f"--{'log' if options.log else 'cancel'} needs the id of a job",
            hint="'freezeout jobs' lists them",
        )
    found = jobs()
    if options.json:
        return print_json([one.to_dict() for one in found])
    if not found:
        return say("no jobs yet")
    print_table(
        ("JOB", "STATE", "DONE", "CREATED", "TITLE", "STEP"),
        [(j.id, j.state, _share(j), _time(j.created_at), j.title, _step(j)) for j in found],
    )


def _job(options: argparse.Namespace) -> None:
    from freezeout.jobs.run import cancel

    job = _named(options.id)
    if options.log:
        return print_json({"id": job.id, "log": _log(job.id)}) if options.json else _print(_log(job.id))
    if options.cancel:
        ended = not job.live
        job = job if ended else _settled(cancel(job.id))
        say(f"{job.id} has ended already: {job.state}" if ended else f"{job.id}: {job.state}")
        return print_json(job.to_dict()) if options.json else None
    if options.json:
        return print_json(job.to_dict())
    print(f"{job.id}: {job.title}")
    print(f"  state        {job.state}  {_share(job)}")
    print(f"  step         {job.message}")
    print(f"  created      {_time(job.created_at)}   finished {_time(job.finished_at)}")
    if job.error:
        print(f"  error        {job.error['message']}")
        print(f"  hint         {job.error['hint']}")
    print(f"  log          {job.log}")


def _named(id: str) -> Any:
    from freezeout.errors import InputError
    from freezeout.jobs.store import job, jobs

    matching = [one for one in jobs() if one.id.startswith(id)]
    if len(matching) > 1 and id not in [one.id for one in matching]:
        raise InputError(f"{len(matching)} jobs start with '{id}'", hint="give more of the id")
    return matching[0] if len(matching) == 1 else job(id)


def _settled(job: Any) -> Any:
    """The job after its process had the time to clear away what was half made."""
    import time

    from freezeout.jobs import store

    for _ in range(100):
        store.settle()
        job = store.job(job.id)
        if not job.live:
            break
        time.sleep(0.1)
    return job


def _log(id: str) -> str:
    from freezeout.jobs.store import read_log

    parts: list[str] = []
    offset = 0
    while True:
        text, following = read_log(id, offset)
        if following == offset:
            return "".join(parts)
        parts.append(text)
        offset = following


def _print(text: str) -> None:
    sys.stdout.write(text)


def _share(job: Any) -> str:
    return "" if job.progress is None else f"{100 * job.progress:.0f}%"


def _step(job: Any) -> str:
    return str(job.error["message"]) if job.error else str(job.message)


def _time(text: str | None) -> str:
    return (text or "-")[:19].replace("T", " ")
