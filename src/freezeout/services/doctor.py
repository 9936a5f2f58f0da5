"""What is wrong with the services of this home, and how to mend it; looks, and changes nothing."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from freezeout.errors import FreezeoutError
from freezeout.services import gateway
from freezeout.services.finding import Finding
from freezeout.services.lake import examination as lake
from freezeout.services.lake.place import Place, place
from freezeout.services.lake.status import last_status
from freezeout.services.overview import overview
from freezeout.services.reana import examination as reana
from freezeout.settings import home

_LITTLE, _VERY_LITTLE = 1e9, 200e6
_CLOCK = 60.0
_LAST_LINES = 3


def examine() -> list[Finding]:
    """Look at everything; a check that fails itself is a finding, too."""
    checks: list[tuple[str, Callable[[], Iterator[Finding]]]] = [
        ("disk", lambda: _disk(home())),
        ("clock", lambda: _clock(home(), place())),
        *lake.checks(),
        *reana.checks(),
        ("leftovers", _leftovers),
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


def _leftovers() -> Iterator[Finding]:
    if gateway.is_taken() and gateway.running() is None:
        yield Finding("leftovers", "something holds the lock of 'freezeout up' and does not say who it is",
                      "problem", f"end what has {home() / 'services' / '.up'} open")  # fmt: skip


def _services() -> Iterator[Finding]:
    found = overview()
    if all(one["state"] in ("down", "off") for one in found["services"]):
        yield Finding("services", "nothing runs", "note", "freezeout up")
        return
    failed = [name for name in ("lake", "reana") if found[name]["state"] == "failed"]
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
            hint = f"log: {one['log']}" if one["log"] else ""
            if name in ("lake", "reana"):
                hint = found[name]["hint"]
            if state == "down":
                hint = "freezeout up"
            said = f"{state}{restarts}: {message}" if message else state + restarts
            yield Finding(name, said, "problem", hint, _last_lines(one["log"]))


def _last_lines(log: str) -> tuple[str, ...]:
    try:
        lines = Path(log).read_text(errors="replace").splitlines() if log else []
    except OSError:
        return ()
    return tuple(line[:200] for line in lines if line.strip())[-_LAST_LINES:]
