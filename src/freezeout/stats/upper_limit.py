"""Upper limits from a stacked likelihood, and the band that background alone would give."""

from __future__ import annotations

from dataclasses import dataclass
from math import log10

import numpy as np

from freezeout.errors import InputError
from freezeout.stats.band import QUANTILES
from freezeout.stats.scan import STEP, Scan, scan, scan_toys, vertex
from freezeout.stats.stacked import Stack, profile

_BELOW = 2.5  # dex below the sensitivity at which the scan begins: there the signal is a 1e-3 effect
_ABOVE = 1.0
_FAR = 24.0  # dex above the sensitivity at which the search for a limit ends
_CLOSE = 1e-7  # dex


@dataclass(frozen=True, eq=False)
class UpperLimit:
    """Upper limits on the shared parameter, with the likelihood they come from.

    Attributes
    ----------
    limit, best_fit : ndarray, shape (m,)
        The limit is infinite where there is no signal to be seen. The best fit may lie on the edge.
    poi : ndarray, shape (m, p)
        Values of the parameter, the edge first.
    minus_two_delta_nll : ndarray, shape (m, p)
        −2 lnL above its minimum, nuisances profiled.
    """

    limit: np.ndarray
    best_fit: np.ndarray
    poi: np.ndarray
    minus_two_delta_nll: np.ndarray


def upper_limit(stack: Stack, threshold: float, poi_min: float = 0.0) -> UpperLimit:
    """Where −2 lnL first rises by `threshold` above its minimum over parameters ≥ `poi_min`.

    A grid finds the basins of all nuisances; Newton's method then makes minimum and limit exact, for
    all hypotheses at once.

    Parameters
    ----------
    stack : Stack
    threshold : float
        Above zero; see `freezeout.stats.threshold`.
    poi_min : float
        The lower edge; 0 is the physical one.

    Raises
    ------
    InputError
        When the threshold is not above zero or the edge is negative.
    """
    _check(threshold, poi_min)
    start, points = _window(stack, threshold, poi_min)
    return _limits(stack, threshold, poi_min, start, points)


def _limits(stack: Stack, threshold: float, poi_min: float, start: np.ndarray, points: int) -> UpperLimit:
    grid = scan(stack, start, points)
    edge_at = np.full(start.shape, log10(poi_min) if poi_min > 0 else -np.inf)
    edge = profile(stack, edge_at, _starts(stack, grid, np.zeros(start.size, int))).value
    grid.value[:, 0] = np.where(start == edge_at, edge, grid.value[:, 0])
    best_at, best = _minimum(stack, grid)
    seen = stack.signal.any(axis=(1, 2))
    on_edge = (edge <= best) | ~seen
    lowest = np.where(on_edge, edge, best)
    best_fit = np.where(on_edge, poi_min, 10**best_at)
    first = np.where(on_edge, 0, np.argmin(grid.value, axis=1))
    after = _first_above(grid.value - lowest[:, None], threshold, first)
    limit = np.full(start.shape, np.inf)
    rows = np.flatnonzero(seen & (after > 0))
    if rows.size:
        limit[rows] = _crossing(stack, grid, rows, after[rows], lowest[rows] + threshold)
    late = np.flatnonzero(seen & (after == 0))
    if late.size and points * STEP < _FAR:
        farther = _limits(stack.part(late), threshold, poi_min, start[late], 2 * points)
        limit[late], best_fit[late] = farther.limit, farther.best_fit
        lowest[late] -= farther.minus_two_delta_nll[:, 0] - (edge - lowest)[late]
    poi = np.concatenate([np.full((start.size, 1), poi_min), 10**grid.log10_poi], axis=1)
    value = np.concatenate([edge[:, None], grid.value], axis=1) - lowest[:, None]
    return UpperLimit(limit, best_fit, poi, np.maximum(value, 0.0))


