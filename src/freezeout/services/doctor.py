"""What is wrong with the services of this home, and how to mend it; looks, and changes nothing."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from freezeout.errors import FreezeoutError
from freezeout.services import gateway
from freezeout.services.lake import postgres
from freezeout.services.lake.place import Place, place
from freezeout.services.lake.status import is_owned, last_status
from freezeout.services.lake.supervisor import ENVIRONMENT
from freezeout.services.overview import overview
from freezeout.settings import home

_LITTLE, _VERY_LITTLE = 1e9, 200e6
_CLOCK = 60.0
_LAST_LINES = 3

Level = Literal["ok", "note", "problem"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes
    ----------
    subject, message : str
        What was looked at, and how it is.
    level : str
        ok, note (worth knowing) or problem.
    hint : str
        What to do.
    lines : tuple of str
        The last lines of a log.
    """

    subject: str
    message: str
    level: Level = "ok"
    hint: str = ""
    lines: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def examine() -> list[Finding]:
    """Look at everything; a check that fails itself is a finding, too."""
    where = place()
    checks: list[tuple[str, Callable[[], Iterator[Finding]]]] = [
        ("environment", _environment),
        ("disk", lambda: _disk(home())),
        ("clock", lambda: _clock(home(), where)),
        ("user", _user),
        ("secrets", lambda: _secrets(where)),
        ("database", lambda: _database(where)),
        ("leftovers", lambda: _leftovers(where)),
        ("port", lambda: _port(where)),
        ("services", _services),
    ]
    found: list[Finding] = []
    for subject, check in checks:
        try:
            found += check()
        except FreezeoutError as error:
            found.append(Finding(subject, error.message, "problem", error.hint))
        except OSError as error:
            found.append(Finding(subject, f"cannot be looked at: {error}", "problem"))
    return found


def _environment() -> Iterator[Finding]:
    from freezeout.environments.folder import environment
    from freezeout.environments.installation import installation

    wanted, built = environment(ENVIRONMENT), installation(ENVIRONMENT)
    build = f"freezeout env build {ENVIRONMENT}"
    if built is None:
        obstacle = wanted.obstacle()
        if obstacle is not None:
            yield Finding("environment", f"{ENVIRONMENT} cannot be built: {obstacle.message}", "problem",
                          obstacle.hint)  # fmt: skip
        else:
            yield Finding("environment", f"{ENVIRONMENT} is not built yet", "note",
                          f"'freezeout up' builds it, or now: {build}")  # fmt: skip
        return
    fault = built.fault()
    lock = wanted.lock
    if fault is not None:
        yield Finding("environment", f"{ENVIRONMENT} is broken: {fault}", "problem", build)
    elif lock is not None and built.data.get("lock_sha256") != lock.sha256:
        yield Finding("environment", f"{ENVIRONMENT} was built from another lock", "problem", build)
    else:
        yield Finding("environment", f"{ENVIRONMENT} is built")


def _disk(folder: Path) -> Iterator[Finding]:
    there = next(one for one in (folder, *folder.parents) if one.exists())
    free = shutil.disk_usage(there).free
    text = f"{free / 1e9:.1f} GB free at {there}"
    hint = "free some space, or move FREEZEOUT_HOME elsewhere"
    if free < _VERY_LITTLE:
        yield Finding("disk", text, "problem", hint)
    elif free < _LITTLE:
        yield Finding("disk", text, "note", hint)
    else:
        yield Finding("disk", text)
    if not os.access(there, os.W_OK):
        yield Finding(
            "disk", f"{there} cannot be written to", "problem", "set FREEZEOUT_HOME to a folder of yours"
        )
    mode = stat.S_IMODE(there.stat().st_mode)
    if there == folder and mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
        yield Finding(
            "disk", f"everybody can change what is in {there} (mode {mode:04o})", "problem",
            f"chmod o-w '{there}'",
        )  # fmt: skip


def _clock(folder: Path, where: Place) -> Iterator[Finding]:
    off = 0.0
    if os.access(folder, os.W_OK):
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".clock-") as file:
            off = os.fstat(file.fileno()).st_mtime - time.time()
    kept = last_status(where)
    if kept is not None and kept.started_at:
        ahead = (datetime.fromisoformat(kept.started_at) - datetime.now(UTC)).total_seconds()
        if ahead > _CLOCK:
            yield Finding("clock", f"the lake was started {ahead:.0f} s from now, says its file", "problem",
                          "set this machine's clock; tokens are good for a time by the clock")  # fmt: skip
            return
    if abs(off) > _CLOCK:
        yield Finding("clock", f"this machine's clock and that of its disk differ by {abs(off):.0f} s",
                      "problem", "set the clocks; tokens are good for a time by the clock")  # fmt: skip
    else:
        yield Finding("clock", "in step with the disk's")


def _user() -> Iterator[Finding]:
    change = postgres.not_root()
    if change is None:
        return
    try:
        subprocess.run(
            [sys.executable, "-S", "-c", ""], check=True, preexec_fn=change, stderr=subprocess.DEVNULL
        )
        yield Finding("user", "root, and PostgreSQL runs as somebody else")
    except (OSError, subprocess.SubprocessError):
        yield Finding(
            "user", "PostgreSQL does not run for root, and this system lets root be nobody else",
            "problem", "run Freezeout as an ordinary user, or allow user namespaces",
        )  # fmt: skip


