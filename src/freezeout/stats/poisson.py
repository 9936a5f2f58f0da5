"""Counting experiments: the classical upper limit on a Poisson mean."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from freezeout.errors import InputError


def upper_limit(observed: ArrayLike, confidence_level: float = 0.9) -> np.ndarray:
    r"""Classical upper limit on the expected events, whatever their origin.

    The mean μ at which `observed` or fewer events would be seen with probability 1 − CL,

    .. math:: \sum_{k=0}^{n} \frac{\mu^k e^{-\mu}}{k!} = 1 - \mathrm{CL},

    which is −ln(1 − CL) for none. Taken as a limit on a signal, an expected background is ignored:
    that is conservative, and never gives a limit below zero.

    Parameters
    ----------
    observed : array_like of int, any shape
    confidence_level : float

    Returns
    -------
    ndarray, shape of `observed`

    Raises
    ------
    InputError
        When a count is not a whole number from 0, or the level is not between 0 and 1.

    References
    ----------
    Particle Data Group, Review of Particle Physics, Statistics: "Poisson or binomial data".

    Examples
    --------
    >>> upper_limit([0, 1, 2]).round(3).tolist()
    [2.303, 3.89, 5.322]
    """
    from scipy.special import gammaincinv

    return np.asarray(gammaincinv(counts(observed) + 1, level(confidence_level)))


def minus_two_delta_nll(signal: ArrayLike, observed: float, background: float = 0.0) -> np.ndarray:
    r"""−2 ln of the likelihood ratio of a signal to the best one that is not negative.

    .. math:: 2\left(\lambda - n\ln\lambda\right) - 2\left(\hat\lambda - n\ln\hat\lambda\right),
              \quad \lambda = s + b,\ \hat\lambda = \max(n, b)

    Parameters
    ----------
    signal : array_like, any shape
        Expected signal events, from 0.
    observed, background : float
        Observed events, and expected events that are no signal.

    Returns
    -------
    ndarray, shape of `signal`
        Infinite where events were observed and none could be.

    Examples
    --------
    >>> minus_two_delta_nll([0, 2.71 / 2], observed=0, background=0.09).round(2).tolist()
    [0.0, 2.71]
    """
    from scipy.special import xlogy

    mean, best = np.asarray(signal, dtype=float) + background, max(observed, background)
    return np.asarray(2 * (mean - best - (xlogy(observed, mean) - xlogy(observed, best))))


def counts(observed: ArrayLike) -> np.ndarray:
    """Numbers of events as an array.

    Raises
    ------
    InputError
        When one is not a whole number from 0.
    """
    found = np.asarray(observed, dtype=float)
    if not np.all((found >= 0) & np.isfinite(found) & (found == np.floor(found))):
        raise InputError(f"observed events are {observed!r}", hint="give whole numbers from 0")
    return found


def level(confidence_level: float) -> float:
    """A confidence level.

    Raises
    ------
    InputError
        When it is not between 0 and 1.
    """
    if not 0 < confidence_level < 1:
        raise InputError(
            f"the confidence_level is {confidence_level}",
            hint="give a fraction between 0 and 1, such as 0.9",
        )
    return float(confidence_level)
