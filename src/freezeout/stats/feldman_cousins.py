r"""Counting experiments with a known background: the upper limit of Feldman and Cousins.

The set of counts that a mean accepts is not searched on a grid. With the likelihood ratio as order,
a count n > n₀ comes before n₀ exactly when the total mean λ = μ + b is above

.. math:: t_n = \exp\frac{g(n) - g(n_0)}{n - n_0}, \qquad g(n) = n\ln\max(n, b) - \max(n, b),

and because g is convex, only n₀ + 1 … n come before it for t_n < λ ≤ t_{n+1}. So n₀ is accepted there
while P(n₀ < N ≤ n | λ) < CL, and the limit is the end of the last such stretch: t_{n+1}, or the root.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from freezeout.errors import InputError
from freezeout.stats.poisson import counts, level


def upper_limit(
    observed: ArrayLike,
    background: ArrayLike,
    confidence_level: float = 0.9,
    *,
    non_increasing: bool = True,
) -> np.ndarray:
    """Upper end of the unified interval for a signal on top of a known background.

    Parameters
    ----------
    observed : array_like of int
    background : array_like, broadcast against `observed`
        Expected background events, known exactly.
    confidence_level : float
    non_increasing : bool
        Lengthen intervals so that more background never gives a weaker limit, as the authors do
        for their tables.

    Returns
    -------
    ndarray

    Raises
    ------
    InputError
        When a count is not a whole number from 0, a background is negative or not finite, or the
        level is not between 0 and 1.

    References
    ----------
    Feldman and Cousins, Phys. Rev. D 57 (1998) 3873, arXiv:physics/9711021.

    Examples
    --------
    >>> upper_limit([0, 0, 1], [0, 0.09, 3.0]).round(2).tolist()
    [2.44, 2.35, 1.88]
    """
    n, b = np.broadcast_arrays(counts(observed), _backgrounds(background))
    cl = level(confidence_level)
    pairs, where = np.unique(np.stack([n.ravel(), b.ravel()], axis=1), axis=0, return_inverse=True)
    found = [_upper_limit(n_0, b_0, cl, non_increasing) for n_0, b_0 in pairs]
    return np.asarray(found, dtype=float)[where.ravel()].reshape(n.shape)


def _backgrounds(background: ArrayLike) -> np.ndarray:
    found = np.asarray(background, dtype=float)
    if not np.all((found >= 0) & np.isfinite(found)):
        raise InputError(f"the expected background is {background!r}", hint="give numbers of events from 0")
    return found


def _upper_limit(n_0: float, b: float, cl: float, non_increasing: bool) -> float:
    n = np.arange(n_0 + 1, _enough(n_0, b, cl))
    low, high = _thresholds(n_0, n, b), _thresholds(n_0, n + 1, b)
    at_low, at_high = _before(n_0, n, low), _before(n_0, n, high)
    accepted = np.flatnonzero((np.minimum(at_low, at_high) < cl) & (high > low))
    found = 0.0
    if accepted.size:
        last = accepted[-1]
        end = high[last]
        if at_high[last] >= cl:
            end = _root(lambda x: _before(n_0, n[last], x) - cl, low[last], high[last])
        found = max(float(end - b), 0.0)
    if non_increasing:
        where, limit = _jumps(n_0, n, cl)
        found = max([found, *limit[where >= b]])
    return found


def _jumps(n_0: float, n: np.ndarray, cl: float) -> tuple[np.ndarray, np.ndarray]:
    """Backgrounds at which the limit jumps up, and the limits there.

    That is where the end t_{n+1} of a stretch, which grows with b > n₀, becomes accepted because
    P(n₀ < N ≤ n | t_{n+1}) falls below CL.
    """
    from scipy.special import gammainccinv, gammaln

    peak = np.exp((gammaln(n + 1) - gammaln(n_0 + 1)) / (n - n_0))
    n, peak = (values[_before(n_0, n, peak) > cl] for values in (n, peak))
    end = _root(lambda x: cl - _before(n_0, n, x), peak, gammainccinv(n + 1, cl))
    # t_{n+1}(b) = end, where n₀ < b < n + 1
    level_of_b = (n + 1 - n_0) * np.log(end) - _g(n + 1, 0.0)
    lowest, highest = np.full(n.shape, max(n_0, 1e-300)), n + 1.0
    there = (-_g(n_0, lowest) < level_of_b) & (-_g(n_0, highest) > level_of_b)
    end, level_of_b = end[there], level_of_b[there]
    where = _root(lambda b: -_g(n_0, b) - level_of_b, lowest[there], highest[there])
    return where, end - where


def _enough(n_0: float, b: float, cl: float) -> float:
    """A count beyond those that matter: its threshold is far above any accepted mean."""
    from scipy.special import gammaincinv

    return n_0 + 30 + 4 * float(np.ceil(gammaincinv(max(n_0, np.ceil(b)) + 1, 1 - (1 - cl) / 10)))


def _g(n: ArrayLike, b: ArrayLike) -> np.ndarray:
    from scipy.special import xlogy

    best = np.maximum(n, b)
    return np.asarray(xlogy(n, best) - best)


def _thresholds(n_0: float, n: np.ndarray, b: float) -> np.ndarray:
    return np.asarray(np.exp((_g(n, b) - _g(n_0, b)) / (n - n_0)))


def _before(n_0: float, n: ArrayLike, mean: ArrayLike) -> np.ndarray:
    """P(n₀ < N ≤ n) of a Poisson count N."""
    from scipy.special import gammaincc

    return np.asarray(gammaincc(np.asarray(n) + 1, mean) - gammaincc(n_0 + 1, mean))


def _root(rising: Callable[[np.ndarray], np.ndarray], low: ArrayLike, high: ArrayLike) -> np.ndarray:
    """Where functions change sign from below to above, by bisection to the last digit."""
    low, high = np.array(low, dtype=float), np.array(high, dtype=float)
    for _ in range(80):
        middle = (low + high) / 2
        below = rising(middle) < 0
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.asarray((low + high) / 2)