def _secrets(where: Place) -> Iterator[Finding]:
    files = [
        *where.root.glob("secrets/*"), *where.root.glob("client/*.cfg"), *where.root.glob("client/tokens/*"),
        where.server_config, where.socket / "alembic.ini",
    ]  # fmt: skip
    known = [path for path in files if path.is_file()]
    for path in known:
        found = path.lstat()
        if found.st_uid != os.getuid():
            yield Finding("secrets", f"{path} belongs to another user", "problem", f"remove {path}")
        elif stat.S_IMODE(found.st_mode) & 0o077:
            yield Finding(
                "secrets", f"others can read {path} (mode {stat.S_IMODE(found.st_mode):04o})", "problem",
                f"chmod 600 '{path}', and think of what it holds as known to them",
            )  # fmt: skip
    if known:
        yield Finding("secrets", f"{len(known)} files looked at")


def _database(where: Place) -> Iterator[Finding]:
    if not where.database.exists():
        yield Finding("database", "none yet; the first start makes it")
        return
    if not (where.database / "PG_VERSION").is_file():
        if (where.database / "global" / "pg_control").exists():
            yield Finding("database", f"{where.database} is damaged: it does not say its version", "problem",
                          postgres.DAMAGED)  # fmt: skip
        else:
            yield Finding("database", f"{where.database} is half-made", "note",
                          "the next start moves it away and makes another")  # fmt: skip
        return
    postgres.require_version(where)
    for name in postgres.PARTS:
        if not (where.database / name).exists():
            yield Finding("database", f"{where.database} is damaged: '{name}' is missing", "problem",
                          postgres.DAMAGED)  # fmt: skip
            return
    if not where.has_secret("postgres"):
        yield Finding("database", "its password is lost", "note", "the next start sets another")
    yield Finding("database", f"made by PostgreSQL {postgres.VERSION}")


def _leftovers(where: Place) -> Iterator[Finding]:
    owned = is_owned(where) if where.root.exists() else False
    left = None if owned else postgres.left_over(where)
    if left is not None:
        yield Finding("leftovers", f"PostgreSQL (process {left}) runs without a supervisor", "problem",
                      "'freezeout up' ends it and starts anew; or: kill -INT " + str(left))  # fmt: skip
    elif not owned and (where.database / "postmaster.pid").exists():
        yield Finding("leftovers", "PostgreSQL did not end in order the last time", "note",
                      "the next start recovers what was being written")  # fmt: skip
    kept = last_status(where)
    if not owned and kept is not None and kept.state != "failed":
        yield Finding("leftovers", "the lake's supervisor was killed: its state.json says "
                      f"'{kept.state}'", "note", "the next start replaces it")  # fmt: skip
    if gateway.is_taken() and gateway.running() is None:
        yield Finding("leftovers", "something holds the lock of 'freezeout up' and does not say who it is",
                      "problem", f"end what has {home() / 'services' / '.up'} open")  # fmt: skip
    longest = 100
    with contextlib.suppress(OSError):
        if len(os.fsencode(where.socket)) > longest:
            yield Finding("leftovers", f"{where.socket} is too long for a socket", "problem",
                          "set TMPDIR to a shorter folder")  # fmt: skip


def _port(where: Place) -> Iterator[Finding]:
    try:
        port = int((where.root / "port").read_text())
    except (OSError, ValueError):
        return
    if is_owned(where):
        yield Finding("port", f"{port} is the lake's")
        return
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            yield Finding("port", f"{port}, where the lake was, is taken: {error}", "note",
                          "the next start takes another; notebooks connect anew")  # fmt: skip
        else:
            yield Finding("port", f"{port} is free")


def _services() -> Iterator[Finding]:
    found = overview()
    if all(one["state"] in ("down", "off") for one in found["services"]):
        yield Finding("services", "nothing runs", "note", "freezeout up")
        return
    failed = found["lake"]["state"] == "failed"
    for one in found["services"]:
        if failed and one["state"] in ("waiting", "stopped"):
            continue  # that the lake failed is the reason, and is told
        name, state, message = one["name"], one["state"], one["message"]
        restarts = f", restarted {one['restarts']} times" if one["restarts"] else ""
        if state in ("ready", "off"):
            yield Finding(name, state + restarts, "note" if restarts else "ok")
        elif state == "starting":
            yield Finding(name, f"starting: {message}" if message else "starting", "note")
        else:
            yield Finding(
                name, f"{state}{restarts}: {message}" if message else state + restarts, "problem",
                "freezeout up" if state == "down"
                else found["lake"]["hint"] if name == "lake" else f"log: {one['log']}" if one["log"] else "",
                _last_lines(one["log"]),
            )  # fmt: skip


def _last_lines(log: str) -> tuple[str, ...]:
    try:
        lines = Path(log).read_text(errors="replace").splitlines() if log else []
    except OSError:
        return ()
    return tuple(line[:200] for line in lines if line.strip())[-_LAST_LINES:]
