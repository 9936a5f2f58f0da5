from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import gaussian_kde, norm

from freezeout import InputError
from freezeout.physics.indirect import jfactor

SAMPLES = np.random.default_rng(5).normal(18.2, 0.1, 700) + 0.05 * np.sin(np.arange(700))


def test_a_log_normal_is_a_gaussian_in_log10() -> None:
    points = np.linspace(16, 20, 41)
    found, slope = jfactor.log_normal(points, 18.2, 0.4)
    np.testing.assert_allclose(found, norm.logpdf(points, 18.2, 0.4), rtol=1e-12)
    np.testing.assert_allclose(slope, -(points - 18.2) / 0.16, rtol=1e-12, atol=1e-12)


def test_a_kernel_density_is_scipys() -> None:
    points = np.linspace(17.7, 18.7, 101)
    found, _ = jfactor.kernel_density(points, SAMPLES)
    np.testing.assert_allclose(found, gaussian_kde(SAMPLES).logpdf(points), rtol=1e-9, atol=1e-9)
    narrow, _ = jfactor.kernel_density(points, SAMPLES, bandwidth=0.01)
    theirs = gaussian_kde(SAMPLES, bw_method=0.01 / SAMPLES.std(ddof=1))
    np.testing.assert_allclose(narrow, theirs.logpdf(points), rtol=1e-9, atol=1e-9)


def test_the_slope_is_the_derivative() -> None:
    points, step = np.linspace(17.8, 18.6, 33), 1e-6
    _, slope = jfactor.kernel_density(points, SAMPLES)
    up, down = (jfactor.kernel_density(points + s, SAMPLES)[0] for s in (step, -step))
    np.testing.assert_allclose(slope, (up - down) / (2 * step), rtol=1e-6, atol=1e-5)


def test_a_kernel_density_never_underflows() -> None:
    found, slope = jfactor.kernel_density([10.0, 25.0], SAMPLES)
    assert np.all(np.isfinite(found)) and np.all(found < -1e4)
    assert slope[0] > 0 > slope[1]


@given(shift=st.floats(-5, 5), width=st.floats(0.01, 2))
def test_a_kernel_density_moves_and_integrates_with_its_samples(shift: float, width: float) -> None:
    points = np.linspace(SAMPLES.min() - 9 * width, SAMPLES.max() + 9 * width, 4001)
    here, _ = jfactor.kernel_density(points, SAMPLES, width)
    there, _ = jfactor.kernel_density(points + shift, SAMPLES + shift, width)
    np.testing.assert_allclose(here, there, rtol=1e-6, atol=1e-6)
    assert np.trapezoid(np.exp(here), points) == pytest.approx(1.0, rel=1e-6)


@pytest.mark.parametrize("samples", [[], [1.0], [2.0, 2.0], [1.0, np.nan], [[1.0, 2.0]]])
def test_too_few_or_equal_or_missing_samples_are_refused(samples: list[float]) -> None:
    with pytest.raises(InputError, match="two different, finite samples"):
        jfactor.kernel_density([1.0], samples)


@pytest.mark.parametrize("width", [0.0, -0.1, np.nan])
def test_a_bandwidth_that_is_none_is_refused(width: float) -> None:
    with pytest.raises(InputError, match="bandwidth"):
        jfactor.kernel_density([18.0], SAMPLES, width)
