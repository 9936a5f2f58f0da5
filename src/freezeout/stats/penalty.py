"""What is known of a nuisance parameter beforehand: −2 ln of its density, as a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from freezeout.errors import InputError

_GAUSSIAN_RANGE = 6.0  # widths on either side that are scanned; beyond, the parabola goes on
_NODES_PER_KERNEL = 4  # keeps the table within 1e-4 of −2 lnP where samples are


@dataclass(frozen=True, eq=False)
class Penalty:
    """−2 ln of the density of one nuisance parameter.

    Between equally spaced nodes it is the cubic that has the nodes' values and slopes, beyond them a
    parabola that goes on with the value and slope of the last node.

    Parameters
    ----------
    start, step : float
        The first node and the distance between nodes.
    value, slope : ndarray, shape (k,)
        −2 lnP and its derivative at the nodes.
    curvature : float
        Second derivative beyond the nodes.
    scale : float
        The shortest length on which it bends; local minima are looked for this closely.
    """

    start: float
    step: float
    value: np.ndarray
    slope: np.ndarray
    curvature: float
    scale: float

    def __post_init__(self) -> None:
        numbers = [self.start, self.step, self.curvature, self.scale, *self.value, *self.slope]
        positive = self.step > 0 and self.curvature > 0 and self.scale > 0
        if len(self.value) < 2 or len(self.slope) != len(self.value) or not positive:
            raise InputError("the table of a nuisance parameter's density has no width or no nodes")
        if not np.all(np.isfinite(numbers)):
            raise InputError("the density of a nuisance parameter is zero or not a number somewhere")

    @classmethod
    def gaussian(cls, mean: float, width: float) -> Penalty:
        """The parabola of a Gaussian density.

        Examples
        --------
        >>> Penalty.gaussian(18.0, 0.5)([18.0, 18.5])[0].round(6).tolist()
        [0.0, 1.0]
        """
        if not (np.isfinite(mean) and 0 < width < np.inf):
            raise InputError(f"a Gaussian of mean {mean:g} and width {width:g} is none")
        pull = np.linspace(-_GAUSSIAN_RANGE, _GAUSSIAN_RANGE, 2)
        step = 2 * _GAUSSIAN_RANGE * width
        start = mean - _GAUSSIAN_RANGE * width
        return cls(start, step, pull**2, 2 * pull / width, 2 / width**2, width / 3)

    @classmethod
    def tabulated(
        cls,
        ln_density: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]],
        low: float,
        high: float,
        kernel: float,
    ) -> Penalty:
        """A density that is a sum of Gaussian kernels of one width, tabulated between `low` and `high`.

        Parameters
        ----------
        ln_density : function of ndarray, shape (k,)
            Gives ln P and its derivative.
        low, high : float
            The samples' range; the table goes on for `_GAUSSIAN_RANGE` kernels on either side.
        kernel : float
            Width of the kernels.
        """
        if not 0 < kernel < np.inf:
            raise InputError(f"the width of a kernel is {kernel:g}", hint="give more than 0")
        step = kernel / _NODES_PER_KERNEL
        start = low - _GAUSSIAN_RANGE * kernel
        count = int(np.ceil((high - low + 2 * _GAUSSIAN_RANGE * kernel) / step)) + 1
        value, slope = ln_density(start + step * np.arange(count))
        return cls(start, step, -2 * value, -2 * slope, 2 / kernel**2, kernel)

    @property
    def stop(self) -> float:
        """The last node."""
        return self.start + self.step * (len(self.value) - 1)

    @cached_property
    def best(self) -> float:
        """Where the density is largest."""
        fine = self.start + np.arange(0, self.stop - self.start, self.scale / 40)
        values = self(fine)[0]
        place = int(np.argmin(values))
        around = fine[place] + np.linspace(-1, 1, 401) * self.scale / 40
        return float(around[np.argmin(self(around)[0])])

    def __call__(self, nuisance: Sequence[float] | np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Value, first and second derivative at values of the parameter, any shape."""
        point = np.asarray(nuisance, float)[..., None]
        value, slope, curvature = PenaltyTable([self])(point)
        return value[..., 0], slope[..., 0], curvature[..., 0]


class PenaltyTable:
    """The penalties of several sources, evaluated at once.

    Parameters
    ----------
    penalties : sequence of Penalty, length s
    """

    def __init__(self, penalties: Sequence[Penalty]) -> None:
        self._value = np.concatenate([p.value for p in penalties])
        self._slope = np.concatenate([p.slope for p in penalties])
        lengths = np.array([len(p.value) for p in penalties])
        self._first = np.cumsum(lengths) - lengths
        self._last = (lengths - 1).astype(float)
        self._start = np.array([p.start for p in penalties])
        self._step = np.array([p.step for p in penalties])
        self._curvature = np.array([p.curvature for p in penalties])

    def __call__(self, nuisance: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Value, first and second derivative.

        Parameters
        ----------
        nuisance : ndarray, shape (..., s)
        """
        step = self._step
        place = (nuisance - self._start) / step
        inside = np.minimum(np.maximum(place, 0.0), self._last)
        low = np.minimum(inside.astype(np.intp), (self._last - 1).astype(np.intp))
        t = inside - low
        index = low + self._first
        y0, y1 = self._value[index], self._value[index + 1]
        d0, d1 = self._slope[index] * step, self._slope[index + 1] * step
        a, b = 2 * (y0 - y1) + d0 + d1, 3 * (y1 - y0) - 2 * d0 - d1
        value = y0 + t * (d0 + t * (b + t * a))
        slope = (d0 + t * (2 * b + t * (3 * a))) / step
        curvature = (2 * b + 6 * a * t) / step**2
        beyond = (place - inside) * step
        if np.any(beyond):
            value = value + beyond * (slope + beyond * self._curvature / 2)
            slope = slope + beyond * self._curvature
            curvature = np.where(beyond != 0, self._curvature, curvature)
        return value, slope, curvature
