"""What the commands of ``freezeout reana`` have in common."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from freezeout.cli.output import print_json, say
from freezeout.errors import FreezeoutError, InputError

if TYPE_CHECKING:
    from freezeout.reana.client.client import Client


_Command = Callable[[argparse.Namespace], int | None]


def later(where: str, name: str) -> _Command:
    """A command, imported when it is called; for a program its error is JSON as well."""

    def command(options: argparse.Namespace) -> int | None:
        done: _Command = getattr(import_module(f"freezeout.cli.{where}"), name)
        try:
            return done(options)
        except FreezeoutError as error:
            if options.json:
                print_json({"error": {"code": error.code, "message": error.message, "hint": error.hint}})
            raise

    return command


def client_of(options: argparse.Namespace) -> Client:
    """The server that is meant; the environment of its client is built when it is first needed."""
    from freezeout.reana.client.client import Client
    from freezeout.reana.sites.connection import connection

    return Client(connection(options.connection), build=build)


def build() -> None:
    """Build the environment of REANA's client, with progress."""
    from freezeout.cli.env import build_here

    say("building the environment of REANA's client; this is done once")
    build_here("reana")


def require_agreed(options: argparse.Namespace, what: str) -> None:
    """Ask before something is lost.

    Raises
    ------
    InputError
        When nobody agrees.
    """
    from freezeout.cli.progress import asked, at_terminal

    if options.yes:
        return
    if not at_terminal():
        raise InputError(f"not done without being asked: {what}", hint="give --yes")
    if not asked(f"{what}?"):
        raise InputError("nothing is removed", code="not_agreed")


def time_of(text: str | None) -> str:
    """A time for tables."""
    return (text or "-")[:19].replace("T", " ")
