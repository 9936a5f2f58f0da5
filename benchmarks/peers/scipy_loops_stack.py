"""The stacked limit as nested loops over SciPy's minimisers: the obvious way to write it.

For each mass: minimise −2 lnL over the cross-section, then find where it has risen by the threshold;
each of its values minimises over every dwarf's J-factor. Densities of log10 J are tabulated beforehand
and the sums over bins are NumPy's, so that nothing is slow on purpose.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import scipy
from scipy.interpolate import CubicSpline
from scipy.optimize import brentq, minimize_scalar
from scipy.stats import gaussian_kde


def version() -> str:
    """SciPy's."""
    return str(scipy.__version__)


def densities(
    nominal: np.ndarray, sigma: np.ndarray, samples: list[np.ndarray | None]
) -> list[tuple[Callable[[float], float], float]]:
    """−2 lnP of log10 J above its nominal value, and half the range to look for the best one in."""
    found: list[tuple[Callable[[float], float], float]] = []
    for mean, width, drawn in zip(nominal, sigma, samples, strict=True):
        if drawn is None:
            found.append((lambda x, width=width: (x / width) ** 2, 5 * width))
        else:
            density = gaussian_kde(drawn - mean)
            spread = float(np.std(drawn))
            grid = np.linspace(-6 * spread, 6 * spread, 400)
            found.append((CubicSpline(grid, -2 * density.logpdf(grid)), 5 * spread))
    return found


def limits(
    observed: np.ndarray,
    background: np.ndarray,
    signal: np.ndarray,
    known: list[tuple[Callable[[float], float], float]],
    threshold: float,
) -> np.ndarray:
    """Upper limits, shape (m,), for `signal` of shape (m, s, b) per unit of the parameter."""
    return np.array([_limit(observed, background, per_unit, known, threshold) for per_unit in signal])


def _limit(observed, background, per_unit, known, threshold):  # type: ignore[no-untyped-def]
    def profiled(log10_poi: float) -> float:
        poi, total = 10**log10_poi, 0.0
        for n, b, a, (penalty, reach) in zip(observed, background, poi * per_unit, known, strict=True):

            def value(x: float, n=n, b=b, a=a, penalty=penalty) -> float:  # type: ignore[no-untyped-def]
                expected = 10**x * a + b
                return 2 * float(np.sum(expected - n * np.log(expected))) + float(penalty(x))

            total += minimize_scalar(value, bounds=(-reach, reach), method="bounded").fun
        return total

    scale = np.log10(np.sqrt(threshold / np.sum(per_unit**2 / background)))
    best = minimize_scalar(profiled, bounds=(scale - 2, scale + 1), method="bounded", options={"xatol": 1e-3})
    without = profiled(scale - 9)
    lowest, start = (best.fun, best.x) if best.fun < without else (without, scale - 9)
    high = max(start, scale - 1) + 0.5
    while profiled(high) - lowest < threshold:
        high += 0.5
    return 10 ** brentq(lambda v: profiled(v) - lowest - threshold, start, high, xtol=1e-4)
