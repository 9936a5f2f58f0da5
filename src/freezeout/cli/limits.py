"""``freezeout limits``: list, export, add and remove curves."""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from freezeout.cli.output import add_json, count, number, print_json, print_table, say
from freezeout.errors import InputError

if TYPE_CHECKING:
    from freezeout.limits.curve import LimitCurve


def add_commands(commands: Any) -> None:
    """Add the commands of this group."""
    group = commands.add_parser("limits", help="list, export, add or remove limit curves", allow_abbrev=False)
    actions = group.add_subparsers(title="actions", metavar="ACTION", required=True)

    listing = actions.add_parser(
        "list", help="curves of your runs, your own and published ones", allow_abbrev=False
    )
    listing.add_argument("--plane", help="only this plane: si, sd_p, sd_n, sigma_v/bb, …")
    add_json(listing)
    listing.set_defaults(command=_list)

    export = actions.add_parser("export", help="print a curve in another format", allow_abbrev=False)
    export.add_argument("curve", metavar="RUN", help="a run (id, start of one, folder), or a curve's id")
    export.add_argument("--format", choices=("hepdata", "csv", "bibtex"), default="hepdata")
    export.add_argument("-o", dest="file", type=Path, metavar="FILE", help="write FILE instead")
    export.set_defaults(command=_export)

    add = actions.add_parser("add", help="add a curve of your own; every plot shows it", allow_abbrev=False)
    add.add_argument(
        "table", type=Path, metavar="CSV", help="columns: mass in GeV, limit in the plane's unit"
    )
    add.add_argument("--plane", required=True, help="si, sd_p, sd_n, sigma_v/bb, …")
    add.add_argument("--confidence-level", required=True, metavar="CL", help="such as 0.9, or 'unknown'")
    add.add_argument("--reference", required=True, help="an arXiv number, a DOI or a text")
    add.add_argument("--label", default="", help="what the legend says (default: the file's name)")
    add.add_argument("--experiment", default="", help="who measured (default: the label)")
    add.add_argument(
        "--kind", default="observed", choices=("observed", "expected", "projection", "theory", "region")
    )
    add.add_argument("--provenance", default="digitised", choices=("computed", "collaboration", "digitised"))
    add.add_argument(
        "--assumption", action="append", default=[], metavar="NAME=VALUE", help="such as rho_dm=0.3"
    )
    add.add_argument("--id", default="", help="a short name (default: made of the label)")
    add.add_argument("--replace", action="store_true", help="take the place of a curve of this id")
    add_json(add)
    add.set_defaults(command=_add)

    remove = actions.add_parser("remove", help="remove a curve of your own", allow_abbrev=False)
    remove.add_argument("id")
    remove.set_defaults(command=_remove)


def _facts(curve: LimitCurve, source: str) -> dict[str, object]:
    return {
        "id": curve.run_id or curve.id,
        "source": source,
        "plane": curve.plane,
        "label": curve.label,
        "experiment": curve.experiment,
        "kind": curve.kind,
        "provenance": curve.provenance,
        "confidence_level": curve.confidence_level,
        "group": curve.group,
        "points": len(curve.mass),
        "mass_range": [float(curve.mass.min()), float(curve.mass.max())],
        "references": [str(reference) for reference in curve.references],
    }


def _list(options: argparse.Namespace) -> None:
    from freezeout.experiments.computed import computed_curves
    from freezeout.limits import catalogue
    from freezeout.limits.planes import plane

    if options.plane:
        plane(options.plane)
    computed, damaged = computed_curves()
    known = catalogue.curves(options.plane)
    for message in [*damaged, *(reason for _path, reason in known.damaged)]:
        say(f"freezeout: {message}")
    rows = [
        _facts(curve, "lake" if curve.group == "lake" else "run")
        for curve in computed
        if options.plane in (None, curve.plane)
    ]
    rows += [_facts(c, "own" if c.group == "own" else "published") for c in known.curves]
    if options.json:
        return print_json(rows)
    print_table(
        ("ID", "SOURCE", "PLANE", "KIND", "CL", "GeV", "LABEL"),
        [(r["id"], r["source"], r["plane"], r["kind"], _level(r), _range(r), r["label"]) for r in rows],
    )


def _level(row: dict[str, Any]) -> str:
    return "?" if row["confidence_level"] is None else number(row["confidence_level"])


def _range(row: dict[str, Any]) -> str:
    low, high = row["mass_range"]
    return f"{low:.3g}–{high:.3g}"


def named_curve(name: str, folder: Path | None = None) -> LimitCurve:
    """The curve of a run, or the published or own one of this id.

    Raises
    ------
    InputError
        When there is none.
    """
    from freezeout.experiments.record import find_run
    from freezeout.limits import catalogue

    try:
        record = find_run(name, folder)
    except InputError as error:
        if error.code != "unknown_run" or Path(name).exists():
            raise
    else:
        return record.limit()
    try:
        return catalogue.curve(name)
    except InputError as error:
        if error.code != "unknown_curve":
            raise
        raise InputError(
            f"there is no run and no curve '{name}'",
            hint="'freezeout runs' and 'freezeout limits list' name them",
            code="unknown_curve",
        ) from error


def _export(options: argparse.Namespace) -> None:
    from freezeout.files import write_atomically
    from freezeout.limits import hepdata
    from freezeout.limits.bibtex import bibtex
    from freezeout.limits.tables import to_csv

    curve = named_curve(options.curve)
    text = {"hepdata": hepdata.dumps, "csv": to_csv, "bibtex": bibtex}[options.format](curve)
    if options.file:
        write_atomically(options.file, text)
        return say(f"wrote {options.file}")
    sys.stdout.write(text)


def _add(options: argparse.Namespace) -> None:
    from freezeout.limits import store
    from freezeout.limits.tables import read_csv

    curve = read_csv(
        options.table,
        plane=options.plane,
        confidence_level=_given_level(options.confidence_level),
        reference=options.reference,
        label=options.label,
        experiment=options.experiment,
        kind=options.kind,
        provenance=options.provenance,
        id=options.id,
        assumptions=dict(_assumption(text) for text in options.assumption),
    )
    kept = store.add(curve, replace=options.replace)
    if options.json:
        return print_json(_facts(kept, "own"))
    say(f"added {count(len(kept.mass), 'point')} to plane {kept.plane}, {kept.confidence}")
    print(kept.id)


def _given_level(text: str) -> float | None:
    if text.strip().lower() == "unknown":
        return None
    try:
        return float(text)
    except ValueError:
        raise InputError(
            f"--confidence-level is '{text}'", hint="give a fraction such as 0.9, or 'unknown'"
        ) from None


def _assumption(text: str) -> tuple[str, float | str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip() or not value.strip():
        raise InputError(f"'--assumption {text}' is not NAME=VALUE", hint="such as rho_dm=0.3")
    try:
        number = float(value)
    except ValueError:
        return name.strip(), value.strip()
    if not math.isfinite(number):
        raise InputError(f"'--assumption {text}' is not finite", hint="such as rho_dm=0.3")
    return name.strip(), number


def _remove(options: argparse.Namespace) -> None:
    from freezeout.limits import store

    say(f"removed {store.remove(options.id)}")
