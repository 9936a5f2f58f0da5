"""What the user of a dashboard has chosen, and the overlay that follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from freezeout.limits.conversions import DIRECT, rescale_all
from freezeout.limits.curve import KINDS, LimitCurve
from freezeout.plots.overlays import Overlay, overlay
from freezeout.plots.style import is_computed
from freezeout.plots.summary import is_default, select


@dataclass(frozen=True)
class Choice:
    """What is chosen in a dashboard.

    Attributes
    ----------
    plane : str
    kinds : frozenset of str
    experiments : frozenset of str
        Empty: all.
    everything : bool
        Also the curves that a summary leaves out: history, low mass, Migdal, alternatives.
    rho_dm : float or None, GeV/cm³
        Bring direct limits to this local density.
    """

    plane: str
    kinds: frozenset[str] = field(default=frozenset(KINDS) - {"projection"})
    experiments: frozenset[str] = frozenset()
    everything: bool = False
    rho_dm: float | None = None


def chosen(choice: Choice, curves: Sequence[LimitCurve]) -> Overlay:
    """The overlay of a choice out of all curves; those not comparable are in `Overlay.refused`.

    Computed and own curves come first.

    Parameters
    ----------
    choice : Choice
    curves : sequence of LimitCurve
        Of all planes.
    """
    here = [curve for curve in curves if curve.plane == choice.plane]
    listed = [c for c in here if choice.everything or is_default(c) or c.group == "projection"]
    found = select(listed, kinds=choice.kinds, experiments=choice.experiments or None)
    ordered = tuple(sorted(found, key=lambda curve: (not is_computed(curve), curve.kind == "theory")))
    refused: tuple[tuple[LimitCurve, str], ...] = ()
    if choice.rho_dm is not None and choice.plane in DIRECT:
        rescaled = rescale_all(ordered, choice.rho_dm)
        ordered, refused = rescaled.curves, rescaled.refused
    described = overlay(ordered, plane=choice.plane)
    return Overlay(
        described.plane, described.title, described.x, described.y, described.series, refused, described.notes
    )


def older_runs(curves: Sequence[LimitCurve]) -> frozenset[str]:
    """Ids of runs that a newer run of the same experiment in the same plane hides at first."""
    newest: dict[tuple[str, str, str], str] = {}
    runs = [curve for curve in curves if curve.run_id]
    for curve in runs:
        key = (curve.id or curve.experiment, curve.plane, curve.kind)
        newest[key] = max(newest.get(key, ""), curve.run_id)
    return frozenset(curve.run_id for curve in runs) - frozenset(newest.values())


def planes(curves: Sequence[LimitCurve]) -> tuple[str, ...]:
    """Planes that have a curve other than theory: direct, annihilation, mediator."""
    found = {curve.plane for curve in curves if curve.kind != "theory"}
    return tuple(sorted(found, key=lambda name: (name.split("/")[0] not in DIRECT, name != "si", name)))
