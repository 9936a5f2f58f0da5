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
    from freezeout.reana.sites.place import place as reana
    from freezeout.services import gateway
    from freezeout.services.lake.lake import Lake
    from freezeout.services.lake.place import place
    from freezeout.services.reana.reana import Reana
    from freezeout.services.status import is_owned

    stopped = []
    if gateway.is_taken():
        say("stopping …")
        gateway.stop(_PATIENCE)
        stopped.append("gateway")
    # of a Jupyter server that somebody else started, say
    for name, title, one in (("lake", "data lake", Lake(place())), ("reana", "REANA server", Reana(reana()))):
        if is_owned(one.place):
            say(f"stopping the {title} …")
            one.stop()
            stopped.append(name)
    if options.json:
        print_json({"stopped": stopped})
    say("all is stopped" if stopped else "nothing runs")
