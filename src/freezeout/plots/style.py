"""How a curve looks: colours that the colour-blind can tell apart, and a dash for every kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from freezeout.limits.curve import LimitCurve

# Okabe and Ito (2008), then colours of Tol's "muted" scheme that stay apart from them
COLOURS = (
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#332288", "#56B4E9",
    "#882255", "#E69F00", "#117733", "#AA4499", "#44AA99", "#999933",
)  # fmt: skip
GREYS = ("#5a5a5a", "#8a8a8a", "#737373", "#9c9c9c", "#6b6b6b")
DASHES = {
    "observed": "solid",
    "expected": "dashed",
    "projection": "dashdot",
    "theory": "dotted",
    "region": "solid",
}
MARKERS = ("circle", "square", "triangle", "diamond")
_FEW = 12


@dataclass(frozen=True)
class Style:
    """Colour, dash, width in points, opacity and marker of one curve."""

    colour: str
    dash: str
    width: float
    opacity: float
    marker: str | None
    line: bool


def is_computed(curve: LimitCurve) -> bool:
    """Whether the curve is the user's: computed by a run, or added by hand."""
    return bool(curve.run_id) or curve.provenance == "computed" or curve.group == "own"


def is_fog(curve: LimitCurve) -> bool:
    """Whether the curve is the upper edge of a shaded area (the neutrino fog)."""
    return curve.kind == "theory" and curve.plane in ("si", "sd_p", "sd_n")


def styles(curves: Sequence[LimitCurve]) -> tuple[Style, ...]:
    """A style for every curve: one colour per experiment, one per computed or own curve.

    When the colours are used up they come again with markers.
    """
    keys: dict[object, int] = {}
    greys = 0
    found = []
    for curve in curves:
        if curve.kind == "theory":
            colour, turn = GREYS[greys % len(GREYS)], 0
            greys += 1
        else:
            key = (curve.experiment, curve.run_id or curve.id) if is_computed(curve) else curve.experiment
            number = keys.setdefault(key, len(keys))
            colour, turn = COLOURS[number % len(COLOURS)], number // len(COLOURS)
        found.append(_style(curve, colour, turn))
    return tuple(found)


def _style(curve: LimitCurve, colour: str, turn: int) -> Style:
    few = np.count_nonzero(np.isfinite(curve.limit)) <= _FEW and curve.kind != "region"
    marker = MARKERS[turn % len(MARKERS)] if few or turn else None
    alone = curve.limit.size == 1 or curve.group == "points"
    width = 2.8 if is_computed(curve) else 1.2 if curve.kind == "theory" else 1.6
    opacity = 0.55 if curve.group in ("history", "alternative") else 1.0
    return Style(colour, DASHES[curve.kind], width, opacity, marker, not alone)
