"""``freezeout reana run``, ``scan``, ``spec`` and ``fetch``."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from freezeout.cli.output import add_json, count, print_json, say
from freezeout.cli.reana_client import later

if TYPE_CHECKING:
    from freezeout.executors.reana.submission import Submission


def add_commands(actions: Any) -> None:
    """Add them to the group ``freezeout reana``."""
    run = actions.add_parser(
        "run",
        help="run an experiment or any notebook on REANA, and bring the result home",
        allow_abbrev=False,
    )
    _add_what(run)
    _add_sending(run)
    _add_chain(run)
    run.set_defaults(command=later("reana_run", "run"), scan=[])

    scan = actions.add_parser(
        "scan", help="run an experiment for many values of parameters", allow_abbrev=False
    )
    _add_what(scan)
    _add_scan(scan, required=True)
    _add_sending(scan)
    scan.set_defaults(
        command=later("reana_run", "run"), engine="serial", summary=False, from_lake=False, example=None
    )

    spec = actions.add_parser(
        "spec", help="show reana.yaml, or write the whole REANA folder with -o", allow_abbrev=False
    )
    _add_what(spec)
    _add_scan(spec, required=False)
    _add_chain(spec)
    spec.add_argument("-o", dest="folder", type=Path, metavar="DIR", help="write the folder; it must be new")
    add_json(spec)
    spec.set_defaults(command=later("reana_run", "spec"))

    fetch = actions.add_parser(
        "fetch", help="bring home what a workflow of Freezeout has made", allow_abbrev=False
    )
    fetch.add_argument("workflow", metavar="WORKFLOW", help="its id, or its name such as darkside50.3")
    _add_home(fetch)
    fetch.set_defaults(command=later("reana_run", "fetch"))


def _add_what(command: Any) -> None:
    command.add_argument(
        "what", metavar="EXPERIMENT", help="an experiment, or the path of a notebook (.ipynb)"
    )
    command.add_argument(
        "-p", dest="parameters", action="append", default=[], metavar="NAME=VALUE",
        help="set a parameter; lists and maps as JSON or YAML (repeat for more)",
    )  # fmt: skip
    command.add_argument("--preset", default="default", help="a named set of parameters of an experiment")
    command.add_argument("--environment", metavar="NAME", help="of a notebook, when not that of its kernel")
    command.add_argument(
        "--input", dest="inputs", action="append", default=[], metavar="PATH",
        help="a file or folder beside a notebook that it reads, or a DID of the lake (repeat)",
    )  # fmt: skip
    command.add_argument("--name", help="of the workflow")
    for name, text in (
        ("memory", "what a step may take, such as 2Gi"),
        ("time", "time of a step, such as 90m"),
        ("backend", "where steps run on a cluster that has several"),
        ("retention-days", "how long the server keeps the results"),
    ):
        command.add_argument(f"--{name}", dest=name.replace("-", "_"), default="", help=text)


def _add_chain(command: Any) -> None:
    command.add_argument(
        "--engine", default="serial", metavar="ENGINE", help="serial (default), snakemake, cwl or yadage"
    )
    command.add_argument("--summary", action="store_true", help="a last step draws the summary plot")
    command.add_argument(
        "--from-lake", action="store_true", help="a step fetches the experiment's inputs from the data lake"
    )
    command.add_argument("--example", metavar="NAME", help="as this example of the experiment does it")


def _add_scan(command: Any, required: bool) -> None:
    command.add_argument(
        "--scan", action="append", default=[], required=required, metavar="NAME=VALUES",
        help="0.2,0.3,0.4 or first:last:number, with :log for equal ratios; every combination of several",
    )  # fmt: skip


def _add_sending(command: Any) -> None:
    command.add_argument("--yaml", type=Path, metavar="FILE", help="an edited reana.yaml in place of ours")
    command.add_argument("--detach", action="store_true", help="do not wait: the job goes on by itself")
    _add_home(command)


def _add_home(command: Any) -> None:
    command.add_argument(
        "--connection", default="", metavar="NAME", help="another server than the preferred one"
    )
    command.add_argument("-o", "--to", dest="folder", type=Path, metavar="DIR", help="bring results to DIR")
    command.add_argument(
        "--store", action=argparse.BooleanOptionalAction, default=True,
        help="store runs in the data lake when one is up",
    )  # fmt: skip
    add_json(command)


def _asked(options: argparse.Namespace) -> dict[str, Any]:
    """What `freezeout.executors.reana.plan` is to be given."""
    from freezeout.executors.reana.notebook import read_notebook
    from freezeout.experiments.folder import experiment
    from freezeout.experiments.parameters import parse_assignments
    from freezeout.settings import user_path

    what = str(user_path(options.what)) if options.what.endswith(".ipynb") else options.what
    if options.what.endswith(".ipynb"):
        found = read_notebook(Path(what))
        values = found.parse(
            {name: str(text) for name, text in parse_assignments((), options.parameters).items()}
        )
    else:
        values = parse_assignments(experiment(what).parameters, options.parameters)
    example: dict[str, Any] = {}
    if options.example:
        from freezeout.executors.reana.examples import arguments

        example = arguments(experiment(what), options.example)
        values = {**(example.pop("values") or {}), **values}
    resources = {name: getattr(options, name) for name in ("memory", "time", "backend", "retention_days")}
    return {
        "what": what,
        "parameters": values,
        "preset": options.preset,
        "environment": options.environment,
        "inputs": options.inputs,
        "resources": {name: value for name, value in resources.items() if value},
        "scan": options.scan or None,
        "name": options.name,
        "engine": options.engine,
        "summary": options.summary,
        "from_lake": options.from_lake,
        **example,
    }


def _plan(asked: dict[str, Any]) -> Submission:
    from freezeout.executors.reana.planning import plan

    values = {**asked, "values": asked["parameters"]}
    del values["parameters"]
    submission = plan(**values)
    if submission.left_out:
        number = len(submission.left_out)
        say(f"{count(number, 'point')} of the scan {'are' if number > 1 else 'is'} there already, as runs")
    return submission


def spec(options: argparse.Namespace) -> None:
    """Show what would be submitted, or write it."""
    from freezeout.settings import user_path

    submission = _plan(_asked(options))
    if options.folder:
        file = submission.write(user_path(options.folder))
        place = shlex.quote(str(file.parent))
        say(f"to run it with REANA's own client: cd {place} && reana-client run -w {submission.name}")
        return print_json({"file": str(file)}) if options.json else print(file)
    if options.json:
        files = {name: len(data) if isinstance(data, bytes) else data.stat().st_size
                 for name, data in submission.files.items()}  # fmt: skip
        return print_json({"yaml": submission.yaml(), "files": files, "steps": submission.steps})
    print(submission.yaml(), end="")


def run(options: argparse.Namespace) -> None:
    """Run it, and bring the result home."""
    from freezeout.executors.reana import job
    from freezeout.executors.reana.points import ScanComplete
    from freezeout.jobs import run as jobs
    from freezeout.reana.sites.connection import connection
    from freezeout.settings import runs_folder, user_path

    asked = _asked(options)
    try:
        submission = _plan(asked)
    except ScanComplete as complete:
        say(complete.message)
        paths = [str(runs_folder() / run_id) for run_id in complete.run_ids]
        return (
            print_json({"runs": complete.run_ids, "paths": paths})
            if options.json
            else print(*paths, sep="\n")
        )
    arguments = {
        **asked,
        "yaml": _text(options.yaml) if options.yaml else None,
        "connection": options.connection,
        "folder": str(user_path(options.folder)) if options.folder else None,
        "store": options.store,
    }
    _require_client()
    connection(options.connection).current().require_sound()
    words = (job.KIND, job.title_of(submission), job.subject(options.connection), job.RUN_WORK, arguments)
    if options.detach:
        started = jobs.start(*words)
        say(f"it goes on by itself; how far it is: freezeout jobs {started.id}")
        return print_json(started.to_dict()) if options.json else print(started.id)
    _show(options, words)


def _text(path: Path) -> str:
    from freezeout.errors import InputError
    from freezeout.settings import user_path

    try:
        return user_path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {path}: {error}", code="file_unreadable") from error


def fetch(options: argparse.Namespace) -> None:
    """Bring home what a workflow has made."""
    from freezeout.executors.reana import job
    from freezeout.settings import user_path

    arguments = {
        "workflow": options.workflow,
        "connection": options.connection,
        "folder": str(user_path(options.folder)) if options.folder else None,
        "store": options.store,
    }
    _require_client()
    _show(
        options,
        (job.FETCH, f"Fetch {options.workflow}", job.subject(options.connection), job.FETCH_WORK, arguments),
    )


def _require_client() -> None:
    """Build the environment of REANA's client when it is not there."""
    from freezeout.cli.env import build_here
    from freezeout.environments.installation import installation
    from freezeout.reana.interpreter import ENVIRONMENT

    if installation(ENVIRONMENT) is None:
        build_here(ENVIRONMENT)


def _show(options: argparse.Namespace, words: tuple[str, str, str, str, dict[str, Any]]) -> None:
    from freezeout.cli.progress import Progress
    from freezeout.jobs import run as jobs

    progress = Progress(words[1])
    try:
        done = jobs.run(*words, watch=progress)
    finally:
        progress.end()
    said = done.result
    if options.json:
        return print_json(said)
    for line in said["failed"]:
        say(f"failed: {line}")
    for did in said["stored"]:
        say(f"stored in the lake as {did}")
    if said["limit"]:
        say(f"its limit is one of yours now: {said['limit']}")
    ended = {"failed": "failed", "stopped": "was stopped"}
    if said["status"] in ended:
        say(": ".join(filter(None, (f"{said['name']} {ended[said['status']]}", said["reason"]))))
        for path in said["kept"]:
            say(f"kept: {path}")
    if said["status"] not in ("finished", "failed", "stopped"):
        say(f"{said['name']} is {said['status']}: fetch it again later for the rest")
    for path in said["paths"]:
        print(path)
    if said["results"]:
        print(said["results"])
    if not said["runs"] and not said["results"]:
        say(f"{said['name']} has made nothing so far")
