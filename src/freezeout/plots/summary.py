"""What a summary shows: which curves by default, which after a choice, and what they say of a point."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from freezeout.limits.curve import LimitCurve
from freezeout.limits.planes import plane as described
from freezeout.plots.overlays import Overlay, overlay, short
from freezeout.plots.style import is_computed, is_fog

DEFAULT_GROUPS = ("main", "theory", "region", "points", "own", "")
_EDGE = "excluded up to"
_UNITS = {"cm2": "cm²", "cm3/s": "cm³/s"}
_SCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


@dataclass(frozen=True)
class Verdict:
    """What the curves say of one point.

    Attributes
    ----------
    excluded, allowed : tuple of LimitCurve
        Observed limits below and above the point.
    beyond : tuple of LimitCurve
        Observed limits that do not reach this mass.
    sentence : str
        The same in words.
    """

    excluded: tuple[LimitCurve, ...]
    allowed: tuple[LimitCurve, ...]
    beyond: tuple[LimitCurve, ...]
    sentence: str


def is_default(curve: LimitCurve) -> bool:
    """Whether a summary shows the curve before anything is chosen."""
    return is_computed(curve) or curve.group in DEFAULT_GROUPS


def summaries(curves: Iterable[LimitCurve], title: str = "") -> tuple[Overlay, ...]:
    """One overlay per plane that the curves live in, direct planes first."""
    by_plane: dict[str, list[LimitCurve]] = {}
    for curve in curves:
        by_plane.setdefault(curve.plane, []).append(curve)
    order = sorted(by_plane, key=lambda name: (not name.startswith("s"), "/" in name, name != "si"))
    return tuple(overlay(by_plane[name], plane=name, title=title) for name in order)


def select(
    curves: Iterable[LimitCurve],
    *,
    kinds: Iterable[str] | None = None,
    experiments: Iterable[str] | None = None,
    text: str = "",
) -> tuple[LimitCurve, ...]:
    """Curves of some kinds, of some experiments, that hold every word of a search text."""
    wanted_kinds = None if kinds is None else set(kinds)
    wanted_experiments = None if experiments is None else set(experiments)
    return tuple(
        curve
        for curve in curves
        if (wanted_kinds is None or curve.kind in wanted_kinds)
        and (wanted_experiments is None or curve.experiment in wanted_experiments)
        and matches(curve, text)
    )


def matches(curve: LimitCurve, text: str) -> bool:
    """Whether the curve's texts hold every word of `text`, in any case."""
    texts = (curve.label, curve.experiment, curve.kind, curve.confidence, curve.provenance, curve.group,
             curve.id, curve.run_id, *map(str, curve.references))  # fmt: skip
    whole = " ".join(texts).lower()
    return all(word in whole for word in text.lower().split())


def excludes(curve: LimitCurve, mass: float, value: float) -> bool | None:
    """Whether a limit excludes a point; None where it does not reach the mass."""
    if not curve.mass.min() <= mass <= curve.mass.max():
        return None
    limit = float(curve.at(mass)) if curve.mass.size > 1 else float(curve.limit[0])
    if not np.isfinite(limit):
        return None
    if value <= limit:
        return False
    for name, edge in curve.columns.items():
        if name.startswith(_EDGE):
            top = float(np.exp(np.interp(np.log(mass), np.log(curve.mass), np.log(edge))))
            return bool(value < top)
    return True


def verdict(curves: Sequence[LimitCurve], mass: float, value: float) -> Verdict:
    """What the observed limits among `curves` say of a mass and a cross-section.

    Parameters
    ----------
    curves : sequence of LimitCurve
        Of one plane, in which a limit excludes what is above it.
    mass : float, GeV
    value : float, the plane's unit
    """
    observed = [c for c in curves if c.kind == "observed"]
    said = [(curve, excludes(curve, mass, value)) for curve in observed]
    excluded = tuple(curve for curve, yes in said if yes)
    allowed = tuple(curve for curve, yes in said if yes is False)
    beyond = tuple(curve for curve, yes in said if yes is None)
    return Verdict(excluded, allowed, beyond, _sentence(curves, mass, value, excluded, allowed))


def _sentence(
    curves: Sequence[LimitCurve],
    mass: float,
    value: float,
    excluded: Sequence[LimitCurve],
    allowed: Sequence[LimitCurve],
) -> str:
    plane = described(curves[0].plane) if curves else None
    unit = _UNITS.get(plane.unit, plane.unit) if plane else ""
    symbol = "⟨σv⟩" if plane and plane.quantity == "sigma_v" else "σ"
    point = f"m = {mass:.4g} GeV, {symbol} = {scientific(value)} {unit}"
    if excluded:
        words = f"excluded by {_names(excluded)}"
        words += f"; not by {_names(allowed)}" if allowed else ""
    elif allowed:
        words = f"not excluded by {_names(allowed)}"
    else:
        words = "no observed limit shown reaches this mass"
    fog = [c for c in curves if is_fog(c) and c.mass[0] <= mass <= c.mass[-1] and value < float(c.at(mass))]
    if fog:
        words += (
            f"; in the {' and the '.join(c.label.replace('Neutrino fog,', 'neutrino fog of') for c in fog)}"
        )
    return f"{point}: {words}"


def _names(curves: Sequence[LimitCurve], most: int = 4) -> str:
    """Names with their levels; those of equal level together."""
    names = [f"{curve.label} ({curve.confidence})" for curve in curves]
    if len(names) > most:
        names = [*names[:most], f"{len(names) - most} more"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def scientific(value: float) -> str:
    """A number as people write it: ``3.2×10⁻⁴⁷``.

    Examples
    --------
    >>> scientific(3.2e-47), scientific(1e-46), scientific(250.0)
    ('3.2×10⁻⁴⁷', '10⁻⁴⁶', '250')
    """
    if value == 0 or 1e-3 <= abs(value) < 1e5:
        return f"{value:.4g}"
    mantissa, exponent = f"{value:.2e}".split("e")
    mantissa = mantissa.rstrip("0").rstrip(".")
    power = f"10{str(int(exponent)).translate(_SCRIPT)}"
    return power if mantissa == "1" else f"{mantissa}×{power}"


def reference_links(curve: LimitCurve) -> tuple[tuple[str, str], ...]:
    """Texts and addresses of the curve's references; the address is empty when there is none."""
    return tuple((short(reference), reference.link) for reference in curve.references)
