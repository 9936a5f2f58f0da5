from __future__ import annotations

import csv
import gzip
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import gaussian_kde, norm

import freezeout
from freezeout import Experiment, InputError, LimitCurve, Result
from freezeout.files import read_yaml

PAIR = {"dwarfs": ["Draco", "LeoII"], "toys": 0}


@pytest.fixture(scope="module")
def fermi() -> Experiment:
    return freezeout.experiment("fermi_dwarfs")


@pytest.fixture(scope="module")
def golden(root: Path) -> Mapping[str, list[float]]:
    table = read_yaml(root / "tests/reference/fermi_dwarfs.yaml")
    assert isinstance(table, dict)
    return table


def limit(experiment: Experiment, preset: str = "default", **values: object) -> Result:
    found = experiment.analysis.limit(experiment.inputs, **experiment.check({"toys": 0} | values, preset))
    assert isinstance(found, Result)
    return found


def curve(experiment: Experiment, preset: str = "default", **values: object) -> LimitCurve:
    return limit(experiment, preset, **values).curve


@pytest.mark.parametrize(("preset", "percent"), [("authors", 0.4), ("authors_bandwidth", 0.15)])
def test_the_authors_limits_are_reproduced(
    preset: str, percent: float, fermi: Experiment, golden: Mapping[str, list[float]]
) -> None:
    found = curve(fermi, preset, dm_masses=golden["dm_mass"], **PAIR)
    assert percent <= golden["source"]["tolerance_percent"]  # type: ignore[call-overload]
    np.testing.assert_allclose(found.limit, golden["sigma_v"], rtol=percent / 100)
    assert found.confidence_level == pytest.approx(norm.cdf(np.sqrt(3.84)), rel=1e-12)


def test_the_physical_edge_lowers_the_limit_as_an_independent_program_found(
    fermi: Experiment, golden: Mapping[str, list[float]]
) -> None:
    found = curve(fermi, dm_masses=[8.0, 100.0], threshold=3.84, **PAIR)
    published = [golden["sigma_v"][golden["dm_mass"].index(mass)] for mass in (8, 100)]
    percent = 100 * (1 - found.limit / published)
    np.testing.assert_allclose(percent, [2.6, 1.1], atol=0.15)
    assert found.columns["best fit [cm3/s]"].tolist() == [0.0, 0.0]


# ---------------------------------------------------------------- the same, written plainly

_EDGES = [0.5, 0.67, 0.89, 1.19, 1.58, 2.81, 500.0]
_JOINED = [0, 1, 2, 3, 4, 6, 24]


def _rows(path: Path) -> list[dict[str, str]]:
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode()
    return list(csv.DictReader(text.splitlines()))


def _photons(root: Path, mass: float, channel: str) -> np.ndarray:
    table = _rows(root / "src/freezeout/physics/data/gamma_spectra/pppc4dmid_gamma.csv.gz")
    rows = [row for row in table if float(row["mass_gev"]) == mass]
    x = np.array([float(row["log10_x"]) for row in rows])
    y = np.array([float(row[f"dn_dlog10x_{channel.lower()}"]) for row in rows])
    counted = []
    for low, high in pairwise(_EDGES):
        fine = np.linspace(np.log10(low / mass), np.log10(max(low, min(high, mass)) / mass), 20_001)
        counted.append(np.trapezoid(np.interp(fine, x, y), fine))
    return np.array(counted)


