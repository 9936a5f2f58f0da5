"""``freezeout lake``: the commands; what they do is in `lake_look`, `lake_move` and `lake_keep`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from freezeout.cli.output import print_json
from freezeout.errors import FreezeoutError

_Command = Callable[[argparse.Namespace], int | None]


def add_commands(commands: Any) -> None:
    """Add the commands of this group."""
    group = commands.add_parser("lake", help="find, get, put and keep data in the lake", allow_abbrev=False)
    actions = group.add_subparsers(title="actions", metavar="ACTION", required=True)
    _looking(actions)
    _moving(actions)
    _keeping(actions)


def _action(actions: Any, name: str, where: str, help: str) -> argparse.ArgumentParser:
    action: argparse.ArgumentParser = actions.add_parser(name, help=help, allow_abbrev=False)
    action.add_argument("--lake", default="", metavar="NAME", help="which lake; see 'freezeout config lake'")
    action.add_argument("--json", action="store_true", help="print JSON")
    action.set_defaults(command=_later(where, name))
    return action


def _later(where: str, name: str) -> _Command:
    """The command, imported when it is called; for a program its error is JSON as well."""

    def command(options: argparse.Namespace) -> int | None:
        done: _Command = getattr(import_module(f"freezeout.cli.{where}"), name)
        try:
            return done(options)
        except FreezeoutError as error:
            if options.json:
                said = {"code": error.code, "message": error.message, "hint": error.hint}
                print_json({"error": said})
            raise

    return command


def _number(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is no number from 1 on")
    return int(text)


def _looking(actions: Any) -> None:
    listing = _action(actions, "ls", "lake_look", "list scopes, a scope, a dataset or a container")
    listing.add_argument("what", nargs="?", default="", metavar="SCOPE|DID", help="such as darkside50")
    listing.add_argument("--type", default="", choices=("file", "dataset", "container", "collection"))
    listing.add_argument("--limit", type=_number, metavar="N", help="not more than N lines")

    tree = _action(actions, "tree", "lake_look", "the same, with what is inside")
    tree.add_argument("what", nargs="?", default="", metavar="SCOPE|DID")
    tree.add_argument("--depth", type=_number, default=3, metavar="N", help="how deep to look (default: 3)")
    tree.add_argument(
        "--limit", type=_number, default=20, metavar="N", help="of each not more than N (default: 20)"
    )

    search = _action(actions, "search", "lake_look", "find data by name and metadata")
    search.add_argument(
        "query", nargs="*", help="such as experiment=darkside50 rho_dm=0.3, or 'mass>10 OR name=calib*'"
    )
    search.add_argument("--type", default="", choices=("file", "dataset", "container", "collection"))
    search.add_argument("--scope", default="", help="look there only")
    search.add_argument("--limit", type=_number, metavar="N", help="not more than N")

    info = _action(actions, "info", "lake_look", "all about one: size, checksums, metadata, replicas, rules")
    info.add_argument("did", metavar="DID")

    rses = _action(actions, "rses", "lake_look", "list the storage elements")
    rses.add_argument("expression", nargs="?", default="", help="only those that fit this expression")


def _moving(actions: Any) -> None:
    get = _action(actions, "get", "lake_move", "bring a file or a dataset here, verified")
    get.add_argument("did", metavar="DID", help="scope:name")
    get.add_argument("--to", type=Path, metavar="DIR", help="put it there; default: the cache")
    get.add_argument("--verify", action="store_true", help="read what is in the cache as a whole again")

    put = _action(actions, "put", "lake_move", "take files, or a folder as a dataset, to the lake")
    put.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    put.add_argument("--did", metavar="DID", help="what the file, or the folder's dataset, is called")
    put.add_argument("--dataset", metavar="DID", help="put all into this dataset")
    put.add_argument("--rse", default="", metavar="RSE", help="the storage (default: the near one)")
    put.add_argument("--lifetime", metavar="TIME", help="keep it so long: 3600, 12h, 7d (default: for ever)")
    put.add_argument(
        "-m", "--metadata", action="append", default=[], metavar="KEY=VALUE",
        help="numbers, true and false are such; \"'1'\" is a text (repeat for more; or one JSON object)",
    )  # fmt: skip
    put.add_argument(
        "--register", action="store_true", help="the files lie on the storage already: no copy is made"
    )

    cache = _action(actions, "cache", "lake_move", "what is kept here of files of the lake")
    cache.add_argument("--clear", action="store_true", help="remove all that is not in use")
    cache.add_argument("--keep", metavar="SIZE", help="remove what was not used longest, down to SIZE: 10GB")


def _keeping(actions: Any) -> None:
    replicate = _action(actions, "replicate", "lake_keep", "have data at a storage, and wait for it")
    replicate.add_argument("did", metavar="DID")
    replicate.add_argument("--rse", default="", metavar="RSE", help="where (default: near here)")
    replicate.add_argument("--lifetime", metavar="TIME", help="keep it so long: 3600, 12h, 7d")
    replicate.add_argument("--wait", action="store_true", help="until it is there, and say how far it is")
    replicate.add_argument("--copies", type=int, default=1, metavar="N")

    rules = _action(actions, "rules", "lake_keep", "what keeps data where, and how far it is")
    rules.add_argument("did", metavar="DID")
    rules.add_argument("--cancel", metavar="ID", help="end this rule; the start of an id is enough")

    meta = _action(actions, "meta", "lake_keep", "show or change metadata")
    meta.add_argument("did", metavar="DID")
    meta.add_argument("assignments", nargs="*", metavar="KEY=VALUE", help="numbers, true and false are such")
    meta.add_argument("--delete", action="append", default=[], metavar="KEY", help="(repeat for more)")

    rm = _action(actions, "rm", "lake_keep", "remove data of yours from the lake")
    rm.add_argument("did", metavar="DID")
    rm.add_argument("--yes", action="store_true", help="without asking")

    _action(
        actions, "env", "lake_keep", "print the exports that make the command 'rucio' work with this lake"
    )
