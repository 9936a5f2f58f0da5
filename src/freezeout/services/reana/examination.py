"""What may be wrong with the embedded REANA server, and with the connections to others."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from freezeout.errors import FreezeoutError
from freezeout.reana.server.options import options
from freezeout.reana.sites.place import Place, place
from freezeout.services.finding import (
    Finding,
    environment_built,
    port_kept,
    secret_files,
    supervisor_killed,
)
from freezeout.services.reana.status import ReanaStatus

if TYPE_CHECKING:
    from freezeout.reana.sites.connection import Connection

CLIENT = "reana"
_INSTALL = "have bubblewrap installed with the system's packages, and unprivileged user namespaces allowed"
_WHERE = "freezeout reana connections shows where it is configured"
_LONGEST_LOOK = 2.0
_SOON = timedelta(days=2)

Checks = list[tuple[str, Callable[[], Iterator[Finding]]]]


def checks() -> Checks:
    """All checks of REANA, each with its subject."""
    where = place()
    return [
        ("environment", lambda: environment_built(CLIENT, "the first use of REANA builds it")),
        ("settings", _settings),
        ("secrets", lambda: secret_files(where.root.glob("secrets/*"))),
        ("leftovers", lambda: supervisor_killed("the REANA server", where, ReanaStatus)),
        ("port", lambda: port_kept("the REANA server", where)),
        ("sandbox", _sandbox),
        ("workspaces", lambda: _workspaces(where)),
        ("connection", _connections),
    ]


def _settings() -> Iterator[Finding]:
    options()
    yield from ()


def _sandbox() -> Iterator[Finding]:
    from freezeout.reana.server.steps.sandbox import obstacle

    why = obstacle()
    if why:
        message = f"steps of workflows run as plain processes, which can do all that you can: {why}"
        yield Finding("sandbox", message, "note", _INSTALL)
    else:
        yield Finding("sandbox", "bubblewrap keeps steps of workflows in their workspace")


def _workspaces(where: Place) -> Iterator[Finding]:
    for name, folder in (("workspaces", where.workspaces), ("logs and scratch", where.scratch)):
        if folder.is_dir():
            number = sum(1 for _ in folder.iterdir())
            size, whole = _size(folder)
            more = "" if whole else "more than "
            yield Finding("workspaces", f"{name} of {number} workflows: {more}{size / 1e6:.0f} MB")


def _size(folder: Path) -> tuple[int, bool]:
    """Bytes in a folder, and whether all of it was looked at in the time that somebody waits."""
    end, total = time.monotonic() + _LONGEST_LOOK, 0
    folders = [str(folder)]
    while folders:
        if time.monotonic() > end:
            return total, False
        try:
            with os.scandir(folders.pop()) as entries:
                for one in entries:
                    if one.is_dir(follow_symlinks=False):
                        folders.append(one.path)
                    else:
                        total += one.stat(follow_symlinks=False).st_size
        except OSError:  # just removed, by a workflow that runs
            continue
    return total, True


def _connections() -> Iterator[Finding]:
    from freezeout.environments.installation import installation
    from freezeout.reana.sites.connection import connections

    others = [one for one in connections() if one.kind != "embedded"]
    built = installation(CLIENT) if others else None
    for one in others:
        name = f"the REANA '{one.name}'"
        if one.fault:
            yield Finding("connection", f"{name} cannot be used: {one.fault}", "problem", _WHERE)
        elif _expired(one):
            message = f"the token for {name} expired at {one.token_expires_at}"
            yield Finding("connection", message, "problem", f"get another one at {one.url}")
        elif built is None or built.fault() is not None:
            message = f"{name} ({one.url}) was not tried: its client is not built"
            yield Finding("connection", message, "note", f"freezeout env build {CLIENT}")
        else:
            yield _tried(name, one)


def _tried(name: str, one: Connection) -> Finding:
    from freezeout.reana.client.client import Client

    try:
        with Client(one) as client:
            version = client.server().version
    except FreezeoutError as error:
        return Finding("connection", f"{name} ({one.url}): {error.message}", "problem", error.hint)
    message = f"{name} answers at {one.url}: REANA {version}"
    if _expired(one, _SOON):
        message += f"; the token expires at {one.token_expires_at}"
        return Finding("connection", message, "note", f"get another one at {one.url}")
    return Finding("connection", message)


def _expired(one: Connection, within: timedelta = timedelta()) -> bool:
    until = one.token_expires_at
    return until is not None and datetime.fromisoformat(until) < datetime.now(UTC) + within
