from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from freezeout import InputError
from freezeout.physics.direct.halo import Halo, StandardHalo, TabulatedHalo, tabulate


@st.composite
def standard_halos(draw: st.DrawFn) -> StandardHalo:
    """Bound halos, with an Earth at rest, slow, usual, or faster than the escape speed."""
    v_esc = draw(st.floats(50, 2000))
    v_0 = v_esc * draw(st.floats(0.02, 0.99))
    v_earth = draw(st.just(0.0) | st.floats(1e-9, 1).map(lambda x: x * v_0) | st.floats(1, 2000))
    return StandardHalo(v_0, v_esc, v_earth, draw(st.floats(0.01, 10)))


@st.composite
def tables(draw: st.DrawFn) -> TabulatedHalo:
    steps = draw(st.lists(st.floats(0.5, 200), min_size=3, max_size=12))
    density = draw(st.lists(st.floats(0, 10), min_size=len(steps), max_size=len(steps)))
    density[0], density[1] = 0.0, density[1] + 0.1
    start = draw(st.floats(0, 300))
    return TabulatedHalo(start + np.cumsum(steps) - steps[0], density, normalise=True)


def kinks(halo: Halo) -> np.ndarray:
    """Speeds between which the distribution is smooth, and narrow enough for a Gauss rule."""
    if isinstance(halo, TabulatedHalo):
        return np.union1d(halo.speed, np.geomspace(1e-6, 1, 100) * halo.v_max)
    assert isinstance(halo, StandardHalo)
    edges = [0, abs(halo.v_esc - halo.v_earth), halo.v_max]
    scale = np.linspace(halo.v_earth - 12 * halo.v_0, halo.v_earth + 12 * halo.v_0, 97)
    fine = np.linspace(0, min(halo.v_max, 12 * halo.v_0), 65)
    return np.unique(np.clip(np.concatenate([edges, scale, fine]), 0, halo.v_max))


def integral(halo: Halo, power: int, start: float = 0.0) -> float:
    """∫ f(v) v^power dv above `start`, by Gauss rules between the kinks."""
    x, w = np.polynomial.legendre.leggauss(30)
    nodes = np.unique(np.clip(kinks(halo), start, halo.v_max))
    low, high = nodes[:-1, None], nodes[1:, None]
    v = ((high + low) + (high - low) * x) / 2
    return float(np.sum(halo.speed_distribution(v) * v**power * w * (high - low) / 2))


@given(standard_halos() | tables())
def test_the_speed_distribution_of_every_halo_integrates_to_one(halo: Halo) -> None:
    assert integral(halo, 0) == pytest.approx(1, abs=1e-6)
    assert np.all(halo.speed_distribution(np.linspace(-10, halo.v_max * 1.5, 200)) >= -1e-15)


@given(standard_halos() | tables(), st.floats(0, 1.1))
def test_the_mean_inverse_speed_is_the_integral_of_the_speed_distribution(halo: Halo, part: float) -> None:
    v_min = part * halo.v_max
    whole = integral(halo, -1)
    assert halo.mean_inverse_speed(v_min) == pytest.approx(integral(halo, -1, v_min), abs=1e-6 * whole)


@given(standard_halos() | tables())
def test_the_mean_inverse_speed_falls_to_zero_at_the_highest_speed(halo: Halo) -> None:
    v = np.linspace(0, 1.2 * halo.v_max, 400)
    eta = halo.mean_inverse_speed(v)
    assert np.all(np.diff(eta) <= 1e-12 * eta[0])
    assert np.all(np.abs(eta[v > halo.v_max]) <= 1e-9 * eta[0])
    assert np.all(halo.speed_distribution(v[v > halo.v_max]) == 0)


def test_the_standard_halo_agrees_with_a_numerical_average_over_angles() -> None:
    halo = StandardHalo(220, 544, 232)

    def density(v: float) -> float:
        def angle(x: float) -> float:
            u2 = v * v + 232**2 + 2 * v * 232 * x
            return float(np.exp(-u2 / 220**2) * (u2 < 544**2))

        kink = np.clip((544**2 - v * v - 232**2) / (2 * v * 232), -1, 1)
        return float(2 * np.pi * v * v * quad(angle, -1, kink)[0])

    norm = quad(lambda u: 4 * np.pi * u * u * np.exp(-(u**2) / 220**2), 0, 544)[0]
    for v in (10, 200, 311, 313, 500, 700, 770):
        assert float(halo.speed_distribution(v)) == pytest.approx(density(v) / norm, rel=1e-7)


def test_an_almost_resting_earth_is_the_limit_of_a_moving_one() -> None:
    v = np.linspace(0, 600, 50)
    still, slow = StandardHalo(220, 544, 0), StandardHalo(220, 544, 0.01)
    np.testing.assert_allclose(slow.mean_inverse_speed(v), still.mean_inverse_speed(v), atol=1e-8)
    np.testing.assert_allclose(slow.speed_distribution(v[:40]), still.speed_distribution(v[:40]), atol=1e-6)


def test_a_table_of_the_standard_halo_gives_its_mean_inverse_speed() -> None:
    halo = StandardHalo(238, 544, 250, 0.4)
    table = tabulate(halo)
    v = np.linspace(0, 900, 300)
    assert table.rho_dm == 0.4
    np.testing.assert_allclose(
        table.mean_inverse_speed(v), halo.mean_inverse_speed(v), atol=1e-5 * halo.mean_inverse_speed(0)
    )


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"v_0": 544.0}, "v_0 = 544 km/s is not below v_esc"),
        ({"v_0": -1.0}, "v_0 is -1"),
        ({"v_esc": float("inf")}, "v_esc is inf"),
        ({"v_earth": -1.0}, "v_earth is -1"),
        ({"rho_dm": float("nan")}, "rho_dm is nan"),
    ],
)
def test_an_impossible_halo_is_refused(values: dict[str, float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        StandardHalo(**values)


@pytest.mark.parametrize(
    ("speed", "density", "message"),
    [
        ([0, 1], [0, 1], "integrates to 0.5 instead of 1"),
        ([0, 1], [0, 0], "integrates to 0"),
        ([0, 1], [1, 1], "must vanish at 0"),
        ([1, 0], [1, 1], "must increase"),
        ([0, 1, 2], [0, -1, 1], "not negative"),
        ([0, 1, 2], [0, 1], "two columns"),
    ],
)
def test_a_table_that_is_no_speed_distribution_is_refused(
    speed: list[float], density: list[float], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        TabulatedHalo(np.array(speed), np.array(density))
