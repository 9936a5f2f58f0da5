"""ATLAS dilepton resonances, 139/fb: mediators of dark matter excluded by the published limits.

The search sets upper limits on the fiducial cross-section of a resonance by its mass and its relative
width (arXiv:1903.06248). A mediator that couples to quarks, leptons and dark matter is excluded where
its own cross-section is larger; for each dark-matter mass the edge of the excluded mediator masses
translates to a cross-section of direct detection (arXiv:1603.04156).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from freezeout import InputError, LimitCurve, Reference, Result
from freezeout.files import read_columns
from freezeout.physics.collider.exclusion import excluded_ranges, upper_edge
from freezeout.physics.collider.mediator import Mediator
from freezeout.physics.collider.resonance import FiducialLimits, UnitCrossSections
from freezeout.physics.collider.translation import scattering_cross_section

CONFIDENCE_LEVEL = 0.95
"""That of the published limits."""

WIDEST = 0.1
"""Relative width at which the published limits end."""

PLANES = {
    ("vector", "proton"): "si",
    ("vector", "neutron"): "si",
    ("axial", "proton"): "sd_p",
    ("axial", "neutron"): "sd_n",
}
REFERENCES = (
    Reference(
        text="ATLAS, high-mass dilepton resonances using 139/fb at 13 TeV",
        arxiv="1903.06248",
        doi="10.1016/j.physletb.2019.07.016",
        hepdata="10.17182/hepdata.88425",
    ),
    Reference(text="Presentation of mediator searches and translation to other planes", arxiv="1603.04156"),
    Reference(text="Benchmark mediators with couplings to leptons", arxiv="1703.05703"),
    Reference(text="PYTHIA 8.3", arxiv="2203.11601"),
)


@dataclass(frozen=True, eq=False)
class Search:
    """What was published, and the cross-sections of unit couplings."""

    limits: FiducialLimits
    unit: UnitCrossSections
    resolution_mass: np.ndarray
    resolution: np.ndarray

    def resolution_at(self, mass: np.ndarray) -> np.ndarray:
        """Dielectron mass resolution [GeV] at a mass [GeV]; constant beyond the table's last mass."""
        return np.interp(mass, self.resolution_mass, self.resolution)


def read_search(inputs: Mapping[str, Path]) -> Search:
    """Read the input tables."""
    resolution = read_columns(inputs["mass_resolution"])
    return Search(
        FiducialLimits.from_columns(read_columns(inputs["observed_limits"])),
        UnitCrossSections.from_columns(read_columns(inputs["cross_sections"])),
        resolution["m_gev"],
        resolution["sigma_gev"],
    )


def check(
    *,
    dm_masses: Sequence[float],
    model: str,
    g_q: float,
    g_l: float,
    g_dm: float,
    mediator_mass_min: float,
    mediator_mass_max: float,
    **_: object,
) -> None:
    """Refuse parameters that do not fit together, above all a mediator that is too wide.

    The relative width grows with the mediator's mass and falls with the mass of dark matter, so the
    widest of all scanned pairs is the heaviest mediator with the lightest dark matter.

    Raises
    ------
    InputError
        When a scanned mediator is wider than 10 % of its mass, where the published limits end, or
        when the range of mediator masses is empty.
    """
    if not mediator_mass_min < mediator_mass_max:
        raise InputError(
            f"mediator_mass_min is {mediator_mass_min:g} GeV and mediator_mass_max {mediator_mass_max:g} GeV",
            hint="give a smaller minimum",
            code="bad_parameter",
        )
    lightest = min(dm_masses)
    mediator = Mediator(model, g_q, g_l, g_dm)
    widest = float(mediator.relative_width(mediator_mass_max, lightest))
    if widest > WIDEST:
        raise InputError(
            f"the mediator's width is {100 * widest:.3g} % of its mass at a mediator mass of "
            f"{mediator_mass_max:g} GeV and a dm_mass of {lightest:g} GeV; allowed: up to "
            f"{100 * WIDEST:g} %, where the published limits end",
            hint=_narrower(mediator, mediator_mass_max, lightest),
            code="width_out_of_range",
        )