def expected_limits(
    stack: Stack, threshold: float, poi_min: float = 0.0, *, toys: int = 200, seed: int = 1
) -> dict[str, np.ndarray]:
    """Quantiles of the limits that background alone would give.

    Each toy draws all counts from the expected background, the same for every hypothesis; the
    densities of the nuisances stay what they are.

    Parameters
    ----------
    stack, threshold, poi_min
        As for `upper_limit`; the observed counts play no part.
    toys : int
        How many, at least 1.
    seed : int

    Returns
    -------
    dict of str to ndarray, shape (m,)
        By the names of `freezeout.stats.band.QUANTILES`.

    Raises
    ------
    InputError
        As for `upper_limit`, and when there is no toy.
    """
    _check(threshold, poi_min)
    if toys < 1:
        raise InputError(f"there are {toys} toys", hint="give at least one")
    generator = np.random.default_rng(seed)
    counts = generator.poisson(stack.background, size=(toys, *stack.background.shape)).astype(float)
    start, points = _window(stack, threshold, poi_min)
    limits = _toy_limits(stack, threshold, poi_min, start, points, counts)
    with np.errstate(invalid="ignore"):
        levels = np.quantile(limits, list(QUANTILES.values()), axis=1)
    # between two toys without a limit
    levels[np.isnan(levels)] = np.inf
    return dict(zip(QUANTILES, levels, strict=True))


def _toy_limits(
    stack: Stack, threshold: float, poi_min: float, start: np.ndarray, points: int, counts: np.ndarray
) -> np.ndarray:
    value = scan_toys(stack, start, points, counts)
    place = np.argmin(value, axis=-1)
    lowest, _ = vertex(value)
    if poi_min == 0:
        place = np.where(lowest < 0, place, 0)
        lowest = np.minimum(lowest, 0.0)
    rise = value - lowest[..., None]
    after = _first_above(rise.reshape(-1, points), threshold, place.ravel()).reshape(place.shape)
    at = start[:, None] + STEP * _between(rise, np.maximum(after, 1), threshold)
    limits = np.where(after > 0, 10**at, np.inf)
    limits[~stack.signal.any(axis=(1, 2))] = np.inf
    late = np.any(after == 0, axis=1) & stack.signal.any(axis=(1, 2))
    if np.any(late) and points * STEP < _FAR:
        limits[late] = _toy_limits(stack.part(late), threshold, poi_min, start[late], 2 * points, counts)
    return limits


