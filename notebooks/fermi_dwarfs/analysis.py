"""Fermi-LAT dwarf galaxies: the limit from the stacked counts, each dwarf's J-factor profiled.

Counts and predicted background in six bins of energy are those of arXiv:1803.05508 and 2002.01229.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from freezeout import InputError, Likelihood, LimitCurve, Reference, Result
from freezeout.files import read_columns
from freezeout.physics.indirect import jfactor, spectra
from freezeout.physics.indirect.counts import counts_per_sigma_v, joined_exposure
from freezeout.stats.penalty import Penalty
from freezeout.stats.stacked import Stack
from freezeout.stats.threshold import level_of, threshold_of
from freezeout.stats.upper_limit import expected_limits, upper_limit

PUBLISHED_BANDWIDTH = {
    "Carina": 0.02209, "Draco": 0.02209, "Fornax": 0.02209, "LeoI": 0.02209, "LeoII": 0.02209,
    "Sculptor": 0.02209, "Sextans": 0.04218, "UrsaMinor": 0.02209,
}  # fmt: skip
"""dex, of the J-factors' kernel densities in the authors' code (twice their optimised bandwidth).

For Segue I they have none, as their code takes its J-factor to be log-normal."""

REFERENCES = (
    Reference(
        text="Dark matter constraints from dwarf galaxies: a data-driven analysis",
        arxiv="1803.05508",
        doi="10.1088/1475-7516/2018/10/029",
    ),
    Reference(
        text="Dark matter constraints from dwarf galaxies with data-driven J-factors",
        arxiv="2002.01229",
        doi="10.1088/1475-7516/2020/09/004",
    ),
    Reference(text="PPPC 4 DM ID: photon spectra", arxiv="1012.4515", doi="10.1088/1475-7516/2011/03/051"),
    Reference(text="J-factors and scatters of the dwarfs without samples", arxiv="1611.03184"),
)
NOTES = (
    "recomputed from the authors' counts, background and J-factors, not their own curve",
    "the background is their prediction, taken as exact; the authors also show limits that profile it",
)
BAND_NOTE = "the band is from counts drawn from the background; J-factors keep their densities"
PUBLISHED_CHOICE = "the published choice, a rise of 3.84 above the best fit, is 97.5 % one-sided"


@dataclass(frozen=True, eq=False)
class Dwarfs:
    """What was seen of some dwarfs, and what is known of them.

    Attributes
    ----------
    names : tuple of str, length s
    log10_jfactor, log10_jfactor_sigma : ndarray, shape (s,), log10 of GeV² cm⁻⁵
    samples : mapping of str to ndarray
        Posterior samples of log10 J of those dwarfs that have them.
    observed, background : ndarray, shape (s, b)
    exposure : ndarray, shape (s, b), cm² s
    edges : ndarray, shape (b + 1,), GeV
    """

    names: tuple[str, ...]
    log10_jfactor: np.ndarray
    log10_jfactor_sigma: np.ndarray
    samples: Mapping[str, np.ndarray]
    observed: np.ndarray
    background: np.ndarray
    exposure: np.ndarray
    edges: np.ndarray


def check(
    *, dm_masses: list[float], channel: str, confidence_level: float, threshold: float | None, **_: object
) -> None:
    """Refuse parameters that do not fit together.

    Raises
    ------
    InputError
        For a mass without a spectrum in the channel, or a level that is none.
    """
    spectra.check(dm_masses, channel)
    rise(confidence_level, threshold)


def rise(confidence_level: float, threshold: float | None) -> tuple[float, float]:
    """The rise of −2 lnL at the limit and its one-sided level; a given threshold overrides the level."""
    if threshold is None:
        return threshold_of(confidence_level), confidence_level
    return threshold, level_of(threshold)


def read_dwarfs(inputs: Mapping[str, Path], names: list[str] | None = None) -> Dwarfs:
    """The data of some dwarfs, or of all, in the order asked for.

    Raises
    ------
    InputError
        For a dwarf that is not in the data.
    """
    table, bins = read_columns(inputs["dwarfs"]), read_columns(inputs["energy_bins"])
    counts, fine = read_columns(inputs["counts"]), read_columns(inputs["exposure"])
    all_names = table["name"].tolist()
    wanted = all_names if names is None else list(names)
    strangers = [name for name in wanted if name not in all_names]
    if strangers:
        raise InputError(f"there is no dwarf '{strangers[0]}'", hint=f"dwarfs: {', '.join(all_names)}")
    rows = [all_names.index(name) for name in wanted]

    def by_dwarf(column: np.ndarray) -> np.ndarray:
        return np.asarray(column.reshape(len(all_names), -1)[rows])

    drawn = read_columns(inputs["jfactor_samples"])
    keys = {name: f"log10_j_{name.lower()}" for name in wanted}
    samples = {name: drawn[key] for name, key in keys.items() if key in drawn}
    return Dwarfs(
        names=tuple(wanted),
        log10_jfactor=table["log10_j_gev2_cm5"][rows],
        log10_jfactor_sigma=table["log10_j_sigma"][rows],
        samples=samples,
        observed=by_dwarf(counts["n_observed"]),
        background=np.exp(by_dwarf(counts["ln_background_predicted"])),
        exposure=joined_exposure(
            by_dwarf(fine["exposure_cm2_s"]), bins["first_fine_bin"], bins["last_fine_bin"]
        ),
        edges=np.append(bins["e_min_gev"], bins["e_max_gev"][-1]),
    )


def penalties(dwarfs: Dwarfs, jfactor_model: str, jfactor_bandwidth: str) -> list[Penalty]:
    """−2 lnP of log10 J above its tabulated value: a kernel density of samples, or log-normal."""
    found = []
    for name, mean, sigma in zip(dwarfs.names, dwarfs.log10_jfactor, dwarfs.log10_jfactor_sigma, strict=True):
        if jfactor_model == "kde" and name in dwarfs.samples:
            shifted = dwarfs.samples[name] - mean
            width = jfactor.scott_bandwidth(shifted)
            if jfactor_bandwidth == "published":
                width = PUBLISHED_BANDWIDTH.get(name, width)
            found.append(_kernel_density(shifted, width))
        else:
            found.append(Penalty.gaussian(0.0, sigma))
    return found


def _kernel_density(samples: np.ndarray, width: float) -> Penalty:
    return Penalty.tabulated(
        lambda points: jfactor.kernel_density(points, samples, width), samples.min(), samples.max(), width
    )


def stack(
    dwarfs: Dwarfs,
    dm_masses: np.ndarray,
    channel: str,
    jfactor_model: str = "kde",
    jfactor_bandwidth: str = "scott",
    self_conjugate: bool = True,
) -> Stack:
    """The likelihood of the counts for each mass, per ⟨σv⟩ of 1 cm³/s."""
    signal = counts_per_sigma_v(
        spectra.photons(dwarfs.edges, dm_masses, channel),
        dwarfs.exposure,
        dm_masses,
        dwarfs.log10_jfactor,
        self_conjugate=self_conjugate,
    )
    known = penalties(dwarfs, jfactor_model, jfactor_bandwidth)
    return Stack(dwarfs.observed, dwarfs.background, signal, known)


def limit(
    inputs: Mapping[str, Path],
    *,
    dm_masses: list[float],
    channel: str = "bb",
    dwarfs: list[str] | None = None,
    jfactor_model: str = "kde",
    jfactor_bandwidth: str = "scott",
    self_conjugate: bool = True,
    sigma_v_min: float = 0.0,
    confidence_level: float = 0.95,
    threshold: float | None = None,
    toys: int = 200,
    seed: int = 1,
) -> Result:
    """The limit on the annihilation cross-section.

    Parameters
    ----------
    inputs : mapping of str to Path
        ``dwarfs``, ``exposure``, ``energy_bins``, ``counts`` and ``jfactor_samples``.
    dm_masses : list of float, GeV
        Increasing.
    channel : str
        What the pairs annihilate to.
    dwarfs : list of str, optional
        Which dwarfs to stack; all by default.
    jfactor_model : str
        ``kde`` (kernel density of the posterior samples for the nine dwarfs that have them, log-normal
        for the others) or ``lognormal``.
    jfactor_bandwidth : str
        ``scott`` (Scott's rule) or ``published`` (`PUBLISHED_BANDWIDTH`).
    self_conjugate : bool
        Whether the particle is its own antiparticle.
    sigma_v_min : float, cm³/s
        Lower edge of the cross-sections among which the best fit is looked for; 0 is the physical one.
    confidence_level : float
        One-sided.
    threshold : float, optional
        Rise of −2 lnL at the limit; overrides the level.
    toys, seed : int
        Background-only toys for the expected band; 0 toys give none.

    Returns
    -------
    Result
        The limit is infinite at masses whose photons are all outside the bins.

    Raises
    ------
    InputError
        For parameters that do not fit together, or when there is no limit at any mass.
    """
    check(dm_masses=dm_masses, channel=channel, confidence_level=confidence_level, threshold=threshold)
    risen, level = rise(confidence_level, threshold)
    masses = np.asarray(dm_masses, dtype=float)
    seen = read_dwarfs(inputs, dwarfs)
    likelihood = stack(seen, masses, channel, jfactor_model, jfactor_bandwidth, self_conjugate)
    if not np.any(likelihood.signal):
        raise InputError(
            f"at no mass of dm_masses has {channel} photons of {seen.edges[0]:g} to {seen.edges[-1]:g} GeV",
            hint="give other masses or another channel",
        )
    found = upper_limit(likelihood, risen, sigma_v_min)
    bands = expected_limits(likelihood, risen, sigma_v_min, toys=toys, seed=seed) if toys else {}

    sampled = jfactor_model == "kde" and bool(seen.samples)
    notes = [*NOTES, *([BAND_NOTE] if toys else []), *([PUBLISHED_CHOICE] if risen == 3.84 else [])]
    if sigma_v_min > 0:
        notes.append(f"the best fit is looked for above {sigma_v_min:g} cm3/s, not above 0")
    else:
        excess = found.minus_two_delta_nll[:, 0]
        notes.append(
            f"−2 lnL without signal is up to {excess.max():.1f} above the best fit (at "
            f"{masses[excess.argmax()]:g} GeV); the background's uncertainty would lessen that"
        )
    curve = LimitCurve(
        plane=f"sigma_v/{channel}",
        mass=masses,
        limit=found.limit,
        label=_label(seen.names),
        experiment="Fermi-LAT",
        confidence_level=level,
        kind="observed",
        provenance="computed",
        references=REFERENCES,
        bands=bands,
        columns={"best fit [cm3/s]": found.best_fit},
        assumptions={
            "channel": channel,
            "dwarfs": " ".join(seen.names),
            "jfactor_set": "samples of 2002.01229, else 1611.03184" if sampled else "1611.03184",
            "jfactor_model": jfactor_model,
            **({"jfactor_bandwidth": jfactor_bandwidth} if sampled else {}),
            "self_conjugate": "yes" if self_conjugate else "no",
            "spectra": "PPPC 4 DM ID with electroweak corrections",
            "sigma_v_min": sigma_v_min,
            "threshold": risen,
        },
        exposure=_exposure(seen),
        id="fermi_dwarfs",
        notes=tuple(notes),
    )
    profile = Likelihood(mass=masses, poi=found.poi, minus_two_delta_nll=found.minus_two_delta_nll)
    return Result(curve, likelihood=profile, tables={"dwarfs": counts_by_dwarf(seen)})


def counts_by_dwarf(dwarfs: Dwarfs) -> dict[str, object]:
    """Counts in all bins, what the background predicts, and the difference in its standard deviations."""
    observed, background = dwarfs.observed.sum(axis=1), dwarfs.background.sum(axis=1)
    return {
        "dwarf": list(dwarfs.names),
        "log10_jfactor": dwarfs.log10_jfactor,
        "observed_counts": observed,
        "expected_background": background,
        "excess_in_sigma": (observed - background) / np.sqrt(background),
    }


def _label(names: tuple[str, ...]) -> str:
    which = " + ".join(names) if len(names) <= 3 else f"{len(names)} dwarfs"
    return f"Fermi-LAT, {which} (recomputed)"


def _exposure(dwarfs: Dwarfs) -> str:
    low, high = dwarfs.exposure.min(), dwarfs.exposure.max()
    return f"{low:.2g} to {high:.2g} cm2 s (4 August 2008 to 7 June 2018)"