def _narrower(mediator: Mediator, mass: float, dm_mass: float) -> str:
    """Which coupling to lower and how far: the one whose decays make most of the width."""
    ratios = mediator.branching_ratios(mass, dm_mass)
    dark = float(ratios["dm"])
    quarks = float(sum(ratios[name] for name in "duscbt"))
    shares = {"g_dm": dark, "g_q": quarks, "g_l": 1 - dark - quarks}
    name = max(shares, key=lambda coupling: shares[coupling])
    left = WIDEST / float(mediator.relative_width(mass, dm_mass)) - (1 - shares[name])
    if left <= 0:
        return "lower g_q, g_l and g_dm: more than one of them is too large"
    allowed = getattr(mediator, name) * np.sqrt(left / shares[name])
    return f"lower {name} to {np.floor(1000 * allowed) / 1000:g} or less"


def limit(
    inputs: Mapping[str, Path],
    *,
    dm_masses: Sequence[float],
    model: str = "vector",
    g_q: float = 0.1,
    g_l: float = 0.01,
    g_dm: float = 1.0,
    nucleon: str = "proton",
    range_edge: str = "outermost",
    narrowest_range: float = 1.0,
    mediator_mass_min: float = 250.0,
    mediator_mass_max: float = 6000.0,
) -> Result:
    """The exclusion in the plane of direct detection, and its mediator masses as tables.

    Parameters
    ----------
    inputs : mapping of str to Path
        ``observed_limits``, ``cross_sections`` and ``mass_resolution``.
    dm_masses : sequence of float, GeV
        Increasing.
    model : str
        ``vector`` or ``axial``.
    g_q, g_l, g_dm : float
        Couplings to quarks, leptons and dark matter.
    nucleon : str
        ``proton`` or ``neutron``.
    range_edge : str
        ``outermost`` or ``contiguous``, see `freezeout.physics.collider.exclusion.upper_edge`.
    narrowest_range : float, dielectron mass resolutions
        Ranges narrower than this are listed but are not the edge.
    mediator_mass_min, mediator_mass_max : float, GeV
        The mediator masses scanned.

    Returns
    -------
    Result
        The curve, and the tables ``excluded_ranges`` and ``exclusion_contour``.

    Raises
    ------
    InputError
        For a mediator that is too wide, or when nothing is excluded.
    """
    check(
        dm_masses=dm_masses, model=model, g_q=g_q, g_l=g_l, g_dm=g_dm,
        mediator_mass_min=mediator_mass_min, mediator_mass_max=mediator_mass_max,
    )  # fmt: skip
    search, mediator = read_search(inputs), Mediator(model, g_q, g_l, g_dm)
    masses = scanned_masses(search, mediator_mass_min, mediator_mass_max)
    dark = np.asarray(dm_masses, dtype=float)
    table = range_table(search, mediator, masses, dark, narrowest_range)
    edges = range_edges(table, dark, range_edge)
    if not np.any(np.isfinite(edges["mediator_mass_limit_gev"])):
        raise InputError(
            f"with g_q = {g_q:g}, g_l = {g_l:g} and g_dm = {g_dm:g} no mediator between "
            f"{masses[0]:g} and {masses[-1]:g} GeV is excluded, at any of the dm_masses",
            hint="raise g_q or g_l, lower g_dm, or give heavier dark matter",
            code="nothing_excluded",
        )
    curve = LimitCurve(
        plane=PLANES[model, nucleon],
        mass=dark,
        limit=scattering_cross_section(mediator, edges["mediator_mass_limit_gev"], dark, nucleon),
        label=f"ATLAS dilepton, {model} {g_q:g}/{g_l:g}/{g_dm:g}",
        experiment="ATLAS",
        confidence_level=CONFIDENCE_LEVEL,
        kind="observed",
        provenance="computed",
        references=REFERENCES,
        columns=edges
        | {"range_top_cm2": scattering_cross_section(mediator, edges["range_low_gev"], dark, nucleon)},
        assumptions={
            "model": model, "g_q": g_q, "g_l": g_l, "g_dm": g_dm, "nucleon": nucleon,
            "range_edge": range_edge, "narrowest_range": narrowest_range,
            "mediator_mass_min": masses[0], "mediator_mass_max": masses[-1],
            "order": "LO, no K-factor", "pdf": "NNPDF2.3 QCD+QED LO, alpha_s(M_Z) = 0.130",
            "dark_matter": "Dirac",
        },
        exposure="139 /fb",
        id="atlas_dilepton",
        notes=notes(mediator, masses, dark, edges, table),
    )  # fmt: skip
    return Result(
        curve=curve,
        tables={
            "excluded_ranges": table,
            "exclusion_contour": contour(search, mediator, masses, float(dark[0]), float(dark[-1])),
        },
    )


