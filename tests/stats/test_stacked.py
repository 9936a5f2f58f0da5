from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from freezeout import InputError
from freezeout.stats.penalty import Penalty
from freezeout.stats.scan import STEP, scan, scan_toys
from freezeout.stats.stacked import Stack, profile


def two_sources() -> Stack:
    return Stack(
        observed=[[12, 3], [4, 0]],
        background=[[9.0, 2.5], [5.0, 0.3]],
        signal=[[[1.0, 2.0], [0.5, 0.1]], [[0.0, 0.7], [3.0, 0.0]]],
        penalties=[Penalty.gaussian(0.0, 0.4), Penalty.gaussian(-0.1, 0.05)],
    )


def by_hand(stack: Stack, log10_poi: float, mass: int) -> float:
    total = 0.0
    for n, b, a, penalty in zip(
        stack.observed, stack.background, stack.signal[mass], stack.penalties, strict=True
    ):

        def value(theta: float, n=n, b=b, a=a, penalty=penalty) -> float:  # type: ignore[no-untyped-def]
            expected = 10 ** (log10_poi + theta) * a + b
            return float(2 * np.sum(expected - n * np.log(expected)) + penalty([theta])[0][0])

        found = minimize_scalar(
            value, bounds=(penalty.start, penalty.stop), method="bounded", options={"xatol": 1e-9}
        )
        total += found.fun - 2 * float(np.sum(b - n * np.log(b))) - penalty([penalty.best])[0][0]
    return total


@pytest.mark.parametrize("log10_poi", [-3.0, -0.5, 0.0, 0.7, 1.5])
def test_the_profile_is_what_scipys_minimiser_finds(log10_poi: float) -> None:
    stack = two_sources()
    starts = np.broadcast_to(stack.best, (2, 1, 2))
    found = profile(stack, np.full(2, log10_poi), starts)
    expected = [by_hand(stack, log10_poi, mass) for mass in (0, 1)]
    np.testing.assert_allclose(found.value, expected, atol=1e-6)


def test_slope_and_curvature_are_those_of_the_profile() -> None:
    stack, at, step = two_sources(), np.array([0.3, 0.6]), 1e-4
    starts = np.broadcast_to(stack.best, (2, 1, 2))
    low, here, high = (profile(stack, at + s, starts) for s in (-step, 0, step))
    np.testing.assert_allclose(here.slope, (high.value - low.value) / (2 * step), rtol=1e-4)
    np.testing.assert_allclose(here.curvature, (high.slope - low.slope) / (2 * step), rtol=1e-3)


def test_no_signal_is_where_values_are_counted_from() -> None:
    stack = two_sources()
    found = profile(stack, np.full(2, -np.inf), np.broadcast_to(stack.best + 0.01, (2, 1, 2)))
    np.testing.assert_allclose(found.value, 0.0, atol=1e-7)


def test_the_lowest_of_two_basins_counts() -> None:
    def two_peaks(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        left, right = np.exp(-(((x + 0.5) / 0.05) ** 2) / 2), 3 * np.exp(-(((x - 0.5) / 0.05) ** 2) / 2)
        slope = -(left * (x + 0.5) + right * (x - 0.5)) / 0.05**2 / (left + right)
        return np.log(left + right), slope

    penalty = Penalty.tabulated(two_peaks, -0.5, 0.5, 0.05)
    stack = Stack([[5]], [[5.0]], [[[1.0]]], [penalty])
    start, points = np.array([-2.0]), 60
    found = scan(stack, start, points)
    right, left = found.nuisance[0, [0, 30], 0]
    assert right == pytest.approx(0.5, abs=0.02)  # without signal, the higher peak
    assert left == pytest.approx(-0.5, abs=0.1)  # with much of it, the smaller scale
    fine = np.linspace(-1, 1, 20_001)
    for place in (0, 15, 22, 30):
        expected = 10 ** (found.log10_poi[0, place] + fine) * 1.0 + 5.0
        brute = np.min(2 * (expected - 5 * np.log(expected / 5)) + penalty(fine)[0])
        brute -= 10 + stack.best_value[0]
        assert found.value[0, place] == pytest.approx(brute, abs=5e-3)


def test_a_scan_is_the_profile_on_a_grid_and_toys_are_scans_of_other_counts() -> None:
    stack, start, points = two_sources(), np.array([-2.0, -1.5]), 40
    grid = scan(stack, start, points)
    for place in range(0, points, 3):
        exact = profile(stack, start + place * STEP, grid.nuisance[:, place][:, None])
        near = exact.value < 30  # farther off, a nuisance leaves the six widths that are scanned
        np.testing.assert_allclose(grid.value[near, place], exact.value[near], rtol=2e-3, atol=5e-3)
    toys = np.random.default_rng(1).poisson(stack.background, size=(4, 2, 2)).astype(float)
    found = scan_toys(stack, start, points, toys)
    for toy in range(4):
        other = scan(replace(stack, observed=toys[toy]), start, points)
        np.testing.assert_allclose(found[:, toy], other.value, rtol=2e-3, atol=5e-3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"observed": [[12, 3]]}, "do not fit together"),
        ({"signal": [[[1.0, 2.0]]]}, "do not fit together"),
        ({"penalties": [Penalty.gaussian(0, 1)]}, "do not fit together"),
        ({"observed": [[1.5, 3], [4, 0]]}, "whole number"),
        ({"observed": [[-1, 3], [4, 0]]}, "whole number"),
        ({"background": [[0.0, 2.5], [5.0, 0.3]]}, "background"),
        ({"background": [[np.nan, 2.5], [5.0, 0.3]]}, "background"),
        ({"signal": [[[-1.0, 2.0], [0.5, 0.1]]]}, "signal"),
    ],
)
def test_what_is_no_likelihood_is_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        replace(two_sources(), **change)  # type: ignore[arg-type]