def _window(stack: Stack, threshold: float, poi_min: float) -> tuple[np.ndarray, int]:
    """Where to scan: log10 of the first value for each hypothesis, and how many values."""
    rate = stack.signal * 10 ** stack.best[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        gaussian = threshold / np.sum(rate**2 / stack.background, axis=2)
        poisson = threshold / 2 / np.sum(rate, axis=2)
        each = np.sqrt(gaussian) + poisson
        together = np.sqrt(1 / np.sum(1 / gaussian, axis=1)) + 1 / np.sum(1 / poisson, axis=1)
    # alone, a source's scale may fall until its penalty reaches the threshold
    loss = np.array([_fall(stack, source, threshold) for source in range(stack.best.size)])
    start, stop = np.log10(together) - _BELOW, np.min(np.log10(each) + loss, axis=1) + _ABOVE
    if poi_min > 0:
        start = np.maximum(start, log10(poi_min))
    seen = np.isfinite(start) & np.isfinite(stop)
    longest = np.max(stop[seen] - start[seen], initial=1.0)
    return np.where(seen, start, 0.0), int(np.ceil(max(longest, 1.0) / STEP)) + 1


def _fall(stack: Stack, source: int, threshold: float) -> float:
    penalty = stack.penalties[source]
    points = np.linspace(penalty.start, stack.best[source], 200)
    allowed = penalty(points)[0] - stack.best_value[source] <= threshold
    return float(stack.best[source] - points[np.argmax(allowed)])


def _starts(stack: Stack, grid: Scan, place: np.ndarray) -> np.ndarray:
    """Starts for the nuisances between a place of the grid and the next, shape (m, r, s)."""
    rows, last = np.arange(place.size), grid.value.shape[1] - 1
    near = [grid.nuisance[rows, np.clip(place + i, 0, last)] for i in (0, 1)]
    return np.stack([*near, np.broadcast_to(stack.best, near[0].shape)], axis=1)


def _minimum(stack: Stack, grid: Scan) -> tuple[np.ndarray, np.ndarray]:
    """The lowest −2 lnL inside the grid, made exact: log10 of the parameter and the value."""
    _, place = vertex(grid.value)
    rows, points = np.arange(place.size), grid.value.shape[1]
    middle = np.argmin(grid.value, axis=1)
    low = grid.log10_poi[rows, np.maximum(middle - 1, 0)]
    high = grid.log10_poi[rows, np.minimum(middle + 1, points - 1)]
    at = grid.log10_poi[:, 0] + STEP * place
    starts = _starts(stack, grid, np.minimum(np.floor(place).astype(int), points - 2))
    for _ in range(20):
        found = profile(stack, at, starts)
        with np.errstate(divide="ignore", invalid="ignore"):
            move = np.where(found.curvature > 0, -found.slope / found.curvature, 0.0)
        moved = np.clip(at + move, low, high)
        # a minimum is flat: this near, its value is exact
        if np.all((moved - at) ** 2 * np.abs(found.curvature) < 1e-8):
            break
        at = moved
    return at, found.value


def _crossing(
    stack: Stack, grid: Scan, rows: np.ndarray, after: np.ndarray, target: np.ndarray
) -> np.ndarray:
    """Where −2 lnL passes `target` between the places `after` − 1 and `after` of the grid."""
    part = stack.part(rows)
    shorter = Scan(grid.log10_poi[rows], grid.value[rows], grid.nuisance[rows])
    at = shorter.log10_poi[:, 0] + STEP * _between(shorter.value, after, target)
    index = np.arange(rows.size)
    low, high = shorter.log10_poi[index, after - 1], shorter.log10_poi[index, after]
    starts = _starts(part, shorter, after - 1)[:, :2]
    for _ in range(20):
        found = profile(part, at, starts)
        with np.errstate(divide="ignore", invalid="ignore"):
            move = np.where(found.slope > 0, (target - found.value) / found.slope, 0.0)
        moved = np.clip(at + move, low - STEP, high + STEP)
        done = np.all(np.abs(moved - at) < _CLOSE)
        at = moved
        if done:
            break
    return 10**at


def _first_above(rise: np.ndarray, threshold: float, first: np.ndarray) -> np.ndarray:
    """First place after `first` where the rise exceeds the threshold; 0 where there is none."""
    above = (rise > threshold) & (np.arange(rise.shape[1]) > first[:, None])
    return np.where(above.any(axis=1), np.argmax(above, axis=1), 0)


def _between(value: np.ndarray, after: np.ndarray, target: np.ndarray | float) -> np.ndarray:
    """Place before `after` where a curve passes `target`, by the cubic through four neighbours."""
    first = np.clip(after - 2, 0, value.shape[-1] - 4)[..., None]
    four = np.take_along_axis(value, first + np.arange(4), axis=-1)
    t = (after[..., None] - 1 - first) + np.linspace(0, 1, 17)
    weights = [-(t - 1) * (t - 2) * (t - 3) / 6, t * (t - 2) * (t - 3) / 2,
               -t * (t - 1) * (t - 3) / 2, t * (t - 1) * (t - 2) / 6]  # fmt: skip
    fine = sum(w * four[..., i, None] for i, w in enumerate(weights))
    gap = np.asarray(fine) - (np.asarray(target)[..., None] if np.ndim(target) else target)
    k = np.clip(np.argmax(gap > 0, axis=-1), 1, 16)[..., None]
    a, b = (np.take_along_axis(gap, k - i, axis=-1)[..., 0] for i in (1, 0))
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.clip(np.nan_to_num(a / (a - b)), 0.0, 1.0)
    return np.asarray(after - 1 + (k[..., 0] - 1 + part) / 16)


def _check(threshold: float, poi_min: float) -> None:
    if not 0 < threshold < np.inf:
        raise InputError(f"the threshold is {threshold:g}", hint="give a rise of −2 lnL, such as 2.71")
    if not 0 <= poi_min < np.inf:
        raise InputError(f"the lower edge is {poi_min:g}", hint="give 0 or more")
