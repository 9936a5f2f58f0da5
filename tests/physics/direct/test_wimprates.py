"""wimprates 0.5.0 as an oracle, at its own default halo and with its normalisation put right.

Its distribution of speeds is multiplied by k, the part of a Maxwellian below the escape speed, where
it should be divided by it; so its rates are multiplied by k² = 0.970.
"""

from __future__ import annotations

import warnings
from math import erf, exp, pi, sqrt
from types import ModuleType

import numericalunits as nu
import numpy as np
import pytest

from freezeout.physics.direct.elastic import differential_rate, maximum_energy
from freezeout.physics.direct.form_factor import helm
from freezeout.physics.direct.halo import StandardHalo
from freezeout.physics.direct.targets import target

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", message="Default WIMP parameters are changed", category=UserWarning)
    import wimprates

K = erf(544 / 238) - 2 / sqrt(pi) * 544 / 238 * exp(-((544 / 238) ** 2))


@pytest.fixture(scope="module")
def oracle() -> ModuleType:
    assert wimprates.__version__ == "0.5.0"
    return wimprates


@pytest.fixture(scope="module")
def halo(oracle: ModuleType) -> StandardHalo:
    """The oracle's default halo: v_0 = 238, v_esc = 544 km/s and its own speed of the Earth."""
    return StandardHalo(238.0, 544.0, float(oracle.v_earth() / (nu.km / nu.s)), 0.3)


def test_the_oracles_fault_is_the_one_divided_out(oracle: ModuleType, halo: StandardHalo) -> None:
    v = np.linspace(1, halo.v_max - 1, 400)
    theirs = oracle.observed_speed_dist(v * nu.km / nu.s) * (nu.km / nu.s)
    np.testing.assert_allclose(theirs, K**2 * halo.speed_distribution(v), rtol=1e-9, atol=1e-15)
    assert abs(K**2 - 0.970) < 5e-4


@pytest.mark.parametrize("name", ["Ar", "Xe"])
def test_rates_agree_within_a_thousandth_where_the_rate_matters(
    name: str, oracle: ModuleType, halo: StandardHalo
) -> None:
    nuclei = target(name, "mean")
    compared, worst = 0, 0.0
    for mass in np.geomspace(5, 1e4, 25):
        end = float(maximum_energy(mass, halo.v_max, float(nuclei.nuclear_mass[0])))
        energies = np.concatenate(
            [np.geomspace(1e-3, 1, 40, endpoint=False) * end / 60, np.linspace(1 / 60, 1, 60) * end]
        )
        per_tonne_year = oracle.rate_wimp_std(energies, mw=mass, sigma_nucleon=1e-45, material=name)
        theirs = per_tonne_year / (1000 * nu.year / nu.day) / K**2
        ours = differential_rate(energies, mass, nuclei, halo, 1e-45)
        matters = theirs > 1e-6 * theirs.max()
        compared += int(matters.sum())
        worst = max(worst, float(np.max(np.abs(ours[matters] / theirs[matters] - 1))))
    assert compared > 1500
    assert worst < 1e-3


@pytest.mark.parametrize("mass_number", [4, 39.948, 131.293])
def test_the_form_factor_is_theirs(mass_number: float, oracle: ModuleType) -> None:
    energies = np.geomspace(1e-2, 500, 200)
    theirs = oracle.helm_form_factor_squared(energies * nu.keV, mass_number)
    np.testing.assert_allclose(helm(energies, mass_number), theirs, rtol=2e-3, atol=1e-8)