def scanned_masses(search: Search, low: float, high: float) -> np.ndarray:
    """The published masses between `low` and `high` [GeV], and these two."""
    published = search.limits.mass
    inside = published[(published > low) & (published < high)]
    return np.concatenate([[low], inside, [high]])


def signal_over_limit(
    search: Search, mediator: Mediator, masses: np.ndarray, relative_width: np.ndarray
) -> np.ndarray:
    """Fiducial cross-section of the mediator over the published limit; above 1 is excluded.

    Parameters
    ----------
    search : Search
    mediator : Mediator
    masses : ndarray, GeV
    relative_width : ndarray
        Broadcast against the masses.
    """
    quark2, lepton2 = mediator.g_q**2, mediator.g_l**2
    signal = search.unit.fiducial(masses, relative_width, quark2, quark2, lepton2)
    return signal / search.limits.at(masses, relative_width)


def range_table(
    search: Search, mediator: Mediator, masses: np.ndarray, dark: np.ndarray, narrowest: float
) -> dict[str, np.ndarray]:
    """All excluded ranges of mediator masses, for one dark-matter mass after the other.

    Returns
    -------
    dict of str to ndarray
        ``dm_mass, mediator_mass_low, mediator_mass_high`` [GeV]; ``largest_signal_over_limit`` in the
        range; ``counted``, 1 when the range is wide enough to be an edge and 0 when it is not.
    """
    widths = mediator.relative_width(masses, dark[:, None])
    ratios = signal_over_limit(search, mediator, masses, widths)
    rows = []
    for mass, ratio in zip(dark, ratios, strict=True):
        for low, high in excluded_ranges(masses, ratio, np.ones_like(ratio)):
            inside = (masses >= low) & (masses <= high)
            wide = high - low >= narrowest * search.resolution_at((low + high) / 2)
            rows.append((mass, low, high, float(np.max(ratio[inside])), int(wide)))
    columns = np.array(rows, dtype=float).reshape(-1, 5).T
    names = ("dm_mass", "mediator_mass_low", "mediator_mass_high", "largest_signal_over_limit")
    table = dict(zip(names, columns[:4], strict=True))
    return table | {"counted": columns[4].astype(int)}


def range_edges(table: Mapping[str, np.ndarray], dark: np.ndarray, which: str) -> dict[str, np.ndarray]:
    """Per dark-matter mass the edge, and the low end of the range it belongs to [GeV]; NaN without one."""
    edges, lows = np.full(dark.size, np.nan), np.full(dark.size, np.nan)
    for i, mass in enumerate(dark):
        mine = (table["dm_mass"] == mass) & (table["counted"] == 1)
        ranges = np.column_stack([table["mediator_mass_low"][mine], table["mediator_mass_high"][mine]])
        edges[i] = upper_edge(ranges, which)
        if len(ranges):
            lows[i] = ranges[ranges[:, 1] == edges[i], 0][0]
    return {"mediator_mass_limit_gev": edges, "range_low_gev": lows}


