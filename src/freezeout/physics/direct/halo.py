"""The dark-matter halo at the Earth: its density, and how fast its particles pass by."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import erf, exp, isfinite, pi, sqrt
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from freezeout.errors import InputError

# Below this v_earth / v_0 the difference of error functions loses more than the limit
# v_earth -> 0 neglects.
_AT_REST = 1e-5


class Halo(Protocol):
    """What a rate must know of a halo. Any class with these four is one.

    Attributes
    ----------
    rho_dm : float, GeV/cm³
        Local density of dark matter.
    v_max : float, km/s
        No particle is faster in the Earth's frame.
    """

    @property
    def rho_dm(self) -> float: ...

    @property
    def v_max(self) -> float: ...

    def speed_distribution(self, v: ArrayLike) -> np.ndarray:
        """Distribution of speeds in the Earth's frame, s/km; its integral over `v` is 1."""
        ...

    def mean_inverse_speed(self, v_min: ArrayLike) -> np.ndarray:
        r"""Integral of ``speed_distribution(v) / v`` above `v_min`, s/km."""
        ...


@dataclass(frozen=True)
class StandardHalo:
    r"""The standard halo: a Maxwellian cut at the escape speed, seen from the moving Earth.

    In the Galaxy's frame :math:`f(\vec v) \propto e^{-v^2/v_0^2}` for :math:`v < v_\mathrm{esc}`.
    Everything is analytic, holds for an Earth faster than the escape speed too, and is normalised
    to 1 exactly.

    Parameters
    ----------
    v_0 : float, km/s
        Speed of the local standard of rest, the most probable speed.
    v_esc : float, km/s
        Escape speed at the Sun, above `v_0`.
    v_earth : float, km/s
        Mean speed of the Earth in the Galaxy's frame.
    rho_dm : float, GeV/cm³
        Local density.

    Raises
    ------
    InputError
        When a value is not a positive number, or `v_0` is not below `v_esc`.

    References
    ----------
    Lewin and Smith, Astropart. Phys. 6 (1996) 87, doi:10.1016/S0927-6505(96)00047-3, appendix A;
    McCabe, arXiv:1005.0579; recommended values in arXiv:2105.00599.

    Examples
    --------
    >>> halo = StandardHalo(v_0=220, v_esc=544, v_earth=232)
    >>> round(float(halo.mean_inverse_speed(0)), 7)
    0.0037382
    """

    v_0: float = 238.0
    v_esc: float = 544.0
    v_earth: float = 250.0
    rho_dm: float = 0.3

    def __post_init__(self) -> None:
        for name, unit in (("v_0", "km/s"), ("v_esc", "km/s"), ("v_earth", "km/s"), ("rho_dm", "GeV/cm3")):
            value = getattr(self, name)
            lowest = value >= 0 if name == "v_earth" else value > 0
            if not (isfinite(value) and lowest):
                raise InputError(f"{name} is {value:g} {unit}", hint="give a positive number")
        if self.v_0 >= self.v_esc:
            raise InputError(
                f"v_0 = {self.v_0:g} km/s is not below v_esc = {self.v_esc:g} km/s",
                hint="the most probable speed of a bound halo is below its escape speed",
            )

    @property
    def v_max(self) -> float:
        """The highest speed at the Earth, km/s."""
        return self.v_esc + self.v_earth

    @property
    def _norm(self) -> float:
        """Fraction of a full Maxwellian that is below the escape speed."""
        z = self.v_esc / self.v_0
        return erf(z) - 2 / sqrt(pi) * z * exp(-z * z)

    def speed_distribution(self, v: ArrayLike) -> np.ndarray:
        """Distribution of speeds in the Earth's frame.

        Parameters
        ----------
        v : array_like, any shape, km/s

        Returns
        -------
        ndarray, shape of `v`, s/km
        """
        v = np.asarray(v, dtype=float)
        v_0, v_esc, v_earth = self.v_0, self.v_esc, self.v_earth
        if v_earth < _AT_REST * v_0:
            found = 4 * v**2 * np.exp(-((v / v_0) ** 2)) / (sqrt(pi) * v_0**3 * self._norm)
            return np.where((v >= 0) & (v <= v_esc), found, 0.0)
        slowest, fastest = v - v_earth, np.minimum(v + v_earth, v_esc)
        found = np.exp(-((slowest / v_0) ** 2)) - np.exp(-((fastest / v_0) ** 2))
        found *= v / (sqrt(pi) * v_0 * v_earth * self._norm)
        return np.where((v >= 0) & (np.abs(slowest) <= v_esc), found, 0.0)

    def mean_inverse_speed(self, v_min: ArrayLike) -> np.ndarray:
        r"""Mean of 1/v over the particles faster than `v_min`.

        .. math:: \eta(v_\mathrm{min}) = \int_{v_\mathrm{min}}^\infty \frac{f(v)}{v}\,\mathrm{d}v

        Parameters
        ----------
        v_min : array_like, any shape, km/s

        Returns
        -------
        ndarray, shape of `v_min`, s/km
        """
        from scipy.special import erf as erf_of

        v_0, z, e = self.v_0, self.v_esc / self.v_0, self.v_earth / self.v_0
        x = np.asarray(v_min, dtype=float) / v_0
        if e < _AT_REST:
            shape = np.exp(-(np.minimum(x, z) ** 2)) - exp(-z * z)
            return np.asarray(2 / (sqrt(pi) * v_0 * self._norm) * shape)
        # x - e and x + e are the slowest and fastest galactic speeds at this v_min; what is cut
        # at the escape speed z is the last term.
        eta = erf_of(np.minimum(x + e, z))
        eta -= erf_of(np.clip(x - e, -z, z))
        eta -= 2 / sqrt(pi) * exp(-z * z) * (z + e - np.clip(x, abs(z - e), z + e))
        eta *= 1 / (2 * self._norm * self.v_earth)
        return np.asarray(np.maximum(eta, 0.0))


