from __future__ import annotations

import gzip
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from freezeout import InputError
from freezeout.physics.indirect import spectra

THRESHOLDS = {"ee": 5, "mumu": 5, "tautau": 5, "qq": 5, "cc": 5, "bb": 6, "tt": 180, "WW": 90, "ZZ": 100,
              "gg": 5, "gammagamma": 5, "hh": 130}  # fmt: skip
EDGES = np.array([0.5, 0.67, 0.89, 1.19, 1.58, 2.81, 500.0])


def rows_of(mass: float, column: str) -> tuple[np.ndarray, np.ndarray]:
    """log10 x and one column at a mass of the table, read without the library."""
    path = spectra._FOLDER / "pppc4dmid_gamma.csv.gz"
    with gzip.open(path, "rt") as stream:
        table = np.genfromtxt(stream, delimiter=",", names=True)
    chosen = table[table["mass_gev"] == mass]
    return chosen["log10_x"], chosen[column]


@pytest.mark.parametrize(("channel", "first"), THRESHOLDS.items())
def test_a_channel_begins_at_the_first_mass_that_has_a_spectrum(channel: str, first: float) -> None:
    masses = spectra.dm_masses(channel)
    assert masses[0] == first
    assert masses[-1] == 100_000
    assert np.all(spectra.photons([1e-3, 1e5], masses, channel) > 0)
    with pytest.raises(InputError, match=f"no {channel} spectrum for a mass of {0.99 * first:g} GeV"):
        spectra.photons(EDGES, [0.99 * first], channel)
    with pytest.raises(InputError, match=f"no {channel} spectrum for a mass of 100001 GeV"):
        spectra.dnde(1.0, 100_001, channel)


def test_the_channels_tested_are_all_there_are() -> None:
    assert set(THRESHOLDS) == set(spectra.CHANNELS)


def test_an_unknown_channel_is_refused_with_a_suggestion() -> None:
    with pytest.raises(InputError, match="did you mean tautau") as refused:
        spectra.photons(EDGES, [100.0], "tautua")
    assert refused.value.code == "unknown_channel"


@pytest.mark.parametrize("edges", [[1.0], [0.0, 1.0], [2.0, 1.0], [1.0, 1.0], [[1.0, 2.0]], [np.nan, 1.0]])
def test_edges_that_do_not_increase_from_above_zero_are_refused(edges: list[float]) -> None:
    with pytest.raises(InputError, match="edges"):
        spectra.photons(edges, [100.0], "bb")


@pytest.mark.parametrize(("mass", "channel"), [(8.0, "bb"), (100.0, "tautau"), (1000.0, "WW")])
def test_a_mass_of_the_table_gives_the_rows_of_the_table(mass: float, channel: str) -> None:
    log10_x, column = rows_of(mass, f"dn_dlog10x_{channel.lower()}")
    inside = log10_x < 0
    energy = mass * 10 ** log10_x[inside]
    found = spectra.dnde(energy, mass, channel) * energy * np.log(10)
    np.testing.assert_allclose(found, column[inside], rtol=1e-9, atol=1e-9 * column.max())


@pytest.mark.parametrize(("mass", "channel"), [(8.0, "bb"), (33.0, "tautau"), (470.0, "gg"), (300.0, "hh")])
def test_photons_are_the_integral_of_the_spectrum(mass: float, channel: str) -> None:
    for low, high, found in zip(
        EDGES[:-1], EDGES[1:], spectra.photons(EDGES, [mass], channel)[0], strict=True
    ):
        nodes = mass * 10 ** np.arange(-8.9, 0.01, 0.05)
        breaks = [np.log(low), *np.log(nodes[(nodes > low) & (nodes < high)]), np.log(min(high, mass))]
        exact = sum(
            quad(lambda u: np.exp(u) * spectra.dnde(np.exp(u), mass, channel), a, b, epsrel=1e-10)[0]
            for a, b in pairwise(breaks)
        )
        assert found == pytest.approx(exact, rel=1e-7)


@given(
    mass=st.floats(6, 1e5), channel=st.sampled_from(["bb", "tautau", "ee"]),
    cut=st.floats(0.01, 1e5), low=st.floats(1e-3, 1.0), high=st.floats(2.0, 1e5),
)  # fmt: skip
def test_photons_are_positive_and_add_up_over_bins(
    mass: float, channel: str, cut: float, low: float, high: float
) -> None:
    edges = np.unique([low, min(max(cut, low), high), high])
    parts = spectra.photons(edges, [mass], channel)[0]
    whole = spectra.photons([low, high], [mass], channel)[0, 0]
    assert np.all(parts >= -1e-9 * whole)
    assert parts.sum() == pytest.approx(whole, rel=1e-9, abs=1e-12)


@given(fraction=st.floats(0.0, 1.0), place=st.integers(0, 60))
def test_between_two_masses_lies_a_mean_of_the_spectra_at_the_same_x(fraction: float, place: int) -> None:
    masses = spectra.dm_masses("tautau")
    first, second = masses[place : place + 2]
    mass = first ** (1 - fraction) * second**fraction
    x = np.array([1e-6, 1e-3, 0.03, 0.4, 0.97])
    per_log = [spectra.dnde(x * m, m, "tautau") * x * m for m in (first, mass, second)]
    np.testing.assert_allclose(per_log[1], (1 - fraction) * per_log[0] + fraction * per_log[2], rtol=1e-6)


def test_there_is_no_photon_above_the_mass() -> None:
    assert spectra.dnde([100.1, 1e4], 100.0, "bb").tolist() == [0.0, 0.0]
    assert spectra.photons([101.0, 500.0], [100.0], "gammagamma")[0, 0] == 0.0


def test_annihilation_to_photons_makes_nearly_two_of_the_mass() -> None:
    # 1.91 in the table's last three nodes
    assert spectra.photons([65.0, 100.0], [100.0], "gammagamma")[0, 0] == pytest.approx(2.0, rel=0.05)


@pytest.mark.parametrize("channel", spectra.CHANNELS)
def test_photons_never_carry_more_than_twice_the_mass(channel: str) -> None:
    for mass in spectra.dm_masses(channel)[::7]:
        edges = np.geomspace(1e-8 * mass, mass, 4001)
        energy = np.sqrt(edges[1:] * edges[:-1]) @ spectra.photons(edges, [mass], channel)[0]
        assert 0 < energy < 2.0 * mass * 1.001


def test_masses_and_energies_broadcast() -> None:
    grid = spectra.dnde(np.array([1.0, 2.0, 3.0]), np.array([[10.0], [100.0]]), "bb")
    assert grid.shape == (2, 3)
    assert grid[1, 2] == spectra.dnde(3.0, 100.0, "bb")
