from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freezeout.errors import InputError
from freezeout.physics.collider.exclusion import excluded_ranges, upper_edge

MASSES = np.array([100.0, 200.0, 300.0, 400.0, 500.0])


def test_the_ends_are_where_the_logarithm_crosses() -> None:
    found = excluded_ranges(MASSES, np.array([0.1, 10.0, 10.0, 0.1, 100.0]), np.ones(5))
    assert found == pytest.approx(np.array([[150.0, 350.0], [400 + 100 / 3, 500.0]]))


@pytest.mark.parametrize(("signal", "expected"), [(2.0, [[100.0, 500.0]]), (0.5, [])])
def test_all_or_nothing(signal: float, expected: list[list[float]]) -> None:
    found = excluded_ranges(MASSES, np.full(5, signal), np.ones(5))
    assert found.tolist() == expected
    assert found.shape == (len(expected), 2)


@given(st.lists(st.floats(-5, 5), min_size=2, max_size=60))
def test_a_scanned_mass_is_excluded_exactly_when_it_is_in_a_range(excess: list[float]) -> None:
    masses = np.arange(1.0, len(excess) + 1)
    ranges = excluded_ranges(masses, np.exp(excess), np.ones(masses.size))
    inside = np.any((masses[:, None] >= ranges[:, 0]) & (masses[:, None] <= ranges[:, 1]), axis=1)
    above = np.exp(excess) > 1
    touching = np.isin(masses, ranges)
    assert np.array_equal(inside[~touching], above[~touching])
    assert np.all(np.diff(ranges.ravel()) >= 0)


def test_the_edges_of_ranges_with_a_gap() -> None:
    ranges = np.array([[250.0, 600.0], [640.0, 720.0]])
    assert upper_edge(ranges) == upper_edge(ranges, "outermost") == 720.0
    assert upper_edge(ranges, "contiguous") == 600.0
    assert np.isnan(upper_edge(np.empty((0, 2))))


def test_bad_values_are_refused() -> None:
    with pytest.raises(InputError, match="outermost contiguous"):
        upper_edge(np.empty((0, 2)), "middle")
    with pytest.raises(InputError, match="two increasing masses"):
        excluded_ranges(MASSES[::-1], np.ones(5), np.ones(5))
    with pytest.raises(InputError, match="two increasing masses"):
        excluded_ranges(MASSES[:1], np.ones(1), np.ones(1))
    with pytest.raises(InputError, match="positive number"):
        excluded_ranges(MASSES, np.full(5, np.nan), np.ones(5))
