from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from freezeout import InputError
from freezeout.stats.band import QUANTILES
from freezeout.stats.penalty import Penalty
from freezeout.stats.stacked import Stack, profile
from freezeout.stats.upper_limit import expected_limits, upper_limit

SHARP = Penalty.gaussian(0.0, 1e-3)


def one_bin(observed: int, background: float, penalty: Penalty = SHARP, signal: float = 1.0) -> Stack:
    return Stack([[observed]], [[background]], [[[signal]]], [penalty])


@st.composite
def stacks(draw: st.DrawFn) -> Stack:
    sources, bins, masses = draw(st.integers(1, 4)), draw(st.integers(1, 4)), draw(st.integers(1, 3))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    background = 10 ** random.uniform(-0.5, 2.0, (sources, bins))
    widths = random.uniform(0.03, 0.7, sources)
    return Stack(
        observed=random.poisson(background * random.uniform(0.7, 1.3)),
        background=background,
        signal=10 ** random.uniform(-2, 2, (masses, sources, bins)) * 10 ** random.uniform(-25, 25),
        penalties=[
            Penalty.gaussian(m, w) for m, w in zip(random.normal(0, 0.1, sources), widths, strict=True)
        ],
    )


@pytest.mark.parametrize("observed", [0, 3, 10, 14])
@pytest.mark.parametrize("threshold", [1.0, 2.71, 9.0])
def test_one_bin_with_a_known_scale_is_the_closed_form(observed: int, threshold: float) -> None:
    background = 8.0

    def rise(signal: float) -> float:
        best = max(observed, background)
        mean = signal + background
        term = observed * np.log(mean / best) if observed else 0.0
        return float(2 * (mean - best - term)) - threshold

    expected = brentq(rise, max(observed - background, 0.0), 100.0)
    found = upper_limit(one_bin(observed, background), threshold)
    # the scale is known to 0.2 %
    assert found.limit[0] == pytest.approx(expected, rel=1e-3)
    assert found.best_fit[0] == pytest.approx(max(observed - background, 0.0), rel=2e-2, abs=1e-9)


@settings(max_examples=25, deadline=None)
@given(stack=stacks(), threshold=st.floats(0.5, 12), edge=st.sampled_from([0.0, 1e-3, 1.0]))
def test_the_limit_is_where_the_profile_has_risen_by_the_threshold(
    stack: Stack, threshold: float, edge: float
) -> None:
    scale = upper_limit(stack, threshold).limit.min()
    found = upper_limit(stack, threshold, edge * scale)
    grid = np.linspace(-4, 3, 15)  # more starts than any basin needs
    starts = np.broadcast_to(grid[None, :, None], (stack.signal.shape[0], 15, stack.best.size))

    def value(poi: np.ndarray) -> np.ndarray:
        with np.errstate(divide="ignore"):
            return profile(stack, np.log10(poi), starts).value

    lowest = value(found.best_fit)
    np.testing.assert_allclose(value(found.limit) - lowest, threshold, atol=1e-4)
    for part in np.geomspace(1e-3, 1.0, 15):
        between = found.best_fit + part * (found.limit - found.best_fit)
        assert np.all(value(between) <= lowest + threshold + 1e-4)
        assert np.all(value(np.maximum(part * found.limit, edge * scale)) >= lowest - 1e-4)


@settings(max_examples=25, deadline=None)
@given(stack=stacks(), factor=st.floats(1e-6, 1e6))
def test_the_limit_goes_against_the_signal(stack: Stack, factor: float) -> None:
    more = replace(stack, signal=stack.signal * factor)
    np.testing.assert_allclose(
        upper_limit(more, 2.71).limit * factor, upper_limit(stack, 2.71).limit, rtol=1e-6
    )


@settings(max_examples=25, deadline=None)
@given(stack=stacks(), thresholds=st.tuples(st.floats(0.2, 15), st.floats(0.2, 15)))
def test_the_limit_rises_with_the_threshold(stack: Stack, thresholds: tuple[float, float]) -> None:
    low, high = (upper_limit(stack, t).limit for t in sorted(thresholds))
    assert np.all(low <= high * (1 + 1e-6))


@settings(max_examples=25, deadline=None)
@given(stack=stacks(), share=st.floats(0, 1))
def test_a_higher_edge_never_lowers_the_limit(stack: Stack, share: float) -> None:
    free = upper_limit(stack, 2.71).limit
    edge = share * free.min()
    found = upper_limit(stack, 2.71, edge)
    assert np.all(found.limit >= free * (1 - 1e-6))
    assert np.all(found.best_fit >= edge * (1 - 1e-12))


@settings(max_examples=20, deadline=None)
@given(stack=stacks())
def test_a_source_that_saw_its_background_never_weakens_the_limit(stack: Stack) -> None:
    quiet = replace(stack, observed=np.floor(stack.background))
    both = upper_limit(quiet, 2.71).limit
    for source in range(len(stack.penalties)):
        alone = Stack(
            quiet.observed[[source]],
            quiet.background[[source]],
            quiet.signal[:, [source]],
            [quiet.penalties[source]],
        )
        assert np.all(both <= upper_limit(alone, 2.71).limit * (1 + 1e-6))


