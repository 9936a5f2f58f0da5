"""The band of limits that an experiment without signal expects."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from freezeout.errors import InputError

QUANTILES = {
    "sensitivity_m2sigma": 0.022750131948179,
    "sensitivity_m1sigma": 0.158655253931457,
    "sensitivity_median": 0.5,
    "sensitivity_p1sigma": 0.841344746068543,
    "sensitivity_p2sigma": 0.977249868051821,
}
"""Gaussian probabilities below −2, −1, 0, 1 and 2 standard deviations."""


def counting_band(
    background: float,
    upper_limit: Callable[[np.ndarray], np.ndarray],
    toys: int = 10_000,
    seed: int | np.random.Generator = 0,
) -> dict[str, float]:
    """Quantiles of the upper limit on the signal events over background-only toys.

    Counts are whole, so the quantiles are too: each is the limit of one toy, and several quantiles
    coincide where the background is small.

    Parameters
    ----------
    background : float
        Expected events of each toy.
    upper_limit : callable
        Upper limits, shape (n,), for different observed counts, shape (n,).
    toys : int
    seed : int or numpy.random.Generator

    Returns
    -------
    dict of str to float
        By the names of `QUANTILES`, in events.

    Raises
    ------
    InputError
        When there is no toy, or the background is negative.

    Examples
    --------
    >>> from freezeout.stats import poisson
    >>> band = counting_band(0.09, poisson.upper_limit)
    >>> {name[12:]: round(value, 2) for name, value in band.items()}
    {'m2sigma': 2.3, 'm1sigma': 2.3, 'median': 2.3, 'p1sigma': 2.3, 'p2sigma': 3.89}
    """
    if toys < 1:
        raise InputError(f"there are {toys} toys", hint="give at least one")
    if not (background >= 0 and np.isfinite(background)):
        raise InputError(f"the expected background is {background}", hint="give a number of events from 0")
    seen, index = np.unique(np.random.default_rng(seed).poisson(background, toys), return_inverse=True)
    limits = np.asarray(upper_limit(seen))[index]
    found = np.quantile(limits, list(QUANTILES.values()), method="inverted_cdf")
    return dict(zip(QUANTILES, found.tolist(), strict=True))
