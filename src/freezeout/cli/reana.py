"""``freezeout reana``: the commands; what they do is in the modules ``reana_…`` beside this one."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from freezeout.cli import reana_env, reana_run
from freezeout.cli.reana_client import later

# names of functions that would hide Python's own
_OTHERWISE = {"list": "list_workflows", "open": "open_session", "close": "close_session"}
_STATES = ("created", "pending", "queued", "running", "finished", "failed", "stopped", "deleted")


def add_commands(commands: Any) -> None:
    """Add the commands of this group."""
    group = commands.add_parser(
        "reana", help="run workflows on REANA, the embedded one or a cluster", allow_abbrev=False
    )
    actions = group.add_subparsers(title="actions", metavar="ACTION", required=True)
    _looking(actions)
    _files(actions)
    _life(actions)
    _access(actions)
    reana_run.add_commands(actions)
    reana_env.add_command(actions)


def add_connection(action: argparse.ArgumentParser) -> None:
    """Give an action the options ``--connection`` and ``--json``."""
    action.add_argument(
        "--connection", default="", metavar="NAME", help="which REANA; see 'freezeout reana connections'"
    )
    action.add_argument("--json", action="store_true", help="print JSON")


def _action(actions: Any, name: str, where: str, help: str, workflow: bool = True) -> argparse.ArgumentParser:
    action: argparse.ArgumentParser = actions.add_parser(name, help=help, allow_abbrev=False)
    if workflow:
        action.add_argument("workflow", metavar="WORKFLOW", help="its name with the run number, or its id")
    add_connection(action)
    action.set_defaults(command=later(where, _OTHERWISE.get(name, name)))
    return action


def _number(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is no number from 1 on")
    return int(text)


def _looking(actions: Any) -> None:
    listing = _action(actions, "list", "reana_look", "list your workflows", workflow=False)
    listing.add_argument("--search", default="", metavar="TEXT", help="a part of the name")
    listing.add_argument("--workflow", default="", metavar="NAME", help="only the runs of this name")
    listing.add_argument(
        "--status", action="append", default=[], choices=_STATES,
        help="only these (repeat for more; default: all but deleted)",
    )  # fmt: skip
    listing.add_argument("--sort", default="desc", choices=("desc", "asc", "disk-desc", "cpu-desc"))
    listing.add_argument("--sessions", action="store_true", help="only those with an interactive session")
    listing.add_argument("--sizes", action="store_true", help="also what their files take")
    listing.add_argument("--page", type=_number, default=1, metavar="N")
    listing.add_argument("--size", type=_number, default=50, metavar="N", help="so many a page (default: 50)")
    listing.add_argument("--all-pages", action="store_true", help="all of them")

    _action(actions, "status", "reana_look", "what a workflow does")

    logs = _action(actions, "logs", "reana_look", "what a workflow and its steps said")
    logs.add_argument("--follow", action="store_true", help="go on until it has ended; 1 when it failed")
    logs.add_argument(
        "--step", action="append", default=[], metavar="NAME", help="only of this step (repeat for more)"
    )
    _action(actions, "parameters", "reana_look", "the parameters it was started with")
    _action(actions, "specification", "reana_look", "its specification, as YAML")
    _action(actions, "retention", "reana_look", "how long its files are kept")

    diff = _action(actions, "diff", "reana_look", "what differs between two workflows", workflow=False)
    diff.add_argument("a", metavar="WORKFLOW")
    diff.add_argument("b", metavar="WORKFLOW")
    diff.add_argument("--brief", action="store_true", help="of files, only which differ")
    diff.add_argument("--context", type=_number, default=5, metavar="N", help="lines around a difference")


def _files(actions: Any) -> None:
    for name in ("ls", "tree"):
        what = {"ls": "list the files of a workspace", "tree": "the same, as a tree"}[name]
        listing = _action(actions, name, "reana_files", what)
        listing.add_argument("path", nargs="?", default="", help="a folder, a file or a pattern")
        listing.add_argument("--search", default="", metavar="TEXT", help="a part of the path")
    du = _action(actions, "du", "reana_files", "what files and folders take")
    du.add_argument("--summarize", action="store_true", help="the whole workspace alone")

    download = _action(actions, "download", "reana_files", "bring files here, whole or not at all")
    download.add_argument("paths", nargs="*", metavar="PATH", help="files, folders, patterns; default: all")
    download.add_argument(
        "-o", "--to", type=Path, default=None, metavar="DIR", help="default: ./<name of the workflow>"
    )
    upload = _action(actions, "upload", "reana_files", "take files and folders to a workspace")
    upload.add_argument(
        "paths", nargs="*", type=Path, metavar="PATH", help="default: the inputs that ./reana.yaml names"
    )
    upload.add_argument("--to", default="", metavar="DIR", help="folder of the workspace; default: its top")

    cat = _action(actions, "cat", "reana_files", "print a file")
    cat.add_argument("path")
    cat.add_argument("--bytes", type=_number, metavar="N", help="only the first N")

    rm = _action(actions, "rm", "reana_files", "remove files of a workspace")
    rm.add_argument("paths", nargs="+", metavar="PATH")
    rm.add_argument("--yes", action="store_true", help="without asking")

    mv = _action(actions, "mv", "reana_files", "move a file or a folder within a workspace")
    mv.add_argument("source")
    mv.add_argument("target")

    prune = _action(actions, "prune", "reana_files", "remove what is neither input nor output")
    prune.add_argument("--inputs", action="store_true", help="the inputs as well")
    prune.add_argument("--outputs", action="store_true", help="the outputs as well")
    prune.add_argument("--yes", action="store_true", help="without asking")


def _life(actions: Any) -> None:
    submit = _action(actions, "submit", "reana_life", "run the workflow of a folder", workflow=False)
    submit.add_argument(
        "folder", nargs="?", type=Path, default=Path(), help="with a reana.yaml, or that file (default: here)"
    )
    submit.add_argument("--name", metavar="NAME", help="of the workflow; default: that of the folder")
    submit.add_argument("--no-start", action="store_true", help="make it and take its inputs there, no more")
    _given(submit)

    check = _action(actions, "check", "reana_life", "what is wrong with a reana.yaml", workflow=False)
    check.add_argument("folder", nargs="?", type=Path, default=Path(), help="with a reana.yaml, or that file")

    _given(_action(actions, "start", "reana_life", "start a workflow that was made"))
    _given(_action(actions, "restart", "reana_life", "run one that has ended again, in its own workspace"))
    _given(_action(actions, "rerun", "reana_life", "the same again as a new workflow, with other values"))
    _action(actions, "stop", "reana_life", "stop a workflow that runs")

    delete = _action(actions, "delete", "reana_life", "delete a workflow and its workspace")
    delete.add_argument("--all-runs", action="store_true", help="all runs of its name")
    delete.add_argument("--yes", action="store_true", help="without asking")

    session = _action(actions, "open", "reana_life", "open an interactive session in a workspace")
    session.add_argument("--type", default="jupyter", help="(default: jupyter)")
    session.add_argument("--image", default="", help="a container image of your own, where the server allows")
    _action(actions, "close", "reana_life", "close the interactive session of a workflow")


def _given(action: argparse.ArgumentParser) -> None:
    action.add_argument(
        "-p", "--parameter", action="append", default=[], metavar="NAME=VALUE",
        help="in place of that of the specification (repeat for more)",
    )  # fmt: skip
    action.add_argument(
        "--option", action="append", default=[], metavar="NAME=VALUE",
        help="an operational option, such as CACHE=off",
    )  # fmt: skip
    action.add_argument("--follow", action="store_true", help="print its logs until it has ended")


def _access(actions: Any) -> None:
    _action(actions, "ping", "reana_access", "which server it is, and whom it takes you for", workflow=False)
    _action(actions, "quota", "reana_access", "what your workflows use", workflow=False)
    _action(actions, "info", "reana_access", "what the server says of itself", workflow=False)

    known = _action(actions, "connections", "reana_access", "list, add or remove servers", workflow=False)
    doing = known.add_subparsers(title="actions", metavar="ACTION")
    add = doing.add_parser("add", help="keep a server and a token", allow_abbrev=False)
    add.add_argument("name")
    add.add_argument("url", metavar="URL", help="such as https://reana.cern.ch")
    add.add_argument(
        "--token-file", type=Path, metavar="FILE", help="holds the token; default: it is read or asked for"
    )
    add.add_argument(
        "--insecure", action="store_true", help="accept http, and certificates that nobody vouches for"
    )
    add.add_argument("--authorities", type=Path, metavar="FILE", help="certificates that are trusted there")
    add.add_argument("--no-check", action="store_true", help="keep it without asking the server")
    _inner(add, "add_connection")
    remove = doing.add_parser("remove", help="forget a server and its token", allow_abbrev=False)
    remove.add_argument("name")
    _inner(remove, "remove_connection")

    secrets = _action(actions, "secrets", "reana_access", "list, add or remove secrets", workflow=False)
    doing = secrets.add_subparsers(title="actions", metavar="ACTION")
    add = doing.add_parser(
        "add", help="have the server keep a secret; its value is read or asked for", allow_abbrev=False
    )
    add.add_argument("name")
    add.add_argument("--file", type=Path, metavar="FILE", help="holds the value")
    add.add_argument("--as-file", action="store_true", help="steps find it as a file, not as a variable")
    add.add_argument("--overwrite", action="store_true")
    _inner(add, "add_secret")
    remove = doing.add_parser("remove", help="have the server forget it", allow_abbrev=False)
    remove.add_argument("name")
    _inner(remove, "remove_secret")


def _inner(action: argparse.ArgumentParser, name: str) -> None:
    """An action of an action: the options of the outer one may stand behind it as well."""
    action.add_argument("--connection", default=argparse.SUPPRESS, metavar="NAME", help=argparse.SUPPRESS)
    action.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print JSON")
    action.set_defaults(command=later("reana_access", name))