@settings(max_examples=20, deadline=None)
@given(stack=stacks())
def test_hypotheses_do_not_know_of_each_other(stack: Stack) -> None:
    together = upper_limit(stack, 2.71).limit
    apart = [upper_limit(stack.part(np.array([m])), 2.71).limit[0] for m in range(len(stack.signal))]
    np.testing.assert_allclose(together, apart, rtol=1e-6)


def test_a_scale_that_is_hardly_known_still_has_a_limit_far_away() -> None:
    found = upper_limit(one_bin(60, 30.0, Penalty.gaussian(0.0, 2.0)), 9.0)
    assert 1e5 < found.limit[0] < np.inf
    starts = np.linspace(-9, 2, 40)[None, :, None]
    stack = one_bin(60, 30.0, Penalty.gaussian(0.0, 2.0))
    rise = [profile(stack, np.log10(p), starts).value[0] for p in (found.best_fit, found.limit)]
    assert rise[1] - rise[0] == pytest.approx(9.0, abs=1e-4)


def test_where_there_is_no_signal_there_is_no_limit() -> None:
    stack = Stack([[3, 4]], [[3.0, 4.0]], [[[1.0, 0.0]], [[0.0, 0.0]]], [SHARP])
    found = upper_limit(stack, 2.71)
    assert np.isfinite(found.limit[0]) and found.limit[1] == np.inf
    band = expected_limits(stack, 2.71, toys=20)
    assert all(np.isfinite(b[0]) and b[1] == np.inf for b in band.values())


def test_the_stored_likelihood_has_the_limit_where_it_passes_the_threshold() -> None:
    random = np.random.default_rng(4)
    background = random.uniform(1, 50, (5, 6))
    stack = Stack(
        random.poisson(background), background, random.uniform(0, 3, (7, 5, 6)),
        [Penalty.gaussian(0, w) for w in (0.05, 0.1, 0.3, 0.4, 0.6)],
    )  # fmt: skip
    found = upper_limit(stack, 2.71)
    assert np.all(found.poi[:, 0] == 0)
    assert np.all(np.diff(found.poi, axis=1) > 0)
    for limit, poi, rise in zip(found.limit, found.poi, found.minus_two_delta_nll, strict=True):
        assert rise.min() >= 0
        after = poi > limit / 2
        assert np.interp(2.71, rise[after], np.log(poi[after])) == pytest.approx(np.log(limit), abs=0.02)


def test_the_median_of_toys_is_the_limit_of_the_mean_counts() -> None:
    background = np.array([[50.0, 20.0], [80.0, 10.0]])
    penalties = [Penalty.gaussian(0.0, 0.1), Penalty.gaussian(0.0, 0.3)]
    stack = Stack([[0, 0], [500, 500]], background, [[[1.0, 2.0], [2.0, 0.5]]], penalties)
    band = expected_limits(stack, 2.71, toys=4000, seed=2)
    asimov = upper_limit(replace(stack, observed=np.round(background)), 2.71).limit
    assert list(band) == list(QUANTILES)
    np.testing.assert_allclose(band["sensitivity_median"], asimov, rtol=0.03)
    assert np.all(np.diff(np.array(list(band.values())), axis=0) > 0)


def test_a_toy_has_the_limit_that_its_counts_would_have() -> None:
    background = np.array([[50.0, 20.0], [80.0, 10.0]])
    penalties = [Penalty.gaussian(0.0, 0.1), Penalty.gaussian(0.0, 0.3)]
    stack = Stack([[0, 0], [0, 0]], background, [[[1.0, 2.0], [2.0, 0.5]]], penalties)
    for seed in range(20):
        drawn = np.random.default_rng(seed).poisson(background, size=(1, 2, 2))[0]
        toy = expected_limits(stack, 2.71, toys=1, seed=seed)["sensitivity_median"]
        exact = upper_limit(replace(stack, observed=drawn), 2.71).limit
        np.testing.assert_allclose(toy, exact, rtol=5e-3)


def test_the_same_seed_gives_the_same_band() -> None:
    stack = one_bin(3, 5.0, Penalty.gaussian(0.0, 0.2))
    first, second, other = (expected_limits(stack, 2.71, toys=50, seed=s) for s in (1, 1, 2))
    assert first == second
    assert first != other


@pytest.mark.parametrize("threshold", [0.0, -1.0, np.nan, np.inf])
def test_a_threshold_that_is_none_is_refused(threshold: float) -> None:
    with pytest.raises(InputError, match="threshold"):
        upper_limit(one_bin(3, 3.0), threshold)


@pytest.mark.parametrize("edge", [-1.0, np.nan, np.inf])
def test_an_edge_that_is_none_is_refused(edge: float) -> None:
    with pytest.raises(InputError, match="lower edge"):
        upper_limit(one_bin(3, 3.0), 2.71, edge)


def test_no_toys_are_refused() -> None:
    with pytest.raises(InputError, match="0 toys"):
        expected_limits(one_bin(3, 3.0), 2.71, toys=0)
