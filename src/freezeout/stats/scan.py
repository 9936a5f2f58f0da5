r"""A stacked likelihood on a grid of its parameter: where the minima are, and what toys give.

For each source and signal hypothesis the likelihood depends on parameter and scale through their
product alone, so in logarithms the profile is a minimum over shifts of one curve,

.. math:: h(v) = \min_\theta\,[\,g(v + \theta) + p(\theta)\,],\quad v = \log_{10}\mu,

and g is needed once on a grid instead of at every pair.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from freezeout.stats.penalty import Penalty
from freezeout.stats.stacked import LN10, Stack

STEP = 0.1  # of log10 of the parameter
_CHUNK = 250_000  # numbers in one temporary array, which then stays in the cache


@dataclass(frozen=True, eq=False)
class Scan:
    """−2 lnL on a grid of log10 of the parameter, and where its nuisances lie.

    Good to a few 1e-3 as long as no nuisance is more than six widths off.

    Attributes
    ----------
    log10_poi, value : ndarray, shape (m, v)
    nuisance : ndarray, shape (m, v, s)
    """

    log10_poi: np.ndarray
    value: np.ndarray
    nuisance: np.ndarray


def scan(stack: Stack, start: np.ndarray, points: int) -> Scan:
    """Profile on a grid that begins at `start` for each hypothesis and goes on in steps of `STEP`.

    Parameters
    ----------
    stack : Stack
    start : ndarray, shape (m,)
        log10 of the parameter.
    points : int
    """
    value = np.zeros((start.size, points))
    nuisance = np.empty((start.size, points, len(stack.penalties)))
    for source, _ in enumerate(stack.penalties):
        for rows, curve, grid in _shifted(stack, source, start, points, stack.observed[None, source]):
            lowest, place = vertex(curve[:, 0])
            value[rows] += lowest - stack.best_value[source]
            nuisance[rows, :, source] = np.interp(place, np.arange(grid.size), grid)
    return Scan(start[:, None] + STEP * np.arange(points), value, nuisance)


def scan_toys(stack: Stack, start: np.ndarray, points: int, observed: np.ndarray) -> np.ndarray:
    """−2 lnL on the same grid for other counts than the observed ones.

    Parameters
    ----------
    observed : ndarray, shape (t, s, b)

    Returns
    -------
    ndarray, shape (m, t, v)
    """
    value = np.zeros((start.size, len(observed), points))
    for source, _ in enumerate(stack.penalties):
        for rows, curve, _ in _shifted(stack, source, start, points, observed[:, source]):
            value[rows] += vertex(curve)[0] - stack.best_value[source]
    return value


def _shifted(
    stack: Stack, source: int, start: np.ndarray, points: int, observed: np.ndarray
) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
    """g(v + θ) + p(θ) of one source for some hypotheses at a time, shape (rows, t, v, k), and θ."""
    grid, finer = _grid(stack.penalties[source], observed, stack.background[source])
    penalty = stack.table(np.repeat(grid[:, None], len(stack.penalties), axis=1))[0][:, source]
    # one node more on either side for the interpolation between nodes
    nodes = np.arange(-1, points + (grid.size - 1) // finer + 3)
    shift = 10 ** (STEP * nodes)
    width = _CHUNK // (observed.shape[0] * points * grid.size) or 1
    for first in range(0, start.size, width):
        rows = slice(first, first + width)
        rate = stack.signal[rows, source] * 10 ** (start[rows, None] + grid[0])
        logs = np.log1p((rate / stack.background[source])[:, :, None] * shift)
        curve = 2 * (rate.sum(axis=1)[:, None, None] * shift - observed @ logs)
        curve = _refined(curve, finer) if finer > 1 else curve[..., 1:-1]
        windows = sliding_window_view(curve, grid.size, axis=-1)[..., ::finer, :]
        yield rows, windows[:, :, :points] + penalty, grid


def _grid(penalty: Penalty, observed: np.ndarray, background: np.ndarray) -> tuple[np.ndarray, int]:
    """θ to scan, in steps that are a `finer` part of the parameter's.

    Neither the penalty's bends may be missed nor the valley that an excess of z sigma makes, which
    is 1 / (z ln 10) wide.
    """
    excess = np.maximum(observed - background, 0.0)
    z = np.sqrt(np.max(np.sum(excess**2 / np.maximum(observed, 1.0), axis=-1)))
    finer = max(1, ceil(STEP / penalty.scale), ceil(z * LN10 * STEP / 0.7))
    count = max(3, ceil((penalty.stop - penalty.start) / STEP * finer) + 1)
    return penalty.start + STEP / finer * np.arange(count), finer


def _refined(curve: np.ndarray, finer: int) -> np.ndarray:
    """Points between the nodes by the cubic through four neighbours; the outer nodes are used up."""
    t = np.arange(finer) / finer
    weights = np.stack([
        -t * (t - 1) * (t - 2) / 6, (t + 1) * (t - 1) * (t - 2) / 2,
        -(t + 1) * t * (t - 2) / 2, (t + 1) * t * (t - 1) / 6,
    ])  # fmt: skip
    between = sliding_window_view(curve, 4, axis=-1) @ weights
    return between.reshape(*curve.shape[:-1], -1)


def vertex(curve: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lowest value along the last axis and its place, by a parabola through the lowest three."""
    lowest = np.argmin(curve, axis=-1)
    middle = np.clip(lowest, 1, curve.shape[-1] - 2)[..., None]
    low, mid, high = (np.take_along_axis(curve, middle + i, axis=-1)[..., 0] for i in (-1, 0, 1))
    bend = low - 2 * mid + high
    safe = np.where(bend > 0, bend, 1.0)
    move = np.clip(np.where(bend > 0, (low - high) / (2 * safe), 0.0), -1, 1)
    inner = lowest == middle[..., 0]
    value = np.where(inner, mid - move**2 * bend / 2, np.minimum(low, high))
    return value, np.where(inner, middle[..., 0] + move, lowest)
