"""``freezeout up``."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from freezeout.cli.output import print_json, say

if TYPE_CHECKING:
    from freezeout.services.gateway import Gateway
    from freezeout.services.jupyter import Jupyter
    from freezeout.services.watch import ServiceWatch

_BEAT = 0.25
_LOG = "up.log"
_PATIENCE = 1800.0


def add_commands(commands: Any) -> None:
    """Add the commands of this group."""
    up = commands.add_parser(
        "up",
        help="start the data lake, REANA, JupyterLab and the dashboards; Ctrl-C stops all",
        description="Starts the data lake, a REANA server, JupyterLab and the dashboards. A second one finds "
        "the first.",
        allow_abbrev=False,
    )
    up.add_argument("--root", type=Path, metavar="DIR", help="the folder that JupyterLab shows")
    up.add_argument("--port", type=int, default=0, help="a port of 127.0.0.1 (default: a free one)")
    up.add_argument("--no-browser", action="store_true", help="do not open a browser")
    up.add_argument("--no-lake", action="store_true", help="JupyterLab without the data lake")
    up.add_argument("--no-reana", action="store_true", help="JupyterLab without the REANA server")
    up.add_argument("--detach", action="store_true", help="return when all is up; 'freezeout down' stops it")
    up.add_argument("--json", action="store_true", help="print the addresses as JSON when all is up")
    up.set_defaults(command=_up)


def _up(options: argparse.Namespace) -> int:
    from freezeout.errors import InputError
    from freezeout.services import gateway
    from freezeout.services.process import require_free

    if options.root and not options.root.is_dir():
        raise InputError(f"there is no folder {options.root}", hint="give an existing folder with --root")
    if not 0 <= options.port <= 65535:
        raise InputError(f"--port is {options.port}", hint="give a port from 1 to 65535, or 0 for a free one")
    # SIGINT too: a shell's background job starts with it ignored
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, _stop)
    if options.detach:
        return _detached(options)
    owner = gateway.take()
    if owner is None:
        return _tell_of_the_first(options)
    try:
        require_free(options.port)
        return _run(options)
    except KeyboardInterrupt:
        return 0
    finally:
        gateway.forget()
        os.close(owner)


def _run(options: argparse.Namespace) -> int:
    from freezeout.services import gateway, interpreter
    from freezeout.services.jupyter import Jupyter

    watched = _watched(options)
    told = gateway.Gateway.of_this_process(**{f"{name}_state": one.state for name, one in watched.items()})
    told = gateway.publish(told)
    interpreter.remember_interpreter()
    screen = sys.platform == "darwin" or any(os.environ.get(v) for v in ("DISPLAY", "WAYLAND_DISPLAY"))
    say("starting " + " and ".join([*(f"the {one.title}" for one in watched.values()), "JupyterLab"]) + " …")
    jupyter: Jupyter | None = None
    try:
        for one in watched.values():
            one.start()
        jupyter = Jupyter.start(options.root, options.port, screen and not options.no_browser)
        told = gateway.publish(
            replace(told, lab=f"{jupyter.url}/lab", dashboard=jupyter.dashboard, root=str(jupyter.root),
                    token_file=str(jupyter.token_file), jupyter=jupyter.process.child.pid,
                    log=str(jupyter.process.log))
        )  # fmt: skip
        if not options.json:
            _print_lab(told)
        return _follow(options, told, jupyter, watched)
    finally:
        say("stopping …")
        if jupyter is not None:
            jupyter.stop()
        for one in watched.values():
            one.stop()


def _watched(options: argparse.Namespace) -> dict[str, ServiceWatch]:
    """What is started beside Lab."""
    from freezeout.services.lake.lake import Lake
    from freezeout.services.reana.reana import Reana
    from freezeout.services.watch import ServiceWatch

    wanted = {}
    if not options.no_lake:
        wanted["lake"] = ServiceWatch("data lake", Lake.start, say)
    if not options.no_reana:
        wanted["reana"] = ServiceWatch("REANA server", Reana.start, say)
    return wanted


def _follow(
    options: argparse.Namespace, told: Gateway, jupyter: Jupyter, watched: dict[str, ServiceWatch]
) -> int:
    """Tell what becomes of what is watched, and wait for the end of Lab."""
    from freezeout.services import gateway

    printed = False
    while True:
        ended = jupyter.process.child.poll()
        if ended is not None:
            return ended
        news: dict[str, Any] = {}
        for name, one in watched.items():
            one.look()
            news |= {name: one.url, f"{name}_state": one.state, f"{name}_message": one.message}
        now = replace(told, **news)
        if now != told:
            told = gateway.publish(now)
        if told.settled and not printed:
            printed = True
            if options.json:
                print_json(told.addresses())
            else:
                _print_services(told)
            sys.stdout.flush()
            say("Ctrl-C stops all")
        time.sleep(_BEAT)


def _print_services(found: Gateway) -> None:
    for title, url in (("data lake", found.lake), ("REANA", found.reana)):
        if url:
            print(f"{title:<19}{url}")


def _print_lab(found: Gateway) -> None:
    print(f"JupyterLab         {found.lab}")
    print(f"summary dashboard  {found.dashboard}")
    print(f"sign in with the token in {found.token_file} (only you can read it)")
    sys.stdout.flush()


def _tell_of_the_first(options: argparse.Namespace) -> int:
    """Print the addresses of the one that runs, once it has them."""
    found = _await_addresses(None)
    say(f"it runs already, since {found.started_at[:19].replace('T', ' ')} (process {found.pid})")
    if options.root and Path(found.root).resolve() != options.root.resolve():
        say(f"it shows {found.root}; for another folder: freezeout down, then freezeout up --root …")
    if found.lake_state == "off" and not options.no_lake:
        say("it has no data lake; to have one: freezeout down, then freezeout up")
    if found.reana_state == "off" and not options.no_reana:
        say("it has no REANA server; to have one: freezeout down, then freezeout up")
    _print_all(options, found)
    return 0


def _print_all(options: argparse.Namespace, found: Gateway) -> None:
    if options.json:
        return print_json(found.addresses())
    _print_lab(found)
    _print_services(found)
    if found.lake_state == "failed":
        say(f"the data lake is not there: {found.lake_message}")
    if found.reana_state == "failed":
        say(f"the REANA server is not there: {found.reana_message}")


def _await_addresses(child: subprocess.Popen[bytes] | None) -> Gateway:
    """The addresses of another process, when all of it is up."""
    from freezeout.errors import FreezeoutError
    from freezeout.services import gateway
    from freezeout.services.lake.place import place
    from freezeout.services.lake.status import read_status

    end, step = time.monotonic() + _PATIENCE, ""
    while time.monotonic() < end:
        found = gateway.running()
        if found is not None and found.settled:
            return found
        if not gateway.is_taken() and (child is None or child.poll() is not None):
            said = f": {_last_words()}" if child else ""
            raise FreezeoutError(
                f"it ended before it was up{said}",
                hint=f"log: {_log()}" if child else "try again",
                code="ended",
            )
        lake = read_status(place())
        message = lake.message if lake.state == "starting" else ""
        if message and message != step:
            step = message
            say(f"data lake: {message}")
        time.sleep(_BEAT)
    raise FreezeoutError("it does not come up", hint="freezeout doctor", code="too_slow")


def _detached(options: argparse.Namespace) -> int:
    """Start it without a terminal, and return when it is up."""
    from freezeout.files import disk_errors
    from freezeout.services import gateway
    from freezeout.services.process import require_free

    if gateway.is_taken():
        return _tell_of_the_first(options)
    require_free(options.port)
    words = ["up", f"--port={options.port}"]
    words += ["--no-browser"] if options.no_browser else []
    words += ["--no-lake"] if options.no_lake else []
    words += ["--no-reana"] if options.no_reana else []
    words += [f"--root={options.root.resolve()}"] if options.root else []
    log = gateway.own_folder() / _LOG
    with disk_errors(log):
        handle = os.open(log, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", "freezeout.cli", *words],
        stdin=subprocess.DEVNULL, stdout=handle, stderr=handle, start_new_session=True,
    )  # fmt: skip
    os.close(handle)
    say("starting; 'freezeout status' tells how far it is …")
    try:
        found = _await_addresses(child)
    except BaseException:
        child.terminate()
        child.wait()
        raise
    _print_all(options, found)
    return 0


def _last_words() -> str:
    """Why the one in the background ended, as it said it."""
    try:
        lines = _log().read_text(errors="replace").splitlines()
    except OSError:
        return "nobody knows why"
    return next((line.removeprefix("freezeout: ") for line in reversed(lines) if line.strip()), "no word")


def _log() -> Path:
    from freezeout.settings import home

    return home() / "services" / _LOG


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
