"""``freezeout env``."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Callable, Mapping
from operator import itemgetter
from pathlib import Path
from typing import Any

from freezeout.cli.output import add_json, print_json, print_table, say


def add_commands(commands: Any) -> None:
    """Add the commands of this group."""
    top = commands.add_parser(
        "env",
        help="list, build, test, lock and export environments",
        description="An environment is what an analysis needs: locked, built and tested.",
        allow_abbrev=False,
    )
    inner = top.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def add(name: str, command: Callable[[argparse.Namespace], Any], text: str) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = inner.add_parser(name, help=text, allow_abbrev=False)
        parser.set_defaults(command=command)
        return parser

    listing = add("list", _list, "list environments and their state")
    listing.add_argument("--all", action="store_true", help="also those that cannot be had here, and why")
    show = add("show", _show, "show one: packages, kernels, what is missing, who uses it")
    show.add_argument("name")
    show.add_argument("--packages", action="store_true", help="every package with its version")
    build = add("build", _build, "build from the lock, test, and offer the kernels")
    build.add_argument("names", nargs="*", metavar="NAME")
    build.add_argument("--force", action="store_true", help="build even what is in order")
    build.add_argument("--all-ready", action="store_true", help="build all that can be built here")
    update = add("update", _build, "build anew where the lock was changed")
    update.add_argument("names", nargs="+", metavar="NAME")
    update.set_defaults(force=False, all_ready=False)
    test = add("test", _test, "run the deep test of one that is built")
    test.add_argument("name")
    remove = add("remove", _remove, "remove a build and its kernels")
    remove.add_argument("name")
    remove.add_argument("--force", action="store_true", help="even while a kernel runs in it")
    clone = add("clone", _clone, "copy a recipe into a folder of your own, to change it")
    clone.add_argument("name")
    clone.add_argument("new_name", metavar="NEW")
    clone.add_argument("--title", help="one line for cards and kernels")
    lock = add("lock", _lock, "resolve requirements.in into the hashed lock")
    lock.add_argument("name")
    lock.add_argument("--upgrade", action="store_true", help="take the newest of everything")
    export = add("export", _export, "write what rebuilds it elsewhere: lock, wheel, Dockerfile, REANA")
    export.add_argument("name", metavar="NAME_OR_RUN", help="an environment, or a run for exactly its own")
    export.add_argument("-o", dest="folder", type=Path, required=True, metavar="DIR", help="a new folder")
    for parser in (listing, show, build, update, test, remove, clone, lock, export):
        add_json(parser)


def _list(options: argparse.Namespace) -> None:
    from freezeout.environments.card import cards
    from freezeout.environments.folder import scan_environments

    found, damaged = scan_environments()
    for error in damaged:
        say(f"freezeout: {error}")
    everything = cards(found)
    shown = [card for card in everything if options.all or card["state"] != "unavailable"]
    if options.json:
        return print_json(shown)
    print_table(
        ("NAME", "STATE", "SIZE", "TESTED", "TITLE"),
        [(c["name"], _state(c), _size(c), _tested(c), _title(c)) for c in shown],
    )
    hidden = [card["name"] for card in everything if card not in shown]
    if hidden:
        say(f"not to be had on this machine: {', '.join(hidden)} ('freezeout env list --all' says why)")


def _state(card: dict[str, Any]) -> str:
    partial = card["status"] == "partial" and card["state"] != "unavailable"
    return str(card["state"]) + (", partial" if partial else "")


def _size(card: dict[str, Any]) -> str:
    about = "" if card["built_at"] else "~"
    return f"{about}{card['megabytes']:.0f} MB" if card["megabytes"] else "-"


def _tested(card: dict[str, Any]) -> str:
    smoke = card["smoke"]
    return "-" if not smoke else ("" if smoke["ok"] else "failed ") + str(smoke["at"])[:10]


def _title(card: dict[str, Any]) -> str:
    if card["state"] in ("unavailable", "broken"):
        return f"{card['title']} - {card['reason']}"
    if card["missing"]:
        return f"{card['title']} - without {', '.join(entry['name'] for entry in card['missing'])}"
    return str(card["title"])


def _show(options: argparse.Namespace) -> None:
    from freezeout.environments.card import card as card_of
    from freezeout.environments.folder import environment
    from freezeout.environments.installation import installation
    from freezeout.errors import FreezeoutError
    from freezeout.experiments.folder import scan_experiments
    from freezeout.jobs.store import jobs

    found = environment(options.name)
    live = next((j for j in jobs() if j.live and j.subject == f"environment:{found.name}"), None)
    card = card_of(found, live)
    users = [e for e in scan_experiments()[0] if e.environment == found.name]
    packages: Mapping[str, str] = {}
    with contextlib.suppress(FreezeoutError):  # the card says what is wrong
        if card["state"] != "broken" and (built := installation(found.name)):
            packages = built.packages
        elif found.lock:
            packages = found.lock.packages
    if options.json:
        card["notebooks"] = [{"experiment": e.id, "title": e.title, "path": str(e.notebook)} for e in users]
        card["all_packages"] = [{"name": n, "version": packages[n]} for n in sorted(packages)]
        return print_json(card)
    print(f"{card['name']}: {card['title']}")
    print(f"  {card['summary']}")
    smoke = card["smoke"]
    lines = {
        "state": _state(card) + (f": {card['reason']}" if card["reason"] else ""),
        "instead": card["substitute"],
        "size": _size(card) if card["megabytes"] else None,
        "packages": _packages(card, len(packages)),
        "python": card["python"],
        "built": card["built_at"] and f"{card['built_at'][:19].replace('T', ' ')}, {card['seconds']} s",
        "tested": smoke and f"{smoke['at'][:19].replace('T', ' ')}, {smoke['message']}",
        "kernels": ", ".join(card["kernels"]) or (not found.kernels and "none: it runs a service"),
        "used by": ", ".join(e.id for e in users),
        "stands for": ", ".join(card["offered_as"]),
        "lock": card["lock_sha256"] and card["lock_sha256"][:12],
        "folder": card["folder"],
        "install": card["install"],
        "job": live and f"{live.id}: {live.message}",
    }
    for name, text in lines.items():
        if text:
            print(f"  {name:<11}{text}")
    for entry in card["missing"]:
        print(f"  missing    {entry['name']}: {entry['reason']}")
    if packages and options.packages:
        print()
        print_table(("PACKAGE", "VERSION"), sorted(packages.items()))


def _packages(card: dict[str, Any], in_all: int) -> str:
    main = ", ".join(f"{p['name']} {p['version'] or ''}".strip() for p in card["packages"])
    return f"{main} ({in_all} in all, --packages shows them)" if main and in_all else main


def _build(options: argparse.Namespace) -> int:
    from freezeout.errors import FreezeoutError, InputError

    names = list(dict.fromkeys([*options.names, *(buildable_names() if options.all_ready else [])]))
    if not names:
        raise InputError("no environment is named", hint="name some, or say --all-ready")
    results: list[dict[str, Any]] = []
    for name in names:
        try:
            data = build_here(name, options.force)
            _require_tested(name, data.get("smoke"))
            keys = ("seconds", "bytes", "smoke", "kernels", "prefix", "lock_sha256")
            results.append({"name": name, "ok": True, "error": None} | {key: data.get(key) for key in keys})
        except FreezeoutError as error:
            if len(names) == 1:
                raise
            say(f"freezeout: {name}: {error}")
            told = {"code": error.code, "message": error.message, "hint": error.hint}
            results.append({"name": name, "ok": False, "error": told})
    if options.json:
        print_json(results)
    else:
        header = ("NAME", "RESULT", "SECONDS", "SIZE", "TEST")
        print_table(header, [_row(result) for result in results])
    failed = [result["name"] for result in results if not result["ok"]]
    if failed:
        say(f"freezeout: {len(failed)} of {len(names)} failed: {', '.join(failed)}")
    return 1 if failed else 0


def _require_tested(name: str, smoke: dict[str, Any] | None) -> None:
    """A build that was there already may have failed its test long ago."""
    from freezeout.errors import FreezeoutError

    if smoke and not smoke["ok"]:
        raise FreezeoutError(
            f"'{name}' is built, and did not pass its test: {smoke['message']}",
            hint=f"test it again with 'freezeout env test {name}', or build it anew with --force",
            code="smoke_failed",
        )


def _row(result: dict[str, Any]) -> tuple[str, ...]:
    if not result["ok"]:
        return result["name"], "failed", "-", "-", result["error"]["message"]
    size = f"{result['bytes'] / 1e6:.0f} MB" if result["bytes"] else "-"
    return result["name"], "built", f"{result['seconds']}", size, (result["smoke"] or {}).get("message", "-")


def build_here(name: str, force: bool = False) -> dict[str, Any]:
    """Build with progress on standard error, and return what is known of the build."""
    from freezeout.cli.progress import watched
    from freezeout.environments.build import run_build
    from freezeout.jobs.store import jobs

    try:
        with watched(f"build {name}") as progress:
            result: dict[str, Any] = run_build(name, force=force, watch=progress).result
            return result
    except KeyboardInterrupt:
        going = [job.id for job in jobs() if job.live and job.subject == f"environment:{name}"]
        if going:
            say(f"another process goes on with it: 'freezeout jobs {going[0]} --cancel' stops it")
        raise


def buildable_names() -> list[str]:
    """Environments that can be built on this machine."""
    from freezeout.environments.folder import scan_environments

    found, damaged = scan_environments()
    for error in damaged:
        say(f"freezeout: {error}")
    return [one.name for one in found if one.builder in ("uv", "conda") and one.obstacle() is None]


def _test(options: argparse.Namespace) -> None:
    from freezeout.cli.progress import watched
    from freezeout.environments.build import run_test

    with watched(f"test {options.name}") as progress:
        smoke = run_test(options.name, watch=progress).result
    if options.json:
        return print_json(smoke)
    print(f"{options.name}: {smoke['message']} ({smoke['seconds']} s)")


def _remove(options: argparse.Namespace) -> None:
    from freezeout.environments.removal import remove

    remove(options.name, options.force)
    say(f"the build of {options.name} and its kernels are removed; its recipe stays")
    if options.json:
        print_json({"name": options.name, "removed": True})


def _clone(options: argparse.Namespace) -> None:
    from freezeout.environments.card import card
    from freezeout.environments.clone import clone

    made = clone(options.name, options.new_name, options.title)
    if options.json:
        return print_json(card(made))
    say(f"edit requirements.in there, then: freezeout env lock {made.name}; freezeout env build {made.name}")
    print(made.folder)


def _lock(options: argparse.Namespace) -> None:
    from freezeout.cli.progress import watched
    from freezeout.environments.locking import make_lock

    with watched(f"lock {options.name}") as progress:
        lock = make_lock(progress, options.name, options.upgrade)
    if options.json:
        return print_json(
            {"name": options.name, "path": str(lock.path), "sha256": lock.sha256, "added": dict(lock.added),
             "removed": dict(lock.removed), "changed": {n: list(v) for n, v in lock.changed.items()}}
        )  # fmt: skip
    rows = [("+", name, version) for name, version in lock.added.items()]
    rows += [("-", name, version) for name, version in lock.removed.items()]
    rows += [("~", name, f"{old} -> {new}") for name, (old, new) in lock.changed.items()]
    print_table(("", "PACKAGE", "VERSION"), sorted(rows, key=itemgetter(1)))
    say(f"{lock.path}: {len(lock.packages)} packages on this machine" + ("" if rows else ", as before"))


def _export(options: argparse.Namespace) -> None:
    from freezeout.experiments.rebuild import export

    made = export(options.name, options.folder)
    if options.json:
        return print_json({"folder": str(made), "files": sorted(p.name for p in made.iterdir())})
    print(made)
