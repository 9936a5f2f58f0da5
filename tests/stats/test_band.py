from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm
from scipy.stats import poisson as distribution

from freezeout import InputError
from freezeout.stats import poisson
from freezeout.stats.band import QUANTILES, counting_band


def test_quantiles_are_those_of_whole_standard_deviations() -> None:
    np.testing.assert_allclose(list(QUANTILES.values()), norm.cdf([-2, -1, 0, 1, 2]), rtol=1e-12)


@pytest.mark.parametrize("background", [0.0, 0.09, 3.3, 40.0])
def test_the_band_of_many_toys_is_the_one_of_the_distribution(background: float) -> None:
    band = counting_band(background, poisson.upper_limit, toys=200_000, seed=3)
    n = np.arange(200)
    below = distribution.cdf(n, background)
    for name, quantile in QUANTILES.items():
        # the count whose cumulative probability passes the quantile, or a neighbour at a tie
        exact = int(np.searchsorted(below, quantile))
        near = {float(poisson.upper_limit(k)) for k in (exact - 1, exact, exact + 1) if k >= 0}
        close = np.min(np.abs(below - quantile)) < 0.003
        assert band[name] in near if close else band[name] == float(poisson.upper_limit(exact))


def test_the_same_seed_gives_the_same_band_and_widens_in_order() -> None:
    one, two = (counting_band(5.0, poisson.upper_limit, toys=500, seed=7) for _ in range(2))
    assert one == two
    assert sorted(one.values()) == list(one.values())


def test_no_toys_and_a_negative_background_are_refused() -> None:
    with pytest.raises(InputError, match="0 toys"):
        counting_band(1.0, poisson.upper_limit, toys=0)
    with pytest.raises(InputError, match="background is -1"):
        counting_band(-1.0, poisson.upper_limit)