def _minus_two_lnl(root: Path, name: str, mass: float, channel: str, model: str) -> Callable[[float], float]:
    """−2 lnL of one dwarf as a function of ⟨σv⟩, the lowest of a dense grid of log10 J."""
    folder = root / "notebooks/fermi_dwarfs/inputs"
    dwarf = next(row for row in _rows(folder / "dwarfs.csv") if row["name"] == name)
    seen = [row for row in _rows(folder / "counts_background_6bins.csv") if row["name"] == name]
    n = np.array([float(row["n_observed"]) for row in seen])
    b = np.exp([float(row["ln_background_predicted"]) for row in seen])
    fine = [
        float(row["exposure_cm2_s"]) for row in _rows(folder / "exposure_24bins.csv") if row["name"] == name
    ]
    exposure = np.array([np.mean(fine[i:j]) for i, j in pairwise(_JOINED)])
    mean, sigma = float(dwarf["log10_j_gev2_cm5"]), float(dwarf["log10_j_sigma"])
    samples = _rows(folder / "jfactor_posterior_samples.csv.gz")
    key = f"log10_j_{name.lower()}"
    if model == "kde" and key in samples[0]:
        values = np.array([float(row[key]) for row in samples])
        log_j = np.linspace(values.min() - values.std(), values.max() + values.std(), 3001)
        penalty = -2 * gaussian_kde(values).logpdf(log_j)
    else:
        log_j = np.linspace(mean - 6 * sigma, mean + 6 * sigma, 4001)
        penalty = ((log_j - mean) / sigma) ** 2
    per_sigma_v = 10 ** log_j[:, None] * exposure * _photons(root, mass, channel) / (8 * np.pi * mass**2)

    def value(sigma_v: float) -> float:
        expected = sigma_v * per_sigma_v + b
        return float(np.min(2 * np.sum(expected - n * np.log(expected), axis=1) + penalty))

    return value


@pytest.mark.parametrize(
    ("names", "mass", "channel", "model", "threshold", "edge"),
    [
        (["Draco", "LeoII"], 8.0, "bb", "kde", 3.84, 1e-27),
        (["Fornax", "Sculptor"], 100.0, "tautau", "kde", 2.71, 0.0),
        (["SegueI"], 50.0, "bb", "kde", 2.71, 0.0),
        (["ReticulumII", "TucanaII", "UrsaMajorII"], 10.0, "ee", "lognormal", 1.0, 0.0),
        (["Sextans", "LeoIV", "HorologiumI"], 300.0, "WW", "kde", 6.0, 0.0),
        (["UrsaMinor", "Carina", "LeoI"], 1000.0, "hh", "lognormal", 2.71, 1e-24),
        (["WillmanI", "Draco"], 60.0, "gammagamma", "kde", 2.71, 0.0),
    ],
)
def test_a_plain_program_with_dense_grids_finds_the_same_limit(
    names: list[str], mass: float, channel: str, model: str, threshold: float, edge: float,
    fermi: Experiment, root: Path,
) -> None:  # fmt: skip
    dwarfs = [_minus_two_lnl(root, name, mass, channel, model) for name in names]

    def total(log10_sigma_v: float) -> float:
        return sum(dwarf(10**log10_sigma_v) for dwarf in dwarfs)

    found = curve(
        fermi, dm_masses=[mass], channel=channel, dwarfs=names, jfactor_model=model, threshold=threshold,
        sigma_v_min=edge,
    )  # fmt: skip
    first = np.log10(edge) if edge else -32.0
    grid = np.arange(first, -20.0, 0.02)
    values = np.array([total(v) for v in grid])
    best = int(np.argmin(values))
    after = best + int(np.argmax(values[best:] > values[best] + threshold))
    expected = brentq(lambda v: total(v) - values[best] - threshold, grid[after - 1], grid[after], xtol=1e-7)
    assert found.limit[0] == pytest.approx(10**expected, rel=1e-3)


# ---------------------------------------------------------------- what must hold for any choice


def test_a_dirac_particle_has_twice_the_limit(fermi: Experiment) -> None:
    masses = [10.0, 100.0, 1000.0]
    majorana, dirac = (curve(fermi, dm_masses=masses, self_conjugate=c) for c in (True, False))
    np.testing.assert_allclose(dirac.limit, 2 * majorana.limit, rtol=1e-6)
    assert (majorana.assumptions["self_conjugate"], dirac.assumptions["self_conjugate"]) == ("yes", "no")


