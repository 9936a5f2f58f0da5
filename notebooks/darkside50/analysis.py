"""DarkSide-50, 532 days of argon from underground: the limit from acceptance and counts.

No event was seen where 0.09 ± 0.04 were expected (arXiv:1802.07198). Signal events are the exposure
times the rate times the acceptance; the limit is the cross-section that makes as many of them as the
counts allow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from freezeout import InputError, Likelihood, LimitCurve, Reference, Result
from freezeout.files import read_columns
from freezeout.physics.direct.acceptance import Acceptance, expected_events
from freezeout.physics.direct.elastic import check_interaction, maximum_energy
from freezeout.physics.direct.halo import Halo, StandardHalo
from freezeout.physics.direct.targets import Target, target
from freezeout.stats import feldman_cousins, poisson
from freezeout.stats.band import counting_band

UNIT_CROSS_SECTION = 1e-45
"""cm², for which events are counted."""

REFERENCES = (
    Reference(
        text="DarkSide-50 532-day dark matter search with low-radioactivity argon",
        arxiv="1802.07198",
        doi="10.1103/PhysRevD.98.102006",
    ),
)
NOTES = (
    "recomputed from the published acceptance and counts, not the collaboration's own curve",
    "the acceptance is digitised, good to a few percent at its edges",
    "each toy counts whole events, mostly none, so that the expected band nearly closes",
)


def standard_halo(v_0: float, v_esc: float, v_earth: float, rho_dm: float) -> StandardHalo:
    """The halo of these parameters; a `v_earth` of 0 follows `v_0`.

    The Sun moves 12.24 km/s faster in the direction of rotation than the local standard of rest
    (Schönrich, Binney and Dehnen, arXiv:0912.3693); as is usual, the Earth's mean speed is then
    v_0 + 12 km/s, which is 232 at v_0 = 220.
    """
    return StandardHalo(v_0, v_esc, v_earth or v_0 + 12.0, rho_dm)


def check(
    *,
    v_0: float,
    v_esc: float,
    v_earth: float,
    rho_dm: float,
    interaction: str,
    target_mode: str,
    **_: object,
) -> None:
    """Refuse parameters that do not fit together.

    Raises
    ------
    InputError
        For a halo that cannot be, or an interaction that argon does not have.
    """
    standard_halo(v_0, v_esc, v_earth, rho_dm)
    check_interaction(interaction, target("Ar", target_mode))


def read_acceptance(path: Path) -> Acceptance:
    """The overall acceptance of nuclear recoils, Fig. 10 of the paper."""
    table = read_columns(path)
    return Acceptance(table["recoil_energy_kevnr"], table["acceptance"])


def event_limit(
    statistic: str, background: float, confidence_level: float
) -> Callable[[np.ndarray], np.ndarray]:
    """Upper limit on the signal events as a function of the observed counts."""
    if statistic == "poisson":
        return lambda observed: poisson.upper_limit(observed, confidence_level)
    return lambda observed: feldman_cousins.upper_limit(observed, background, confidence_level)


def signal_events(
    wimp_masses: np.ndarray, argon: Target, halo: Halo, acceptance: Acceptance, exposure: float
) -> np.ndarray:
    """Expected events per mass for the unit cross-section.

    Raises
    ------
    InputError
        When no particle of the halo can make a recoil above threshold, at any of the masses.
    """
    events = expected_events(wimp_masses, argon, halo, acceptance, exposure, UNIT_CROSS_SECTION)
    if not np.any(events > 0):
        lightest = lightest_mass(argon, halo, acceptance)
        raise InputError(
            f"no recoil is above the threshold of {acceptance.threshold:.3g} keV for wimp_masses up to "
            f"{np.max(wimp_masses):g} GeV",
            hint=f"give masses above {lightest:.3g} GeV" if np.isfinite(lightest) else "give a faster halo",
        )
    return events


def lightest_mass(argon: Target, halo: Halo, acceptance: Acceptance) -> float:
    """The mass in GeV whose fastest recoils just reach the threshold; infinite when none does."""
    masses = np.geomspace(0.1, 1e6, 20_001)
    lightest_nucleus = float(argon.nuclear_mass.min())
    seen = masses[maximum_energy(masses, halo.v_max, lightest_nucleus) > acceptance.threshold]
    return float(seen[0]) if seen.size else float("inf")


def profile(
    masses: np.ndarray, limits: np.ndarray, events: np.ndarray, observed: float, background: float
) -> Likelihood:
    """−2 ΔlnL per mass on cross-sections from 0 to five times the limit.

    Where there is no limit, the likelihood is flat.
    """
    reach = np.where(np.isfinite(limits), limits, np.max(limits[np.isfinite(limits)]))
    cross_section = reach[:, None] * np.linspace(0.0, 5.0, 101)
    signal = events[:, None] * (cross_section / UNIT_CROSS_SECTION)
    return Likelihood(
        mass=masses,
        poi=cross_section,
        minus_two_delta_nll=poisson.minus_two_delta_nll(signal, observed, background),
    )


def limit(
    inputs: Mapping[str, Path],
    *,
    wimp_masses: list[float],
    v_0: float = 220.0,
    v_esc: float = 544.0,
    v_earth: float = 232.0,
    rho_dm: float = 0.3,
    statistic: str = "poisson",
    confidence_level: float = 0.9,
    exposure: float = 16660.0,
    interaction: str = "SI",
    target_mode: str = "isotopes",
    toys: int = 10_000,
    seed: int = 1,
) -> Result:
    """The limit on the spin-independent WIMP-nucleon cross-section.

    Parameters
    ----------
    inputs : mapping of str to Path
        ``acceptance`` and ``counts``.
    wimp_masses : list of float, GeV
        Increasing.
    v_0, v_esc, v_earth : float, km/s
        Standard halo; a `v_earth` of 0 follows `v_0`.
    rho_dm : float, GeV/cm³
    statistic : str
        ``poisson`` (classical, background ignored: the published treatment) or
        ``feldman_cousins`` (background subtracted).
    confidence_level : float
    exposure : float, kg day
    interaction : str
        ``SI``; argon has no spin.
    target_mode : str
        ``isotopes`` or ``mean``, see `freezeout.physics.direct.targets.target`.
    toys, seed : int
        Background-only toys for the expected band.

    Returns
    -------
    Result
        The limit is infinite at masses too light to make a recoil above threshold.

    Raises
    ------
    InputError
        For parameters that do not fit together, or when there is no limit at any mass.
    """
    check(v_0=v_0, v_esc=v_esc, v_earth=v_earth, rho_dm=rho_dm, interaction=interaction,
          target_mode=target_mode)  # fmt: skip
    masses = np.asarray(wimp_masses, dtype=float)
    counts = read_columns(inputs["counts"])
    observed, background = float(counts["observed_counts"][0]), float(counts["expected_background"][0])
    halo, argon = standard_halo(v_0, v_esc, v_earth, rho_dm), target("Ar", target_mode)

    events = signal_events(masses, argon, halo, read_acceptance(inputs["acceptance"]), exposure)
    with np.errstate(divide="ignore"):
        per_event = UNIT_CROSS_SECTION / events
    upper = event_limit(statistic, background, confidence_level)
    limits = per_event * float(upper(np.array(observed)))
    band = counting_band(background, upper, toys, seed)

    curve = LimitCurve(
        plane="si",
        mass=masses,
        limit=limits,
        label="DarkSide-50 (532 days, recomputed)",
        experiment="DarkSide-50",
        confidence_level=confidence_level,
        kind="observed",
        provenance="computed",
        references=REFERENCES,
        bands={name: per_event * value for name, value in band.items()},
        assumptions={
            "halo": "standard halo, cut at v_esc",
            "rho_dm": rho_dm,
            "v_0": v_0,
            "v_esc": v_esc,
            "v_earth": halo.v_earth,
            "statistic": statistic,
            "observed_counts": observed,
            "expected_background": background,
            "target": f"Ar, {target_mode}",
            "form_factor": "Helm",
        },
        exposure=f"{exposure:g} kg day",
        id="darkside50",
        notes=NOTES,
    )
    return Result(
        curve,
        likelihood=profile(masses, limits, events, observed, background),
        tables={"events": {"wimp_mass": masses, "events_per_1e-45_cm2": events}},
    )
