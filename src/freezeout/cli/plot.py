"""``freezeout plot``."""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from freezeout.cli.limits import named_curve
from freezeout.cli.output import say
from freezeout.errors import InputError

if TYPE_CHECKING:
    from freezeout.limits.curve import LimitCurve

_KINDS = ("observed", "expected", "projection", "theory", "region")


def add_commands(commands: Any) -> None:
    """Add the commands of this group."""
    plot = commands.add_parser(
        "plot",
        help="draw a summary plot of your runs, your own curves and published ones",
        description="Draw the newest run of every experiment, your own curves and the published ones. "
        "Without --plane, one plot for every plane in which you have a run or a curve.",
        allow_abbrev=False,
    )
    plot.add_argument(
        "--plane", action="append", metavar="PLANE", help="si, sd_p, sd_n, sigma_v/bb, … (repeat)"
    )
    plot.add_argument(
        "-o", dest="files", action="append", type=Path, required=True, metavar="FILE",
        help=".html (interactive, works offline), .pdf, .png or .svg (repeat)",
    )  # fmt: skip
    plot.add_argument(
        "--curve", dest="names", action="append", default=[], metavar="RUN",
        help="only these runs (id, start of one, folder) or curves (id) (repeat)",
    )  # fmt: skip
    plot.add_argument("--runs", dest="folder", type=Path, metavar="DIR", help="take the runs in DIR")
    plot.add_argument("--kind", action="append", choices=_KINDS, help="only curves of this kind (repeat)")
    plot.add_argument("--all", action="store_true", help="also history, projections and alternatives")
    plot.add_argument("--no-published", action="store_true", help="only your own runs and curves")
    plot.add_argument(
        "--rho-dm", type=float, metavar="RHO", help="bring direct limits to this density, GeV/cm³"
    )
    plot.add_argument("--title", default="")
    plot.set_defaults(command=_plot)


def _plot(options: argparse.Namespace) -> None:
    from freezeout.plots.export import check_suffix, save
    from freezeout.plots.summary import summaries

    for file in options.files:
        check_suffix(file)
    chosen = _chosen(options)
    if options.rho_dm is not None:
        chosen = _rescaled(chosen, options.rho_dm)
    if not chosen:
        raise InputError(
            "there is no curve to draw" + (f" in plane {', '.join(options.plane)}" if options.plane else ""),
            hint="make a run ('freezeout run darkside50') or name a --plane with published curves",
        )
    overlays = summaries(chosen, options.title)
    for file in options.files:
        say(f"drawing {file} …") if sys.stderr.isatty() else None
        save(overlays, file)
        print(file)


def _chosen(options: argparse.Namespace) -> list[LimitCurve]:
    from freezeout.limits.planes import plane

    for name in options.plane or []:
        plane(name)
    if options.names:
        curves = [named_curve(name, options.folder) for name in options.names]
    else:
        curves = _known(options)
    return [
        curve
        for curve in curves
        if (not options.plane or curve.plane in options.plane)
        and (not options.kind or curve.kind in options.kind)
    ]


def _known(options: argparse.Namespace) -> list[LimitCurve]:
    from freezeout.experiments.computed import computed_curves
    from freezeout.limits import store
    from freezeout.limits.published import published_curves
    from freezeout.plots.choice import older_runs
    from freezeout.plots.summary import is_default

    computed, damaged = computed_curves(options.folder)
    own = store.own_curves()
    for message in [*damaged, *(reason for _path, reason in own.damaged)]:
        say(f"freezeout: {message}")
    older = older_runs(computed)
    mine = [*(curve for curve in computed if curve.run_id not in older), *own.curves]
    if options.no_published:
        return mine
    planes = options.plane or dict.fromkeys(curve.plane for curve in mine)
    published = [curve for name in planes for curve in published_curves(name)]
    return mine + [curve for curve in published if options.all or is_default(curve)]


def _rescaled(curves: list[LimitCurve], rho_dm: float) -> list[LimitCurve]:
    from freezeout.limits.conversions import DIRECT, rescale_all

    direct = tuple(curve for curve in curves if curve.plane in DIRECT)
    if not (rho_dm > 0 and math.isfinite(rho_dm)):
        raise InputError(f"--rho-dm is {rho_dm:g}", hint="give a positive density in GeV/cm³")
    done = rescale_all(direct, rho_dm)
    reasons: dict[str, list[str]] = {}
    for curve, reason in done.refused:
        reasons.setdefault(reason, []).append(curve.label)
    for reason, labels in reasons.items():
        say(f"freezeout: left out, {reason}: {', '.join(labels)}")
    return [*done.curves, *(curve for curve in curves if curve.plane not in DIRECT)]
