"""``freezeout reana env``."""

from __future__ import annotations

import argparse
import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from freezeout.cli.output import add_json, print_json, say

if TYPE_CHECKING:
    from freezeout.environments.installation import Installation
    from freezeout.reana.sites.connection import Connection

ENVIRONMENT = "reana"
_PROGRAMS = ("reana-client", "reana-cwl-runner", "cwltool")


def add_command(actions: Any) -> None:
    """Add it to the group ``freezeout reana``."""
    env = actions.add_parser(
        "env",
        help="print the exports that make the command 'reana-client' work with this server",
        description='Prints exports, the token among them: eval "$(freezeout reana env)". The first time it '
        "builds the client's environment.",
        allow_abbrev=False,
    )
    env.add_argument("--connection", default="", metavar="NAME", help="another server than the preferred one")
    add_json(env)
    env.set_defaults(command=show)


def show(options: argparse.Namespace) -> None:
    """Print what makes the unchanged command ``reana-client`` work with this server."""
    from freezeout.reana.sites.connection import connection

    where = connection(options.connection)
    where.require_sound()
    programs = _programs()
    exports = {"REANA_SERVER_URL": where.url, "REANA_ACCESS_TOKEN": where.token}
    _warn_when_down(where)
    if options.json:
        return print_json({**exports, "PATH": str(programs)})
    # a shell makes one line of `eval $(…)` without quotation marks
    for name, value in exports.items():
        print(f"export {name}={shlex.quote(value)};")
    print(f'export PATH={shlex.quote(str(programs))}:"$PATH";')


def _programs() -> Path:
    """A folder with the client's commands and nothing else: not with another Python, or another Freezeout."""
    from freezeout.files import disk_errors
    from freezeout.settings import home

    built = _client()
    folder = home() / "reana-client" / "bin"
    with disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for name in _PROGRAMS:
            beside = folder / f".{name}.{os.getpid()}"
            beside.unlink(missing_ok=True)
            beside.symlink_to(built.python.parent / name)
            beside.replace(folder / name)
    return folder


def _client() -> Installation:
    """The client's environment, built when it is not there."""
    from freezeout.cli.env import build_here
    from freezeout.environments.installation import installation

    there = installation(ENVIRONMENT)
    if there is None or there.fault() is not None:
        say("building the environment of reana-client; this is done once")
        build_here(ENVIRONMENT)
        there = installation(ENVIRONMENT)
        assert there is not None
    return there


def _warn_when_down(where: Connection) -> None:
    from freezeout.services.reana.status import read_status

    if where.kind == "embedded" and not read_status().usable:
        say(
            "the embedded REANA server does not run: reana-client reaches it again after 'freezeout up', "
            "with this address and this token"
        )
