"""How far −2 lnL may rise: thresholds and the one-sided confidence levels that they mean."""

from __future__ import annotations

from math import sqrt

from freezeout.errors import InputError
from freezeout.stats.poisson import level


def threshold_of(confidence_level: float) -> float:
    r"""Rise of −2 lnL at a one-sided upper limit, :math:`(\Phi^{-1}(\mathrm{CL}))^2`.

    Raises
    ------
    InputError
        When the level is not above 0.5 and below 1: an upper limit lies above the best fit.

    References
    ----------
    Cowan, Cranmer, Gross, Vitells, arXiv:1007.1727, section 3.6.

    Examples
    --------
    >>> round(threshold_of(0.95), 3)
    2.706
    """
    from scipy.special import ndtri

    if level(confidence_level) <= 0.5:
        raise InputError(
            f"the confidence_level is {confidence_level}: an upper limit needs more than 0.5",
            hint="give a fraction between 0.5 and 1, such as 0.95",
        )
    return float(ndtri(confidence_level)) ** 2


def level_of(threshold: float) -> float:
    r"""One-sided confidence level of a rise of −2 lnL, :math:`\Phi(\sqrt{\mathrm{threshold}})`.

    Raises
    ------
    InputError
        When the threshold is not above zero, or so large that the level is 1.

    Examples
    --------
    >>> round(level_of(3.84), 4)
    0.975
    """
    from scipy.special import ndtr

    found = float(ndtr(sqrt(threshold))) if threshold > 0 else 0.5
    if not 0.5 < found < 1:
        raise InputError(f"the threshold is {threshold:g}", hint="give a rise of −2 lnL, such as 2.71")
    return found
