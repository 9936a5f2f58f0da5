"""J-factors: the probability density of log10 J, as a log-normal or from posterior samples."""

from __future__ import annotations

from math import log, pi

import numpy as np
from numpy.typing import ArrayLike

from freezeout.errors import InputError


def log_normal(log10_jfactor: ArrayLike, mean: ArrayLike, sigma: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    r"""Log-density of log10 J when J is log-normal, and its slope.

    .. math:: \ln P = -\frac{(\ell - \mu)^2}{2\sigma^2} - \ln(\sqrt{2\pi}\,\sigma),\quad \ell = \log_{10} J

    Parameters
    ----------
    log10_jfactor, mean, sigma : array_like, log10 of GeV² cm⁻⁵
        Broadcast against each other.

    Returns
    -------
    ln_density, slope : ndarray
        ln P and d ln P / d log10 J.

    Examples
    --------
    >>> log_normal(18.0, 18.0, 0.4)[0].round(4).item()
    -0.0026
    """
    pull = (np.asarray(log10_jfactor, float) - mean) / np.asarray(sigma, float)
    return -(pull**2) / 2 - np.log(sigma) - log(2 * pi) / 2, -pull / sigma


def scott_bandwidth(samples: ArrayLike) -> float:
    r"""Bandwidth of a kernel density by Scott's rule, :math:`n^{-1/5}` standard deviations.

    What `scipy.stats.gaussian_kde` takes when it is told nothing.

    Raises
    ------
    InputError
        When there are fewer than two different samples.
    """
    values = _samples(samples)
    return float(values.std(ddof=1) * values.size**-0.2)


def kernel_density(
    log10_jfactor: ArrayLike, samples: ArrayLike, bandwidth: float | None = None
) -> tuple[np.ndarray, np.ndarray]:
    r"""Log-density of log10 J from posterior samples with Gaussian kernels, and its slope.

    .. math:: P(\ell) = \frac{1}{n h \sqrt{2\pi}} \sum_i \exp\!\left(-\frac{(\ell - \ell_i)^2}{2h^2}\right)

    The density is one in log10 J, as the log-normal is; far from all samples it falls as the
    kernel of the nearest one and never underflows.

    Parameters
    ----------
    log10_jfactor : array_like, shape (k,), log10 of GeV² cm⁻⁵
    samples : array_like, shape (n,), log10 of GeV² cm⁻⁵
    bandwidth : float, dex, optional
        h; by default Scott's rule.

    Returns
    -------
    ln_density, slope : ndarray, shape (k,)

    Raises
    ------
    InputError
        When the samples are too few or not finite, or the bandwidth is not positive.
    """
    values = _samples(samples)
    width = scott_bandwidth(values) if bandwidth is None else float(bandwidth)
    if not width > 0:
        raise InputError(f"the bandwidth of a kernel density is {width:g}", hint="give more than 0")
    points = np.atleast_1d(np.asarray(log10_jfactor, float))
    ln_density, slope = np.empty_like(points), np.empty_like(points)
    for part in np.array_split(np.arange(points.size), max(1, points.size * values.size // 250_000)):
        pull = (values - points[part, None]) / width
        exponent = -(pull**2) / 2
        largest = exponent.max(axis=1, keepdims=True)
        weight = np.exp(exponent - largest)
        total = weight.sum(axis=1)
        ln_density[part] = np.log(total) + largest[:, 0]
        slope[part] = np.einsum("ij,ij->i", weight, pull) / (total * width)
    return ln_density - np.log(values.size * width) - log(2 * pi) / 2, slope


def _samples(samples: ArrayLike) -> np.ndarray:
    values = np.asarray(samples, float)
    if values.ndim != 1 or values.size < 2 or not np.all(np.isfinite(values)) or np.ptp(values) == 0:
        raise InputError("a kernel density needs at least two different, finite samples")
    return values
