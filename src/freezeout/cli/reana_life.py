"""``freezeout reana submit``, ``start``, ``stop`` and what else changes workflows."""

from __future__ import annotations

import argparse
import contextlib
import json
from typing import TYPE_CHECKING, Any

from freezeout.cli.output import print_json, say
from freezeout.cli.reana_client import build, client_of, require_agreed
from freezeout.errors import FreezeoutError, InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from freezeout.reana.client.client import Client


def submit(options: argparse.Namespace) -> int:
    """Run the workflow of a folder."""
    from freezeout.cli.progress import watched
    from freezeout.reana.client.inputs import inputs_of
    from freezeout.reana.client.specification import find

    client, file = client_of(options), find(options.folder)
    specification = client.load(file)
    given = values(options.parameter, (specification.get("inputs") or {}).get("parameters") or {})
    files = inputs_of(file, build=build)
    name = options.name or _name_of(file.parent.name)
    made = client.create(specification, name)
    try:
        with watched(f"upload to {made.full_name}") as progress:
            client.upload(made.id, files, progress)
    except BaseException:
        # without its inputs it is of no use
        with contextlib.suppress(FreezeoutError):
            client.delete(made.id)
        raise
    if options.no_start:
        return _done(options, client, made.id)
    client.start(made.id, given, values(options.option, {}))
    return _done(options, client, made.id)


def _name_of(folder: str) -> str:
    """A name as REANA takes it: no dots, for they stand before the run number."""
    kept = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "_-") else "-" for sign in folder)
    return kept.strip("-") or "workflow"


def check(options: argparse.Namespace) -> int:
    """What is wrong with a ``reana.yaml``."""
    from freezeout.reana.client.specification import check, find

    file = find(options.folder)
    problems = check(file, build)
    if options.json:
        print_json({"file": str(file), "problems": problems})
    for one in problems:
        say(one)
    if not problems:
        say(f"{file} is in order")
    return 1 if problems else 0


def start(options: argparse.Namespace) -> int:
    """Start a workflow that was made."""
    client = client_of(options)
    given = values(options.parameter, _parameters(client, options))
    started = client.start(options.workflow, given, values(options.option, {}))
    return _done(options, client, started.id)


def restart(options: argparse.Namespace) -> int:
    """Run one that has ended again."""
    client = client_of(options)
    given = values(options.parameter, _parameters(client, options))
    started = client.start(options.workflow, given, values(options.option, {}), restart=True)
    return _done(options, client, started.id)


def rerun(options: argparse.Namespace) -> int:
    """The same again as a new workflow."""
    from freezeout.cli.progress import watched
    from freezeout.reana.jobs.again import again

    client = client_of(options)
    given = values(options.parameter, _parameters(client, options))
    with watched(f"rerun {options.workflow}") as progress:
        made = again(client, options.workflow, given, values(options.option, {}), progress)
    return _done(options, client, made.id)


def stop(options: argparse.Namespace) -> int:
    """Stop a workflow that runs."""
    client = client_of(options)
    client.stop(options.workflow)
    return _done(options, client, options.workflow, follow=False)


def delete(options: argparse.Namespace) -> None:
    """Delete a workflow."""
    client = client_of(options)
    found = client.status(options.workflow)
    what = f"all runs of {found.name}" if options.all_runs else found.full_name
    require_agreed(options, f"delete {what}, with all files")
    client.delete(found.id, all_runs=options.all_runs)
    say(f"{what}: deleted")
    if options.json:
        print_json({"id": found.id, "full_name": found.full_name, "all_runs": options.all_runs})


def open_session(options: argparse.Namespace) -> None:
    """Open an interactive session."""
    url = client_of(options).open_session(options.workflow, options.type, options.image)
    say("the session asks for your token of REANA; it may take a minute until it answers")
    print_json({"url": url}) if options.json else print(url)


def close_session(options: argparse.Namespace) -> None:
    """Close the interactive session of a workflow."""
    client_of(options).close_session(options.workflow)
    say(f"the session of {options.workflow} is closed")
    if options.json:
        print_json({"workflow": options.workflow})


def values(assignments: list[str], like: Mapping[str, Any]) -> dict[str, Any]:
    """Values of ``name=value`` texts: as JSON, but a text where the value so far is one.

    Raises
    ------
    InputError
        When one is no assignment, or of a parameter that there is not.

    Examples
    --------
    >>> values(["mass=100", "tag=7", "on=true"], {"mass": 50.0, "tag": "a", "on": False})
    {'mass': 100, 'tag': '7', 'on': True}
    """
    found: dict[str, Any] = {}
    for text in assignments:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise InputError(f"{text!r} is not name=value", hint="write -p name=value")
        if like and name not in like:
            raise InputError(
                f"the workflow has no parameter '{name}'", hint=f"it has {', '.join(sorted(like))}",
                code="unknown_parameter",
            )  # fmt: skip
        found[name] = value if isinstance(like.get(name), str) else _read(value)
    return found


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _parameters(client: Client, options: argparse.Namespace) -> dict[str, Any]:
    if not options.parameter:
        return {}
    found: dict[str, Any] = client.parameters(options.workflow).get("parameters") or {}
    return found


def _done(options: argparse.Namespace, client: Client, workflow: str, follow: bool = True) -> int:
    from freezeout.cli.reana_follow import follow as follow_it
    from freezeout.cli.reana_look import as_json

    found = client.status(workflow)
    status = 0
    if follow and options.follow:
        say(f"{found.full_name}: {found.status}")
        status = follow_it(client, found.id, silent=options.json)
        found = client.status(found.id)
    if options.json:
        print_json(as_json(found))
    elif not status and not (follow and options.follow):
        say(f"{found.full_name}: {found.status}")
        print(found.full_name)
    return status
