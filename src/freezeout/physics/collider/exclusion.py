"""The mass ranges in which a signal exceeds an upper limit."""

from __future__ import annotations

import numpy as np

from freezeout.errors import InputError

EDGES = ("outermost", "contiguous")


def excluded_ranges(mass: np.ndarray, signal: np.ndarray, limit: np.ndarray) -> np.ndarray:
    """Ranges of masses in which the signal is above the limit.

    Their ends are where the logarithm of signal over limit, straight between two points, is 0, or
    the ends of the scan.

    Parameters
    ----------
    mass : ndarray, shape (n,), GeV
        Increasing, at least two.
    signal, limit : ndarray, shape (n,)
        In the same unit; positive.

    Returns
    -------
    ndarray, shape (r, 2), GeV
        Low and high end of each range, in increasing order.

    Examples
    --------
    >>> import numpy as np
    >>> excluded_ranges(np.array([1.0, 2.0, 3.0]), np.array([4.0, 1.0, 0.25]), np.ones(3))
    array([[1., 2.]])
    """
    masses = np.asarray(mass, dtype=float)
    excess = np.log(np.asarray(signal, dtype=float)) - np.log(np.asarray(limit, dtype=float))
    if masses.ndim != 1 or masses.size < 2 or masses.shape != excess.shape or np.any(np.diff(masses) <= 0):
        raise InputError("excluded ranges need at least two increasing masses with a signal and a limit each")
    if np.any(np.isnan(excess)):
        raise InputError("a signal or a limit is not a positive number")
    above = excess > 0
    change = np.flatnonzero(above[1:] != above[:-1])
    step = np.diff(masses)[change]
    ends = masses[change] + step * excess[change] / (excess[change] - excess[change + 1])
    if above[0]:
        ends = np.concatenate([masses[:1], ends])
    if above[-1]:
        ends = np.concatenate([ends, masses[-1:]])
    return np.asarray(ends.reshape(-1, 2))


def upper_edge(ranges: np.ndarray, which: str = "outermost") -> float:
    """The mass up to which the ranges exclude, NaN when there are none.

    Parameters
    ----------
    ranges : ndarray, shape (r, 2), GeV
        As `excluded_ranges` gives them.
    which : str
        ``outermost``: the upper end of the highest range, whatever gaps lie below. ``contiguous``:
        the upper end of the lowest range, above which the first gap begins.
    """
    if which not in EDGES:
        raise InputError(f"there is no edge '{which}'", hint=f"one of {' '.join(EDGES)}")
    if len(ranges) == 0:
        return float("nan")
    return float(ranges[-1, 1] if which == "outermost" else ranges[0, 1])
