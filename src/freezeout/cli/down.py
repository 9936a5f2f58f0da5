"""``freezeout down``."""

from __future__ import annotations

import argparse
from typing import Any

from freezeout.cli.output import add_json, print_json, say

_PATIENCE = 90.0


def add_commands(commands: Any) -> None:
    """Add the commands of this group."""
    down = commands.add_parser(
        "down", help="stop what 'freezeout up' started, wherever that was", allow_abbrev=False
    )
    add_json(down)
    down.set_defaults(command=_down)


def _down(options: argparse.Namespace) -> None:
    from freezeout.services import gateway
    from freezeout.services.lake.lake import Lake
    from freezeout.services.lake.place import place
    from freezeout.services.lake.status import is_owned

    stopped = []
    if gateway.is_taken():
        say("stopping …")
        gateway.stop(_PATIENCE)
        stopped.append("gateway")
    if is_owned(place()):
        # of a Jupyter server that somebody else started, say
        say("stopping the data lake …")
        Lake(place()).stop()
        stopped.append("lake")
    if options.json:
        print_json({"stopped": stopped})
    say("all is stopped" if stopped else "nothing runs")
