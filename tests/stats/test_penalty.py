from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import logsumexp

from freezeout import InputError
from freezeout.stats.penalty import Penalty, PenaltyTable

SAMPLES = np.random.default_rng(2).normal(0.1, 0.05, 3000)
WIDTH = 0.01


def exact(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    pull = (SAMPLES - points[:, None]) / WIDTH
    weight = np.exp(-(pull**2) / 2 - logsumexp(-(pull**2) / 2, axis=1, keepdims=True))
    return logsumexp(-(pull**2) / 2, axis=1), (weight * pull).sum(axis=1) / WIDTH


def kernel_penalty() -> Penalty:
    return Penalty.tabulated(exact, SAMPLES.min(), SAMPLES.max(), WIDTH)


@given(mean=st.floats(-3, 3), width=st.floats(0.01, 2), pull=st.floats(-30, 30))
def test_a_gaussian_is_its_parabola_everywhere(mean: float, width: float, pull: float) -> None:
    penalty = Penalty.gaussian(mean, width)
    value, slope, curvature = penalty(np.array([mean + pull * width]))
    assert value[0] == pytest.approx(pull**2, rel=1e-6, abs=1e-6)
    assert slope[0] * width == pytest.approx(2 * pull, rel=1e-6, abs=1e-6)
    assert curvature[0] * width**2 == pytest.approx(2, rel=1e-6)
    assert penalty.best == pytest.approx(mean, abs=1e-3 * width)


def test_a_table_is_right_within_1e_3_wherever_there_are_samples() -> None:
    points = np.linspace(SAMPLES.min(), SAMPLES.max(), 2001)
    found, slope, _ = kernel_penalty()(points)
    value, derivative = exact(points)
    np.testing.assert_allclose(found, -2 * value, atol=1e-3)
    np.testing.assert_allclose(slope, -2 * derivative, atol=1e-3 * 2 * 4 / WIDTH)


def test_beyond_the_table_the_kernel_of_the_last_sample_goes_on() -> None:
    penalty = kernel_penalty()
    far = np.array([SAMPLES.min() - 30 * WIDTH, SAMPLES.max() + 30 * WIDTH])
    np.testing.assert_allclose(penalty(far)[0], -2 * exact(far)[0], rtol=1e-4)


def test_the_best_value_is_the_lowest() -> None:
    penalty = kernel_penalty()
    values = penalty(np.linspace(penalty.start, penalty.stop, 20_001))[0]
    assert penalty([penalty.best])[0][0] <= values.min() + 1e-6


def test_a_table_of_several_gives_each_its_own() -> None:
    several = [Penalty.gaussian(0.0, 0.5), kernel_penalty(), Penalty.gaussian(1.0, 0.1)]
    points = np.linspace(-1, 1, 30).reshape(5, 2, 3)
    for place, parts in enumerate(PenaltyTable(several)(points)):
        for source, penalty in enumerate(several):
            np.testing.assert_allclose(parts[..., source], penalty(points[..., source])[place], rtol=1e-12)


@pytest.mark.parametrize(("mean", "width"), [(0.0, 0.0), (0.0, -1.0), (np.nan, 1.0), (0.0, np.inf)])
def test_a_gaussian_that_is_none_is_refused(mean: float, width: float) -> None:
    with pytest.raises(InputError, match="is none"):
        Penalty.gaussian(mean, width)


def test_a_density_of_zero_is_refused() -> None:
    with pytest.raises(InputError, match="zero or not a number"):
        Penalty.tabulated(lambda x: (np.full(x.shape, -np.inf), x), 0.0, 1.0, 0.1)
    with pytest.raises(InputError, match="kernel"):
        Penalty.tabulated(exact, 0.0, 1.0, 0.0)
