"""``freezeout experiments`` and ``freezeout run``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from freezeout.cli.output import add_json, count, print_json, print_table, say

if TYPE_CHECKING:
    from freezeout.environments.folder import Environment


def add_commands(commands: Any) -> None:
    """Add the commands of this group."""
    listing = commands.add_parser(
        "experiments", help="list experiments, or show one with its parameters", allow_abbrev=False
    )
    listing.add_argument("id", nargs="?", help="show this one")
    add_json(listing)
    listing.set_defaults(command=_experiments)

    run = commands.add_parser("run", help="run an experiment's notebook", allow_abbrev=False)
    run.add_argument("id", help="the experiment, see 'freezeout experiments'")
    run.add_argument(
        "-p", dest="parameters", action="append", default=[], metavar="NAME=VALUE",
        help="set a parameter; lists and maps as JSON or YAML (repeat for more)",
    )  # fmt: skip
    run.add_argument("--preset", default="default", help="a named set of parameters")
    run.add_argument("-o", dest="folder", type=Path, metavar="DIR", help="make the run's folder in DIR")
    run.add_argument(
        "--reuse", action="store_true", help="take a complete run of the same kind if there is one"
    )
    run.add_argument("--yes", action="store_true", help="build the environment without asking if need be")
    run.add_argument(
        "--store", action=argparse.BooleanOptionalAction,
        help="store the run in the data lake (default: when a lake is up)",
    )  # fmt: skip
    run.add_argument("--json", action="store_true", help="print the run's record")
    run.set_defaults(command=_run)


def _experiments(options: argparse.Namespace) -> None:
    from freezeout.experiments.folder import experiment, scan_experiments

    if options.id:
        return _experiment(options, experiment(options.id))
    found, damaged = scan_experiments()
    for error in damaged:
        say(f"freezeout: {error}")
    if options.json:
        return print_json([_facts(one) for one in found])
    print_table(
        ("ID", "METHOD", "ENVIRONMENT", "TITLE"),
        [(e.id, e.method, e.environment, e.title) for e in found],
    )


def _facts(one: Any) -> dict[str, object]:
    return {
        "id": one.id,
        "title": one.title,
        "method": one.method,
        "environment": one.environment,
        "folder": str(one.folder),
        "notebook": str(one.notebook),
        "presets": dict(one.presets),
        "references": [str(reference) for reference in one.references],
        "parameters": [
            {"name": p.name, "type": p.type, "default": p.default, "unit": p.unit, "allowed": p.allowed,
             "help": p.help}
            for p in one.parameters
        ],
    }  # fmt: skip


def _experiment(options: argparse.Namespace, one: Any) -> None:
    if options.json:
        return print_json(_facts(one))
    rows = [(p.name, p.type, _short(p.default), p.unit or "", p.help, p.allowed) for p in one.parameters]
    print(f"{one.id}: {one.title}")
    print(f"  method       {one.method}")
    print(f"  environment  {one.environment}")
    print(f"  notebook     {one.notebook}")
    print(f"  presets      {', '.join(one.presets)}")
    for reference in one.references:
        print(f"  reference    {reference}")
    print()
    print_table(("PARAMETER", "TYPE", "DEFAULT", "UNIT", "MEANING", "ALLOWED"), rows)


def _short(value: object) -> str:
    text = repr(value) if not isinstance(value, list) else f"[{', '.join(map(str, value))}]"
    if isinstance(value, list) and len(text) > 24:
        return f"[{value[0]}, …, {value[-1]}] ({len(value)})"
    return text


def _builder(agreed: bool) -> Callable[[Environment], None]:
    """What builds the environment of a run, once the user agrees to it."""

    def build(environment: Environment) -> None:
        from freezeout.cli.env import build_here
        from freezeout.cli.progress import asked, at_terminal
        from freezeout.environments.installation import require
        from freezeout.errors import FreezeoutError, InputError

        absent, code = f"the environment '{environment.name}' is not built", "environment_missing"
        try:
            require(environment)
        except FreezeoutError as error:
            absent, code = error.message, error.code
        name, said = environment.name, environment.description
        cost = [f"{said['megabytes']:.0f} MB"] if "megabytes" in said else []
        cost += [f"about {said['seconds']:.0f} s"] if "seconds" in said else []
        about = f" ({', '.join(cost)})" if cost else ""
        if not agreed and not at_terminal():
            raise InputError(
                f"{absent}{about}",
                hint=f"run with --yes to build it now, or first: freezeout env build {name}",
                code=code,
            )
        if not agreed and not asked(f"{absent}; build it?{about}"):
            raise InputError(absent, hint=f"freezeout env build {name}", code=code)
        build_here(name)

    return build


def _tell_of_environment(used: object) -> None:
    """Say what may be wrong with the environment that a run was in."""
    from freezeout.environments.folder import environment
    from freezeout.environments.installation import installation

    assert isinstance(used, dict)
    built = installation(used["name"])
    smoke = built.data.get("smoke") if built else None
    if smoke and not smoke["ok"]:
        say(f"'{used['name']}' did not pass its last test: {smoke['message']}")
    lock = environment(used["name"]).lock
    if lock is not None and used["lock_sha256"] not in (None, lock.sha256):
        name = used["name"]
        say(f"'{name}' was built from an older lock than it has now: freezeout env update {name}")


def _run(options: argparse.Namespace) -> None:
    from freezeout.experiments.folder import experiment
    from freezeout.experiments.parameters import parse_assignments
    from freezeout.experiments.run import run

    declared = experiment(options.id).parameters
    values = parse_assignments(declared, options.parameters)
    record = run(
        options.id,
        values,
        preset=options.preset,
        folder=options.folder,
        reuse=options.reuse,
        progress=sys.stderr.isatty(),
        build=_builder(options.yes),
    )
    _tell_of_environment(record.data["environment"])
    if options.store is not False:
        from freezeout.cli.runs import store_if_possible

        store_if_possible(record, asked=options.store is True)
    if options.json:
        return print(record.to_json())
    curve = record.limit()
    say(f"{record.experiment}: {count(len(curve.mass), 'mass')}, {curve.confidence}, plane {curve.plane}")
    print(record.path)