def contour(
    search: Search, mediator: Mediator, masses: np.ndarray, lightest: float, heaviest: float
) -> dict[str, np.ndarray]:
    """The lightest excluded dark matter for every mediator mass.

    Heavier dark matter takes less of the mediator's width, so that the leptons get more: for a given
    mediator everything above one dark-matter mass is excluded, and that mass is the contour.

    Returns
    -------
    dict of str to ndarray
        ``mediator_mass, dm_mass`` [GeV]: `lightest` where all from there on is excluded, NaN where
        nothing up to `heaviest` is.
    """

    def ratio(dark: np.ndarray) -> np.ndarray:
        return signal_over_limit(search, mediator, masses, mediator.relative_width(masses, dark))

    low, high = np.full(masses.size, lightest), np.full(masses.size, heaviest)
    all_excluded, some_excluded = ratio(low) > 1, ratio(high) > 1
    for _ in range(50):
        middle = (low + high) / 2
        above = ratio(middle) > 1
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    edge = np.where(all_excluded, lightest, np.where(some_excluded, high, np.nan))
    return {"mediator_mass": masses, "dm_mass": edge}


def mediator_regions(inputs: Mapping[str, Path], **parameters: object) -> list[LimitCurve]:
    """The same exclusion as closed regions of the plane of mediator mass and dark-matter mass.

    One region per range of mediator masses with an excluded dark-matter mass, between the lightest
    and the heaviest of ``dm_masses``. Takes the parameters of `limit`.
    """
    result = limit(inputs, **parameters)  # type: ignore[arg-type]
    mass, edge = result.tables["exclusion_contour"].values()
    top = float(result.curve.mass[-1])
    inside = np.flatnonzero(np.isfinite(edge))
    pieces = [p for p in np.split(inside, np.flatnonzero(np.diff(inside) > 1) + 1) if p.size > 1]
    model = str(result.curve.assumptions["model"])
    return [
        result.curve.with_(
            plane=f"mediator/{model}",
            kind="region",
            mass=np.concatenate([mass[p], mass[p][::-1], mass[p][:1]]),
            limit=np.concatenate([edge[p], np.full(p.size, top), edge[p][:1]]),
            columns={},
            id=f"atlas_dilepton.region{number}",
        )
        for number, p in enumerate(pieces, start=1)
    ]


def notes(
    mediator: Mediator,
    masses: np.ndarray,
    dark: np.ndarray,
    edges: Mapping[str, np.ndarray],
    table: Mapping[str, np.ndarray],
) -> tuple[str, ...]:
    """What a reader of the plot should know."""
    found = [
        "signal at leading order, without K-factor",
        "only the decays to Standard-Model fermions and dark matter count in the width",
        f"mediators of {masses[0]:g} to {masses[-1]:g} GeV were tested: cross-sections above range_top_cm2 "
        "belong to mediators that are lighter, or not excluded",
        "computed by Freezeout from published limits, not the collaboration's own mediator limit",
    ]
    gaps = np.unique(table["dm_mass"], return_counts=True)[1]
    if np.any(gaps > 1):
        found.append(
            "the excluded mediator masses have gaps; the table excluded_ranges lists them, the curve is "
            "the edge that range_edge chooses"
        )
    if np.any(table["counted"] == 0):
        found.append("ranges narrower than narrowest_range mass resolutions are listed but not the edge")
    edge = edges["mediator_mass_limit_gev"]
    if np.any(edge >= masses[-1]):
        found.append("where the edge is the heaviest mediator scanned, the exclusion may reach further")
    # unitarity of dark-matter annihilation: m_dm < sqrt(pi/2) M / g_dm (arXiv:1510.02110)
    if mediator.model == "axial" and np.any(dark > np.sqrt(np.pi / 2) * edge / mediator.g_dm):
        found.append("perturbative unitarity is violated where dm_mass > 1.25 mediator_mass_limit / g_dm")
    return tuple(found)
