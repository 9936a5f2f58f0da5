from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import spherical_jn

from freezeout.physics.direct.form_factor import helm, momentum_transfer, nuclear_radius


def test_it_is_one_at_zero_energy_and_smooth_there() -> None:
    energies = np.array([0, 1e-12, 1e-6, 1e-3, 1e-2])
    factor = helm(energies, 131.293)
    assert factor[0] == 1
    assert np.all(np.diff(factor) <= 0)
    q = momentum_transfer(energies, 131.293)
    slope = nuclear_radius(131.293) ** 2 / 5 + 0.9**2
    np.testing.assert_allclose(1 - factor, slope * q**2, rtol=1e-2, atol=1e-15)


@given(st.floats(1e-4, 1000), st.integers(1, 200))
def test_it_is_the_spherical_bessel_function_of_the_radius(energy: float, mass_number: int) -> None:
    q = float(momentum_transfer(energy, mass_number))
    x = q * float(nuclear_radius(mass_number))
    expected = (3 * spherical_jn(1, x) / x) ** 2 * np.exp(-((q * 0.9) ** 2))
    assert float(helm(energy, mass_number)) == pytest.approx(expected, rel=1e-9, abs=1e-15)


def test_xenon_has_its_first_zero_near_95_kev() -> None:
    # q r = 4.4934, the first zero of j_1
    zero = (4.493409 * 0.1973269804 / nuclear_radius(131.293)) ** 2 / (2 * 131.293 * 0.93149410242) * 1e6
    assert 85 < zero < 105
    assert helm(zero, 131.293) < 1e-12
    assert helm(np.array([[zero / 2], [zero]]), np.array([131.293, 40])).shape == (2, 2)