@dataclass(frozen=True, eq=False)
class TabulatedHalo:
    """Any halo, as a table of its speed distribution in the Earth's frame.

    Between its points the distribution is a straight line, and the mean inverse speed is exact
    for that.

    Parameters
    ----------
    speed : array_like, shape (n,), km/s
        Increasing, from 0 or more.
    density : array_like, shape (n,), s/km
        Distribution of speeds, not negative. Nothing is faster than the last or slower than the
        first point.
    rho_dm : float, GeV/cm³
    normalise : bool
        Scale a distribution of any norm. Otherwise its integral must be 1 within 1 %, so that a
        table of something else (of f(v), say, instead of 4πv² f(v)) is noticed.

    Raises
    ------
    InputError
        When the table is not such a distribution.

    Examples
    --------
    >>> box = TabulatedHalo([100, 300], [1, 1], normalise=True)
    >>> round(float(box.mean_inverse_speed(100)), 7)  # log(3) / 200
    0.0054931
    """

    speed: np.ndarray
    density: np.ndarray
    rho_dm: float = 0.3
    normalise: bool = False
    _above: np.ndarray = field(init=False, repr=False)

    def __post_init__(self) -> None:
        v, f = np.array(self.speed, dtype=float), np.array(self.density, dtype=float)
        if v.ndim != 1 or v.shape != f.shape or v.size < 2:
            raise InputError("a halo's table needs two columns of at least two rows, speed and density")
        if not (np.all(np.isfinite(v)) and np.all(np.diff(v) > 0) and v[0] >= 0):
            raise InputError("the speeds of a halo's table must increase from 0 km/s or more")
        if not np.all(np.isfinite(f) & (f >= 0)):
            raise InputError("the densities of a halo's table must be numbers that are not negative")
        if not (isfinite(self.rho_dm) and self.rho_dm > 0):
            raise InputError(f"rho_dm is {self.rho_dm:g} GeV/cm3", hint="give a positive number")
        integral = float(np.trapezoid(f, v))
        if integral <= 0 or not (self.normalise or abs(integral - 1) < 0.01):
            raise InputError(
                f"the halo's speed distribution integrates to {integral:.4g} instead of 1",
                hint="give the distribution of speeds, 4 pi v^2 f(v), in s/km, or normalise=True",
            )
        f /= integral
        if v[0] == 0 and f[0] > 0:
            raise InputError("the halo's speed distribution must vanish at 0 km/s")
        pieces = self._piece(v[:-1], v[1:], v, f, np.arange(v.size - 1))
        above = np.append(np.cumsum(pieces[::-1])[::-1], 0.0)
        for name, values in (("speed", v), ("density", f), ("_above", above)):
            values.flags.writeable = False
            object.__setattr__(self, name, values)

    @staticmethod
    def _piece(start: np.ndarray, end: np.ndarray, v: np.ndarray, f: np.ndarray, i: np.ndarray) -> np.ndarray:
        """Integral of f(v)/v from `start` to `end`, both within segment `i` of the table."""
        slope = (f[i + 1] - f[i]) / (v[i + 1] - v[i])
        offset = f[i] - slope * v[i]
        # A segment from 0 has no offset, so its logarithm does not matter.
        ratio = np.divide(end, start, out=np.ones_like(end), where=start > 1e-300)
        return np.asarray(offset * np.log(ratio) + slope * (end - start))

    @property
    def v_max(self) -> float:
        """The last speed of the table, km/s."""
        return float(self.speed[-1])

    def speed_distribution(self, v: ArrayLike) -> np.ndarray:
        """Distribution of speeds in the Earth's frame, s/km (see `StandardHalo`)."""
        return np.asarray(np.interp(np.asarray(v), self.speed, self.density, left=0.0, right=0.0))

    def mean_inverse_speed(self, v_min: ArrayLike) -> np.ndarray:
        """Mean of 1/v over the particles faster than `v_min`, s/km (see `StandardHalo`)."""
        v, f = self.speed, self.density
        start = np.clip(np.asarray(v_min, dtype=float), v[0], v[-1])
        i = np.clip(np.searchsorted(v, start, side="right") - 1, 0, v.size - 2)
        return np.asarray(self._piece(start, v[i + 1], v, f, i) + self._above[i + 1])


def tabulate(halo: Halo, points: int = 2000) -> TabulatedHalo:
    """A halo as a table of `points` equidistant speeds."""
    v = np.linspace(0.0, halo.v_max, points)
    return TabulatedHalo(v, halo.speed_distribution(v), halo.rho_dm, normalise=True)