def test_more_exposure_lowers_the_limit_in_proportion(fermi: Experiment, tmp_path: Path) -> None:
    inputs = dict(fermi.inputs)
    rows = _rows(inputs["exposure"])
    inputs["exposure"] = tmp_path / "exposure.csv"
    with inputs["exposure"].open("w", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(row | {"exposure_cm2_s": 4 * float(row["exposure_cm2_s"])} for row in rows)
    usual = fermi.analysis.limit(fermi.inputs, dm_masses=[20.0, 500.0], toys=0).curve.limit
    more = fermi.analysis.limit(inputs, dm_masses=[20.0, 500.0], toys=0).curve.limit
    np.testing.assert_allclose(more, usual / 4, rtol=1e-6)


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_any_subset_has_a_finite_limit_whatever_its_order(data: st.DataObject) -> None:
    fermi = freezeout.experiment("fermi_dwarfs")
    choices = next(p.choices for p in fermi.parameters if p.name == "dwarfs")
    names = data.draw(
        st.lists(st.sampled_from([str(c) for c in choices]), min_size=1, max_size=6, unique=True)
    )
    masses = sorted(data.draw(st.sets(st.floats(6, 1e5), min_size=1, max_size=3)))
    found = curve(fermi, dm_masses=masses, dwarfs=names)
    again = curve(fermi, dm_masses=masses, dwarfs=names[::-1])
    assert np.all(np.isfinite(found.limit))
    np.testing.assert_allclose(found.limit, again.limit, rtol=1e-6)


def test_a_higher_level_or_threshold_weakens_the_limit(fermi: Experiment) -> None:
    by_level = [
        curve(fermi, dm_masses=[30.0], confidence_level=cl).limit[0] for cl in (0.68, 0.9, 0.95, 0.99)
    ]
    assert by_level == sorted(by_level)
    by_threshold = [curve(fermi, dm_masses=[30.0], threshold=t).limit[0] for t in (1.0, 2.71, 3.84, 9.0)]
    assert by_threshold == sorted(by_threshold)


def test_a_threshold_overrides_the_level_and_is_stored_as_its_level(fermi: Experiment) -> None:
    given = curve(fermi, dm_masses=[30.0], confidence_level=0.9, threshold=2.71)
    assert given.confidence_level == pytest.approx(norm.cdf(np.sqrt(2.71)), rel=1e-12)
    assert given.assumptions["threshold"] == 2.71
    usual = curve(fermi, dm_masses=[30.0])
    assert usual.confidence_level == 0.95
    assert usual.assumptions["threshold"] == pytest.approx(norm.ppf(0.95) ** 2)


def test_a_mass_of_the_scan_has_the_limit_it_has_alone(fermi: Experiment) -> None:
    together = curve(fermi, dm_masses=[10.0, 33.0, 700.0], channel="tautau").limit
    alone = [curve(fermi, dm_masses=[m], channel="tautau").limit[0] for m in (10.0, 33.0, 700.0)]
    np.testing.assert_allclose(together, alone, rtol=1e-6)


# ---------------------------------------------------------------- the curve and what comes with it


def test_the_curve_says_what_it_is(fermi: Experiment) -> None:
    found = curve(fermi, "authors", channel="tautau", dwarfs=["Draco", "SegueI"], self_conjugate=False)
    assert (found.plane, found.kind, found.provenance) == ("sigma_v/tautau", "observed", "computed")
    assert (found.id, found.experiment) == ("fermi_dwarfs", "Fermi-LAT")
    assert {"1803.05508", "2002.01229", "1012.4515"} <= {r.arxiv for r in found.references}
    assert found.assumptions["channel"] == "tautau"
    assert found.assumptions["dwarfs"] == "Draco SegueI"
    assert found.assumptions["sigma_v_min"] == 1e-27
    assert any("97.5 % one-sided" in note for note in found.notes)
    assert any("above 1e-27" in note for note in found.notes)
    assert "cm2 s" in found.exposure
    assert not found.bands


@pytest.mark.parametrize("preset", ["default", "smoke", "authors", "authors_bandwidth"])
def test_every_preset_gives_a_limit_with_an_ordered_band(preset: str, fermi: Experiment) -> None:
    assert set(fermi.presets) == {"default", "smoke", "authors", "authors_bandwidth"}
    found = curve(fermi, preset, toys=30)
    assert np.all(np.isfinite(found.limit))
    order = ["m2sigma", "m1sigma", "median", "p1sigma", "p2sigma"]
    band = np.array([found.bands[f"sensitivity_{name}"] for name in order])
    assert np.all(np.diff(band, axis=0) >= 0)


def test_the_likelihood_is_kept_for_combination(fermi: Experiment) -> None:
    result = limit(fermi, dm_masses=[10.0, 100.0], dwarfs=["Draco", "Sculptor"])
    kept = result.likelihood
    assert kept is not None
    for row, mass in enumerate(kept.mass):
        assert mass == result.curve.mass[row]
        poi, rise = kept.poi[row], kept.minus_two_delta_nll[row]
        assert poi[0] == 0 and rise.min() == 0
        after = poi > result.curve.limit[row] / 2
        crossing = np.exp(np.interp(2.7055, rise[after], np.log(poi[after])))
        assert crossing == pytest.approx(result.curve.limit[row], rel=0.03)


def test_the_table_of_dwarfs_has_their_counts(fermi: Experiment) -> None:
    table = limit(fermi, dm_masses=[100.0]).tables["dwarfs"]
    assert len(table["dwarf"]) == 25
    assert table["observed_counts"][table["dwarf"].index("Draco")] == 267


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"dwarfs": ["Drako"]}, "did you mean Draco"),
        ({"dwarfs": []}, "dwarfs is empty"),
        ({"dwarfs": ["Draco", "Draco"]}, "twice"),
        ({"dm_masses": []}, "dm_masses is empty"),
        ({"dm_masses": [100.0, 10.0]}, "increasing"),
        ({"dm_masses": [float("nan")]}, "finite"),
        ({"dm_masses": [5.0, 10.0]}, "no bb spectrum for a mass of 5 GeV"),
        ({"dm_masses": [10.0], "channel": "WW"}, "no WW spectrum for a mass of 10 GeV"),
        ({"channel": "bbar"}, "channel"),
        ({"jfactor_model": "flat"}, "jfactor_model"),
        ({"sigma_v_min": -1e-27}, "sigma_v_min"),
        ({"threshold": 0.0}, "threshold"),
        ({"threshold": "high"}, "threshold"),
        ({"confidence_level": 0.5}, "confidence_level"),
        ({"confidence_level": 1.0}, "confidence_level"),
        ({"self_conjugate": "no"}, "self_conjugate"),
        ({"toys": -1}, "toys"),
        ({"dwarf": ["Draco"]}, "did you mean dwarfs"),
    ],
)
def test_bad_input_is_refused_before_anything_starts(
    values: dict[str, object], message: str, fermi: Experiment
) -> None:
    with pytest.raises(InputError) as refused:
        fermi.check(values)
    assert message in str(refused.value)


def test_no_photon_in_the_bins_is_one_clear_error(fermi: Experiment, tmp_path: Path) -> None:
    inputs = dict(fermi.inputs)
    inputs["energy_bins"] = tmp_path / "bins.csv"
    inputs["energy_bins"].write_text(
        "e_min_gev,e_max_gev,first_fine_bin,last_fine_bin\n"
        + "\n".join(f"{2000 + i},{2001 + i},0,0" for i in range(6))
    )
    with pytest.raises(InputError, match="at no mass of dm_masses has bb photons"):
        fermi.analysis.limit(inputs, dm_masses=[100.0], toys=0)
