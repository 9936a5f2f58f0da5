from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import poisson

from freezeout import InputError
from freezeout.files import read_yaml
from freezeout.stats.feldman_cousins import upper_limit

LEVELS = st.sampled_from([0.6827, 0.9, 0.95, 0.99])


def accepts(observed: int, mean: float, background: float, level: float) -> bool:
    """The construction as the paper tells it: rank the counts at one mean, add them up to the level."""
    n = np.arange(200)
    probability = poisson.pmf(n, mean + background)
    order = np.argsort(poisson.logpmf(n, np.maximum(n, background)) - poisson.logpmf(n, mean + background),
                       kind="stable")  # fmt: skip
    last = np.searchsorted(np.cumsum(probability[order]), level)
    return observed in n[order][: last + 1]


def test_it_gives_every_entry_of_the_published_table(root: Path) -> None:
    table = read_yaml(root / "tests/reference/feldman_cousins.yaml")
    assert isinstance(table, dict)
    counts = np.array(list(table["upper"]))
    found = upper_limit(counts[:, None], table["background"], 0.9)
    # printed with two decimals, from a grid of 0.005
    np.testing.assert_allclose(found, list(table["upper"].values()), atol=0.0076)


def test_a_small_background_shortens_the_limit_by_itself() -> None:
    assert float(upper_limit(0, 0.09)) == pytest.approx(2.4359 - 0.09, abs=1e-4)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 12), st.floats(0.01, 12), LEVELS)
def test_means_just_below_the_limit_are_accepted_and_those_above_are_not(
    observed: int, background: float, level: float
) -> None:
    limit = float(upper_limit(observed, background, level, non_increasing=False))
    if limit > 1e-3:
        assert accepts(observed, limit - 1e-6, background, level)
    above = np.concatenate([[limit + 1e-6], limit + np.geomspace(1e-3, 10, 40)])
    assert not any(accepts(observed, mean, background, level) for mean in above)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 8), LEVELS, st.floats(0, 10))
def test_more_background_never_weakens_the_limit(observed: int, level: float, start: float) -> None:
    background = start + np.linspace(0, 4, 40)
    limits = upper_limit(observed, background, level)
    assert np.all(np.diff(limits) <= 1e-9)
    raw = upper_limit(observed, background, level, non_increasing=False)
    assert np.all(limits >= raw)
    envelope = np.maximum.accumulate(raw[::-1])[::-1]
    assert np.all(limits >= envelope - 1e-9)


def test_the_longer_limit_is_reached_at_some_larger_background() -> None:
    background = np.arange(3.0, 5.0, 0.0005)
    raw = upper_limit(0, background, non_increasing=False)
    assert float(upper_limit(0, 3.0)) == pytest.approx(raw.max(), abs=5e-4)


def test_it_is_vectorised_over_counts_and_backgrounds() -> None:
    together = upper_limit(np.arange(4)[:, None], np.array([0.0, 1.0, 0.09]))
    alone = [[float(upper_limit(n, b)) for b in (0.0, 1.0, 0.09)] for n in range(4)]
    np.testing.assert_array_equal(together, alone)
    assert upper_limit(np.array([], dtype=int), 1.0).shape == (0,)


@pytest.mark.parametrize(
    ("observed", "background", "level"),
    [(-1, 0, 0.9), (0.5, 0, 0.9), (0, -1, 0.9), (0, np.nan, 0.9), (0, np.inf, 0.9), (0, 0, 1.0)],
)
def test_values_that_cannot_be_are_refused(observed: float, background: float, level: float) -> None:
    with pytest.raises(InputError):
        upper_limit(observed, background, level)
