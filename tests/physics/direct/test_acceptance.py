from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from freezeout import InputError
from freezeout.physics.direct.acceptance import Acceptance, expected_events
from freezeout.physics.direct.elastic import differential_rate
from freezeout.physics.direct.halo import StandardHalo
from freezeout.physics.direct.targets import target

HALO = StandardHalo(220, 544, 232, 0.3)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=9), st.integers(0, 2))
def test_the_quadrature_is_exact_for_the_acceptance_times_a_parabola(
    fractions: list[float], power: int
) -> None:
    fractions[0] = 1.0
    acceptance = Acceptance(10.0 + 3 * np.arange(len(fractions)), fractions)
    energies, weights = acceptance.quadrature()
    exact = 0.0
    for i in range(len(fractions) - 1):
        e, f = acceptance.recoil_energy[i : i + 2], acceptance.fraction[i : i + 2]
        line = np.polynomial.Polynomial.fit(e, f, 1).convert() * np.polynomial.Polynomial([0, 1]) ** power
        whole = line.integ()
        exact += float(whole(e[1]) - whole(e[0]))
    assert weights @ energies**power == pytest.approx(exact, rel=1e-10)


def test_it_is_zero_outside_its_table_and_does_not_ramp_down_to_zero_energy() -> None:
    acceptance = Acceptance([50, 100], [0.5, 0.7])
    assert acceptance([0, 49.999, 50, 75, 100, 100.001]).tolist() == pytest.approx([0, 0, 0.5, 0.6, 0.7, 0])
    assert acceptance.threshold == 50
    assert Acceptance([0, 10, 20, 30], [0, 0, 1, 1]).threshold == 10


def test_events_are_the_integral_of_rate_times_acceptance() -> None:
    acceptance, argon = Acceptance([20, 60, 61, 200], [0.1, 0.7, 0.3, 0.6]), target("Ar")

    def integrand(energy: float) -> float:
        return float(differential_rate(energy, 80.0, argon, HALO) * acceptance(energy))

    integral = quad(integrand, 20, 200, points=[60, 61, 133], epsabs=0, epsrel=1e-9)[0]
    knots = np.union1d(acceptance.recoil_energy, np.arange(20, 200, 2.0))
    fine = Acceptance(knots, acceptance(knots))
    assert expected_events(80.0, argon, HALO, fine, 1000.0) == pytest.approx(1000 * integral, rel=1e-5)


@pytest.mark.parametrize("exposure", [0, -1, float("nan")])
def test_an_exposure_that_is_not_positive_is_refused(exposure: float) -> None:
    with pytest.raises(InputError, match="the exposure is"):
        expected_events(100.0, target("Ar"), HALO, Acceptance([1, 2], [1, 1]), exposure)


@pytest.mark.parametrize(
    ("energy", "fraction", "message"),
    [
        ([1, 1], [1, 1], "must increase"),
        ([1, 2], [1, 1.2], "between 0 and 1"),
        ([1, 2], [1, np.nan], "between 0 and 1"),
        ([1, 2], [0, 0], "zero everywhere"),
        ([1], [1], "at least two rows"),
    ],
)
def test_a_table_that_is_no_acceptance_is_refused(
    energy: list[float], fraction: list[float], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        Acceptance(np.array(energy), np.array(fraction))
