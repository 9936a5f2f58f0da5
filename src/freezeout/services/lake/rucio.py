"""The commands that run in Rucio's own environment: set-up, server, daemons."""

from __future__ import annotations

import json
import os
import signal
import socket
from pathlib import Path

from freezeout.services.folders import private_folder
from freezeout.services.lake.place import RSES, Place, account
from freezeout.services.process import Process

_INSIDE = "freezeout.services.lake.inside"
_APPLICATION = "freezeout.services.lake.inside.server:application"
_FOREIGN = (
    "PYTHON", "RUCIO_", "JUPYTER", "JPY_", "VIRTUAL_ENV", "PG", "GUNICORN_", "WEB_CONCURRENCY",
    "SCRIPT_NAME", "FORWARDED_ALLOW_IPS", "FLASK_", "WERKZEUG_",
)  # fmt: skip
_THREADS = 8  # a few may be busy with long listings


def environ(place: Place) -> dict[str, str]:
    """The variables of Rucio's processes: this process's, without those that would lead them astray."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    return kept | {"RUCIO_CONFIG": str(place.server_config), "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"}


def start_set_up(place: Place, python: Path) -> Process:
    """Start what sees that the database holds tables, accounts, storage elements and scopes."""
    user = account()
    for name in RSES:
        private_folder(place.rse(name))
    wanted = {
        "account": user, "password": place.secret(user),
        "rses": {name: str(place.rse(name)) for name in RSES},
        "scopes": {"freezeout": user, f"user.{user}": user},
    }  # fmt: skip
    return Process.start(
        "the set-up of Rucio", [str(python), "-P", "-m", f"{_INSIDE}.bootstrap"], place.log("set-up"),
        whole_env=environ(place), cwd=place.root, end_by=signal.SIGKILL, told=json.dumps(wanted).encode(),
    )  # fmt: skip


def start_server(place: Place, python: Path, listener: socket.socket) -> Process:
    """Start Rucio's server on a socket that listens already."""
    words = [
        str(python), "-P", "-m", "gunicorn", "--preload", "--no-control-socket", "--workers", "1",
        "--threads", str(_THREADS), "--graceful-timeout", "5", "--log-level", "warning",
        "--worker-tmp-dir", str(private_folder(place.root / "run")),
        "--bind", f"fd://{listener.fileno()}", _APPLICATION,
    ]  # fmt: skip
    return Process.start(
        "Rucio's server", words, place.log("rucio"), whole_env=environ(place), append=True, cwd=place.root,
        keep=[listener.fileno()], end_by=signal.SIGKILL,
    )  # fmt: skip


def start_daemons(place: Place, python: Path) -> Process:
    """Start the daemons, all in one process."""
    return Process.start(
        "Rucio's daemons", [str(python), "-P", "-m", f"{_INSIDE}.daemons"], place.log("daemons"),
        whole_env=environ(place), append=True, cwd=place.root, end_by=signal.SIGKILL,
    )  # fmt: skip
