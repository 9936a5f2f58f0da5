"""``freezeout status`` and ``freezeout doctor``."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from typing import Any

from freezeout.cli.output import add_json, count, print_json, print_table, say


def add_commands(commands: Any) -> None:
    """Add the commands of this group."""
    status = commands.add_parser(
        "status", help="how the services are; 0 when all is well", allow_abbrev=False
    )
    status.set_defaults(command=_status)
    doctor = commands.add_parser(
        "doctor", help="find what is wrong with the services, and how to mend it", allow_abbrev=False
    )
    doctor.set_defaults(command=_doctor)
    for parser in (status, doctor):
        add_json(parser)


def _status(options: argparse.Namespace) -> int:
    from freezeout.services.overview import overview

    found = overview()
    if options.json:
        print_json(found)
        return 0 if found["ok"] else 1
    print_table(
        ("SERVICE", "STATE", "PID", "MEMORY", "RESTARTS", "SINCE", "LOG"),
        [
            (s["name"], s["state"], s["pid"] or "-", _megabytes(s["memory_bytes"]), s["restarts"],
             _ago(s["since"]), s["log"] or "-")
            for s in found["services"]
        ],
    )  # fmt: skip
    for one in found["services"]:
        if one["message"]:
            say(f"{one['name']}: {one['message']}")
    addresses = found["addresses"] or {}
    for name, key in (("JupyterLab", "lab"), ("data lake", "lake"), ("REANA", "reana")):
        if addresses.get(key):
            print(f"{name:<11}{addresses[key]}")
    if all(one["state"] in ("down", "off") for one in found["services"]):
        say("nothing runs: freezeout up")
    elif not found["ok"]:
        say("freezeout doctor says what may be wrong")
    return 0 if found["ok"] else 1


def _megabytes(size: int | None) -> str:
    return "-" if size is None else f"{size / 1e6:.0f} MB"


def _ago(when: str | None) -> str:
    if not when:
        return "-"
    seconds = int((datetime.now(UTC) - datetime.fromisoformat(when)).total_seconds())
    for name, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            return f"{count(seconds // length, name).replace('dayes', 'days')} ago"
    return f"{max(seconds, 0)} s ago"


def _doctor(options: argparse.Namespace) -> int:
    from freezeout.services.doctor import examine

    found = examine()
    bad = [one for one in found if one.level == "problem"]
    if options.json:
        print_json({"ok": not bad, "findings": [one.to_dict() for one in found]})
        return 1 if bad else 0
    signs = {"ok": "ok", "note": "note", "problem": "PROBLEM"}
    for one in found:
        print(f"{signs[one.level]:<8} {one.subject}: {one.message}")
        if one.hint:
            print(f"{'':<8} → {one.hint}")
        for line in one.lines:
            print(f"{'':<8} | {line}")
    say("all is well" if not bad else f"{count(len(bad), 'problem')} found")
    return 1 if bad else 0
