"""``freezeout up``."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from freezeout.cli.output import print_json, say


def add_commands(commands: Any) -> None:
    """Add the commands of this group."""
    up = commands.add_parser(
        "up", help="start JupyterLab and the dashboards; Ctrl-C stops all", allow_abbrev=False
    )
    up.add_argument("--root", type=Path, metavar="DIR", help="the folder that JupyterLab shows")
    up.add_argument("--port", type=int, default=0, help="a port of 127.0.0.1 (default: a free one)")
    up.add_argument("--no-browser", action="store_true", help="do not open a browser")
    up.add_argument("--json", action="store_true", help="print the addresses as JSON")
    up.set_defaults(command=_up)


def _up(options: argparse.Namespace) -> int:
    from freezeout.errors import InputError
    from freezeout.services.jupyter import Jupyter

    if options.root and not options.root.is_dir():
        raise InputError(f"there is no folder {options.root}", hint="give an existing folder with --root")
    if not 0 <= options.port <= 65535:
        raise InputError(f"--port is {options.port}", hint="give a port from 1 to 65535, or 0 for a free one")
    # SIGINT too: a shell's background job starts with it ignored
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, _stop)
    screen = sys.platform == "darwin" or any(os.environ.get(v) for v in ("DISPLAY", "WAYLAND_DISPLAY"))
    say("starting JupyterLab …")
    jupyter = Jupyter.start(options.root, options.port, screen and not options.no_browser)
    try:
        if options.json:
            print_json({"lab": f"{jupyter.url}/lab", "dashboard": jupyter.dashboard,
                        "token_file": str(jupyter.token_file)})  # fmt: skip
        else:
            print(f"JupyterLab         {jupyter.url}/lab")
            print(f"summary dashboard  {jupyter.dashboard}")
            print(f"sign in with the token in {jupyter.token_file} (only you can read it)")
        sys.stdout.flush()
        say("Ctrl-C stops all")
        return jupyter.process.child.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        say("stopping …")
        jupyter.stop()


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
