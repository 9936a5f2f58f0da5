"""``freezeout runs`` (with ``store`` and ``fetch``) and ``freezeout show``."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from freezeout.cli.output import add_json, number, print_json, print_table, say
from freezeout.errors import FreezeoutError, InputError

if TYPE_CHECKING:
    from freezeout.experiments.record import RunRecord

_PATIENCE = 30.0


def add_commands(commands: Any) -> None:
    """Add the commands of this group."""
    listing = commands.add_parser("runs", help="list complete runs, newest first", allow_abbrev=False)
    listing.add_argument("--experiment", help="only of this experiment")
    listing.add_argument("-o", dest="folder", type=Path, metavar="DIR", help="the runs in DIR")
    add_json(listing)
    listing.set_defaults(command=_runs)
    actions = listing.add_subparsers(title="actions", metavar="ACTION")
    store = actions.add_parser("store", help="store runs in the data lake", allow_abbrev=False)
    store.add_argument("runs", nargs="*", metavar="RUN", help="a run's id, the start of one, or its folder")
    store.add_argument("--all", action="store_true", help="all runs; those that are stored stay as they are")
    store.add_argument("--from", dest="folder", type=Path, metavar="DIR", help="look in DIR")
    store.add_argument("--lake", default="", metavar="NAME", help="which lake")
    store.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print JSON")
    store.set_defaults(command=_store)
    fetch = actions.add_parser("fetch", help="bring a run of the data lake home", allow_abbrev=False)
    fetch.add_argument("run", metavar="DID", help="the run's dataset, or the run's id")
    fetch.add_argument("--to", dest="folder", type=Path, metavar="DIR", help="make the run's folder in DIR")
    fetch.add_argument("--lake", default="", metavar="NAME", help="which lake")
    fetch.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print its record")
    fetch.set_defaults(command=_fetch)

    show = commands.add_parser("show", help="show one run: parameters, limit, files", allow_abbrev=False)
    show.add_argument("run", metavar="RUN", help="a run's id, the start of one, or its folder")
    show.add_argument("-o", dest="folder", type=Path, metavar="DIR", help="look in DIR")
    add_json(show)
    show.set_defaults(command=_show)


def _runs(options: argparse.Namespace) -> None:
    from freezeout.experiments.record import scan_runs

    found, damaged = scan_runs(options.folder)
    for error in damaged:
        say(f"freezeout: {error}")
    found = [r for r in found if options.experiment in (None, r.experiment)]
    if options.json:
        return print_json([json.loads(record.to_json()) for record in found])
    if not found:
        return say("no runs yet: 'freezeout run darkside50' makes one")
    print_table(
        ("RUN", "EXPERIMENT", "PRESET", "STARTED", "FOLDER"),
        [(r.run_id, r.experiment, r.data.get("preset", ""), r.started_at[:19].replace("T", " "), r.path)
         for r in found],
    )  # fmt: skip


def _store(options: argparse.Namespace) -> None:
    from freezeout.cli.progress import watched
    from freezeout.experiments.record import find_run, scan_runs
    from freezeout.experiments.stored import store
    from freezeout.settings import runs_folder, user_path

    if bool(options.runs) == options.all:
        raise InputError("it is not said which runs to store", hint="give some, or --all", code="no_runs")
    wanted, wrong = [find_run(name, options.folder) for name in options.runs], []
    if options.all:
        wanted, damaged = scan_runs(options.folder)
        wrong += [str(error) for error in damaged]
        if not wanted and not wrong:
            say(f"no runs in {user_path(options.folder) if options.folder else runs_folder()}")
    found = []
    for record in wanted:
        try:
            with watched(f"store {record.run_id}") as progress:
                did = store(record, lake=options.lake, reporter=progress)
        except InputError as error:
            # another run may well be stored, unless it is the lake that is refused
            if not options.all or "lake" in error.code:
                raise
            wrong.append(str(error))
            continue
        found.append({"run_id": record.run_id, "did": str(did)})
        if not options.json:
            print(did)
    if options.json:
        print_json(found)
    if wrong:
        for one in wrong:
            say(f"not stored: {one}")
        raise FreezeoutError(f"{len(wrong)} of the runs could not be stored", code="not_stored")


def _fetch(options: argparse.Namespace) -> None:
    from freezeout.cli.progress import watched
    from freezeout.experiments.stored import fetch

    with watched(f"fetch {options.run}") as progress:
        record = fetch(options.run, folder=options.folder, lake=options.lake, reporter=progress)
    print(record.to_json() if options.json else record.path)


def store_if_possible(record: RunRecord, asked: bool) -> None:
    """Store a run in the lake when one is up; the run is done, whatever becomes of that.

    Parameters
    ----------
    asked : bool
        The user wants it: without any lake that is worth a word.
    """
    from freezeout.experiments.stored import is_connected, lake_is_up, store

    if not asked and not is_connected():
        return
    later = f"store it later: freezeout runs store {record.path}"
    try:
        if not lake_is_up() and not _comes_back():
            return say(f"not stored, no lake is up ({later})")
        say(f"stored in the lake as {store(record)}")
    except FreezeoutError as error:
        say(f"not stored: {error}; {later}")


def _comes_back() -> bool:
    """Whether the embedded lake is away for a moment only: it starts, or what died is being started again."""
    from freezeout.experiments.stored import lake_is_up
    from freezeout.lake.sites.known import connections
    from freezeout.services.lake.place import place
    from freezeout.services.lake.status import read_status

    until = time.monotonic() + _PATIENCE
    while [one.kind for one in connections()][:1] == ["embedded"] and time.monotonic() < until:
        if read_status(place()).state not in ("starting", "degraded", "ready"):
            break
        if lake_is_up():
            return True
        time.sleep(0.5)
    return False


def _show(options: argparse.Namespace) -> None:
    from freezeout.experiments.record import find_run

    record = find_run(options.run, options.folder)
    curve = record.limit()
    if options.json:
        return print(record.to_json())
    print(f"{record.run_id}: {record.data.get('title', record.experiment)}")
    print(f"  folder       {record.path}")
    print(f"  started      {record.started_at}   finished {record.data['finished_at']}")
    print(f"  plane        {curve.plane} ({curve.confidence}, {curve.kind}, {curve.provenance})")
    for reference in curve.references:
        print(f"  reference    {reference}")
    for note in curve.notes:
        print(f"  note         {note}")
    print("\nPARAMETERS")
    for name, value in record.parameters.items():
        print(f"  {name} = {json.dumps(value)}")
    described = curve.described_plane
    bands = [name for name in curve.bands if name.endswith(("m1sigma", "median", "p1sigma"))]
    print()
    print_table(
        (f"{described.mass} [GeV]", f"{described.quantity} [{described.unit}]", *bands),
        [(number(m), number(v), *(number(curve.bands[b][i]) for b in bands))
         for i, (m, v) in enumerate(zip(curve.mass, curve.limit, strict=True))],
    )  # fmt: skip
    print("\nFILES")
    outputs: dict[str, dict[str, object]] = record.data["outputs"]  # type: ignore[assignment]
    print_table(("NAME", "BYTES", "ADLER32"), [(n, o["bytes"], o["adler32"]) for n, o in outputs.items()])
