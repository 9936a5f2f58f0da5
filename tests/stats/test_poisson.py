from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2
from scipy.stats import poisson as distribution

from freezeout import InputError
from freezeout.stats import poisson

LEVELS = st.floats(0.01, 0.999)


@given(st.integers(0, 500), LEVELS)
def test_the_limit_is_the_mean_that_gives_so_few_counts_with_the_rest_of_the_probability(
    observed: int, level: float
) -> None:
    limit = poisson.upper_limit(observed, level)
    assert distribution.cdf(observed, limit) == pytest.approx(1 - level, rel=1e-9)


@given(LEVELS)
def test_the_limit_for_no_count_is_the_logarithm(level: float) -> None:
    assert float(poisson.upper_limit(0, level)) == pytest.approx(-np.log(1 - level), rel=1e-12)


@given(st.integers(0, 500), LEVELS)
def test_the_limit_is_half_a_quantile_of_chi_squared(observed: int, level: float) -> None:
    # Garwood (1936), doi:10.1093/biomet/28.3-4.437
    expected = chi2.ppf(level, 2 * (observed + 1)) / 2
    assert float(poisson.upper_limit(observed, level)) == pytest.approx(expected, rel=1e-9)


@given(st.integers(0, 50), st.floats(0, 30), st.floats(0.01, 60))
def test_the_likelihood_ratio_is_zero_at_the_best_signal_and_positive_elsewhere(
    observed: int, background: float, signal: float
) -> None:
    best = max(observed - background, 0.0)
    assert float(poisson.minus_two_delta_nll(best, observed, background)) == pytest.approx(0, abs=1e-9)
    assert float(poisson.minus_two_delta_nll(signal, observed, background)) >= -1e-9
    expected = 2 * (
        distribution.logpmf(observed, best + background) - distribution.logpmf(observed, signal + background)
    )
    assert float(poisson.minus_two_delta_nll(signal, observed, background)) == pytest.approx(
        expected, abs=1e-8
    )


def test_no_mean_gives_counts_infinitely_little_likelihood() -> None:
    assert poisson.minus_two_delta_nll([0.0, 3.0], 3).tolist() == [np.inf, 0.0]


@pytest.mark.parametrize(
    ("observed", "level"), [(-1, 0.9), (0.5, 0.9), (np.nan, 0.9), (0, 0), (0, 1), (0, 90)]
)
def test_no_count_and_no_level_are_refused(observed: float, level: float) -> None:
    with pytest.raises(InputError):
        poisson.upper_limit(observed, level)
