"""The one description of a summary plot, from which Bokeh and Matplotlib draw."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from freezeout.errors import InputError
from freezeout.limits.curve import LimitCurve, Reference
from freezeout.limits.planes import Plane
from freezeout.limits.planes import plane as described
from freezeout.plots.style import Style, is_computed, is_fog, styles

_UNITS = {"cm2": "cm²", "cm3/s": "cm³/s", "GeV": "GeV"}
_SYMBOLS = {
    "sigma_si": "σ_SI",
    "sigma_sd_p": "σ_SD,p",
    "sigma_sd_n": "σ_SD,n",
    "sigma_v": "⟨σv⟩",
    "dm_mass": "m_χ",
}
_PARTICLES = {"tautau": "ττ", "mumu": "μμ", "gammagamma": "γγ", "nue": "ν_e", "numu": "ν_μ", "nutau": "ν_τ"}
_MASSES = {"wimp_mass": "WIMP mass", "dm_mass": "Dark-matter mass", "mediator_mass": "Mediator mass"}
_QUANTITIES = {
    "sigma_si": "WIMP–nucleon cross-section",
    "sigma_sd_p": "WIMP–proton cross-section",
    "sigma_sd_n": "WIMP–neutron cross-section",
    "sigma_v": "Annihilation cross-section",
    "dm_mass": "Dark-matter mass",
}
_FEW_CURVES = 3
_REACH = 100.0  # the plot goes on for two decades beyond what was computed


@dataclass(frozen=True)
class Axis:
    """One axis: its title with unit, its scale (log or linear) and its range."""

    title: str
    unit: str
    scale: str
    low: float
    high: float

    def fraction(self, values: np.ndarray) -> np.ndarray:
        """Where `values` lie between the ends of the axis, 0 to 1."""
        if self.scale == "linear":
            part: np.ndarray = (np.asarray(values) - self.low) / (self.high - self.low)
            return part
        span = math.log(self.high / self.low)
        with np.errstate(divide="ignore", invalid="ignore"):
            found: np.ndarray = np.log(np.asarray(values) / self.low) / span
            return found


@dataclass(frozen=True, eq=False)
class Series:
    """One curve as it is drawn.

    Attributes
    ----------
    key : str
        A name for the curve that is unique in its overlay.
    name : str
        Short, for a label on the curve.
    label : str
        For the legend: the name with the curve's own confidence level and its flags.
    flags : tuple of str
        What a reader must not overlook: ``CL unknown``, ``projection``, ``toy``.
    facts : tuple of (str, str)
        What is shown when the pointer rests on the curve.
    shaded : bool
        Everything below the curve is shaded (the neutrino fog).
    closed : bool
        The curve is the edge of a region.
    banded : bool
        The expected bands are drawn.
    """

    curve: LimitCurve
    key: str
    name: str
    label: str
    style: Style
    flags: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    shaded: bool = False
    closed: bool = False
    banded: bool = False

    @property
    def x(self) -> np.ndarray:
        """Masses, the first again at the end of a closed curve."""
        mass = self.curve.mass
        return np.append(mass, mass[0]) if self.closed and mass[0] != mass[-1] else mass

    @property
    def y(self) -> np.ndarray:
        """Limits, NaN where there is none."""
        limit = np.where(np.isfinite(self.curve.limit), self.curve.limit, np.nan)
        return np.append(limit, limit[0]) if self.x.size > limit.size else limit

    def band(self, sigmas: int) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
        """Masses, lower and upper edge of the ±1σ or ±2σ band, or None."""
        bands = self.curve.bands
        names = (f"sensitivity_m{sigmas}sigma", f"sensitivity_p{sigmas}sigma")
        if not self.banded or any(name not in bands for name in names):
            return None
        low, high = bands[names[0]], bands[names[1]]
        good = np.isfinite(low) & np.isfinite(high)
        return (self.curve.mass[good], low[good], high[good]) if good.any() else None

    @property
    def median(self) -> tuple[np.ndarray, np.ndarray] | None:
        """Masses and the expected median, or None."""
        values = self.curve.bands.get("sensitivity_median") if self.banded else None
        if values is None or not np.isfinite(values).any():
            return None
        good = np.isfinite(values)
        return self.curve.mass[good], values[good]


@dataclass(frozen=True, eq=False)
class Overlay:
    """A summary plot: axes, curves, and the curves that are not comparable with the reason."""

    plane: Plane
    title: str
    x: Axis
    y: Axis
    series: tuple[Series, ...]
    refused: tuple[tuple[LimitCurve, str], ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def curves(self) -> tuple[LimitCurve, ...]:
        """The curves that are drawn."""
        return tuple(series.curve for series in self.series)


def overlay(
    curves: Iterable[LimitCurve],
    *,
    plane: str | None = None,
    title: str = "",
    strict: bool = True,
    x_range: tuple[float, float] | None = None,
    y_range: tuple[float, float] | None = None,
    bands: bool | None = None,
) -> Overlay:
    """Describe a summary plot of curves that share a plane.

    Parameters
    ----------
    curves : iterable of LimitCurve
    plane : str, optional
        The plane of the plot; that of the first curve unless given.
    strict : bool
        A curve that does not belong is an error; otherwise it is listed in `Overlay.refused`.
    x_range, y_range : (float, float), optional
        Ends of the axes; chosen to show the curves unless given. Masses go at most two decades
        beyond the computed curves, when there are any; a note names what lies outside.
    bands : bool, optional
        Draw the expected bands of all curves or of none; unless given, of computed curves only,
        or of all when there are few.

    Raises
    ------
    InputError
        When there is no curve, or (strictly) one is of another plane, with the reason.
    """
    given = list(curves)
    if not given and plane is None:
        raise InputError("there is no curve to draw", hint="give at least one curve or a plane")
    wanted = described(plane or given[0].plane)
    refused = [(curve, why_not(curve, wanted)) for curve in given if curve.plane != wanted.name]
    if refused and strict:
        curve, reason = refused[0]
        raise InputError(f"'{curve.label}' cannot stand in this plot: {reason}", code="not_comparable")
    kept = [curve for curve in given if curve.plane == wanted.name]
    series = _series(kept, bands)
    x = _x_axis(wanted, series, x_range)
    return Overlay(
        plane=wanted,
        title=title or _title(wanted),
        x=x,
        y=_y_axis(wanted, series, y_range, x),
        series=series,
        refused=tuple(refused),
        notes=(*_notes(kept), *_outside(series, x)),
    )


def why_not(curve: LimitCurve, wanted: Plane) -> str:
    """Why the curve cannot be drawn in the plane."""
    family, _, rest = curve.plane.partition("/")
    other, _, channel = wanted.name.partition("/")
    if family == other == "sigma_v":
        return f"it is for annihilation into {rest}, the plot for {channel}"
    if family == other == "mediator":
        return f"it is for a {rest} mediator, the plot for {channel}"
    return f"it limits {curve.described_plane.title.lower()}, the plot shows {wanted.title.lower()}"


def facts(curve: LimitCurve) -> tuple[tuple[str, str], ...]:
    """What must be known to read the curve, as (name, text)."""
    found = [
        ("experiment", curve.experiment),
        ("kind", curve.kind),
        ("confidence level", curve.confidence if curve.kind != "theory" else ""),
        ("provenance", curve.provenance),
        ("exposure", curve.exposure),
        ("assumes", ", ".join(f"{name} = {_value(value)}" for name, value in curve.assumptions.items())),
        ("reference", "; ".join(short(reference) for reference in curve.references)),
        ("run", curve.run_id),
        ("note", "; ".join(curve.notes[:3])),
    ]
    return tuple((name, text) for name, text in found if text)


def short(reference: Reference) -> str:
    """A reference in a few words: arXiv number, else DOI, else its text."""
    if reference.arxiv:
        return f"arXiv:{reference.arxiv}"
    return (reference.doi and f"doi:{reference.doi}") or reference.text or reference.hepdata


def flags(curve: LimitCurve) -> tuple[str, ...]:
    """What a reader of the curve must not overlook."""
    found = []
    if curve.confidence_level is None and curve.kind != "theory":
        found.append("CL unknown")
    if curve.kind == "projection":
        found.append("projection")
    if curve.kind == "expected":
        found.append("expected")
    if curve.group == "toy" or any(note.lower().startswith("toy") for note in curve.notes):
        found.append("toy")
    return tuple(found)


def _series(curves: Sequence[LimitCurve], bands: bool | None) -> tuple[Series, ...]:
    found, seen = [], {}  # type: ignore[var-annotated]
    for curve, style in zip(curves, styles(curves), strict=True):
        name = curve.run_id or curve.id or curve.label
        seen[name] = seen.get(name, 0) + 1
        flagged = flags(curve)
        found.append(
            Series(
                curve=curve,
                key=name if seen[name] == 1 else f"{name}#{seen[name]}",
                name=_short_name(curve),
                label=_label(curve, flagged),
                style=style,
                flags=flagged,
                facts=facts(curve),
                shaded=is_fog(curve),
                closed=curve.kind == "region",
                banded=bands if bands is not None else is_computed(curve) or len(curves) <= _FEW_CURVES,
            )
        )
    return tuple(found)


def _short_name(curve: LimitCurve) -> str:
    return curve.label.removesuffix(" (projection)")


def _label(curve: LimitCurve, flagged: Sequence[str]) -> str:
    said = [] if curve.kind == "theory" else [curve.confidence]
    said += [flag for flag in flagged if flag != "CL unknown"]
    name = _short_name(curve)
    return f"{name} ({', '.join(said)})" if said else name


def _value(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _title(wanted: Plane) -> str:
    family, _, rest = wanted.name.partition("/")
    if family == "sigma_v":
        return f"Annihilation into {_PARTICLES.get(rest, rest)}"
    if family == "mediator":
        return f"{rest.capitalize()} mediator"
    return wanted.title.replace("WIMP-", "WIMP–").replace("cross-section", "scattering")


def _x_axis(wanted: Plane, series: Sequence[Series], given: tuple[float, float] | None) -> Axis:
    scale = "linear" if wanted.name.startswith("mediator") else "log"
    symbol = "m_med" if wanted.mass == "mediator_mass" else "m_χ"
    title = f"{_MASSES[wanted.mass]} {symbol} [GeV]"
    if given:
        return Axis(title, "GeV", scale, *_checked(given, scale))
    values = _finite([s.x for s in series if s.curve.kind != "theory"] or [s.x for s in series])
    if scale == "linear":
        return Axis(title, "GeV", scale, 0.0, 1.05 * float(values.max(initial=1.0)))
    low, high = (values.min(), values.max()) if values.size else (1.0, 1e4)
    own = _finite([s.x for s in series if is_computed(s.curve)])
    if own.size:
        low, high = max(low, own.min() / _REACH), min(high, own.max() * _REACH)
    return Axis(title, "GeV", scale, *_padded(float(low), float(high), 1.25))


def _y_axis(wanted: Plane, series: Sequence[Series], given: tuple[float, float] | None, x: Axis) -> Axis:
    unit = _UNITS[wanted.unit]
    scale = "linear" if wanted.name.startswith("mediator") else "log"
    words = _QUANTITIES[wanted.quantity]
    title = f"{words} {_SYMBOLS[wanted.quantity]} [{unit}]"
    if given:
        return Axis(title, unit, scale, *_checked(given, scale))
    drawn = [s for s in series if not s.shaded] or series
    lines = [(s.x, s.y) for s in drawn]
    lines += [(band[0], edge) for s in drawn if (band := s.band(2)) for edge in band[1:]]
    seen = _finite([y[(at >= x.low) & (at <= x.high) & (y > 0)] for at, y in lines])
    values = seen if seen.size else _finite([s.y for s in drawn])
    if scale == "linear":
        return Axis(title, unit, scale, 0.0, 1.05 * float(values.max(initial=1.0)))
    if not values.size:
        return Axis(title, unit, scale, 1e-50 if unit == "cm²" else 1e-28, 1e-36 if unit == "cm²" else 1e-20)
    # room below the lowest limit for the fog
    low = 10 ** math.floor(math.log10(values.min()) - (1.0 if any(s.shaded for s in series) else 0.2))
    high = 10 ** math.ceil(math.log10(values.max()) + 0.2)
    # a curve that rises by many decades at its threshold must not squeeze the others
    return Axis(title, unit, scale, low, min(high, low * 1e14))


def _checked(given: tuple[float, float], scale: str) -> tuple[float, float]:
    low, high = float(given[0]), float(given[1])
    if not (math.isfinite(low) and math.isfinite(high) and low < high and (low > 0 or scale == "linear")):
        raise InputError(
            f"the range {low:g} to {high:g} is no axis", hint="give two increasing positive numbers"
        )
    return low, high


def _finite(arrays: Sequence[np.ndarray]) -> np.ndarray:
    values = np.concatenate(arrays) if arrays else np.array([])
    good: np.ndarray = values[np.isfinite(values)]
    return good


def _padded(low: float, high: float, factor: float) -> tuple[float, float]:
    return (low / factor, high * factor) if low < high else (low / 10, high * 10)


def _notes(curves: Sequence[LimitCurve]) -> tuple[str, ...]:
    """What the curves of one plot do not have in common."""
    notes = []
    densities = sorted({c.assumptions["rho_dm"] for c in curves if "rho_dm" in c.assumptions}, key=str)
    if len(densities) > 1:
        notes.append(f"the curves assume different rho_dm: {', '.join(map(_value, densities))} GeV/cm³")
    if any(c.confidence_level is None and c.kind != "theory" for c in curves):
        notes.append("CL unknown: the paper's confidence level was not confirmed")
    return tuple(notes)


def _outside(series: Sequence[Series], x: Axis) -> tuple[str, ...]:
    """Which curves, theory aside, go on beyond the masses that are shown."""
    notes = []
    for s in series:
        if s.curve.kind == "theory":
            continue
        masses = s.x[np.isfinite(s.y)]
        ends = [f"up to {_round(masses.max())} GeV"] if masses.size and masses.max() > x.high else []
        ends += [f"down to {_round(masses.min())} GeV"] if masses.size and masses.min() < x.low else []
        if ends:
            notes.append(f"{s.name} goes on outside the plot, {' and '.join(ends)}")
    return tuple(notes)


def _round(mass: float) -> str:
    return f"{mass:.3g}".replace("e+0", "e").replace("e-0", "e-")
