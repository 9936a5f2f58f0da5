"""The acceptance of a detector: which recoils it keeps, and how many events that makes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike

from freezeout.errors import InputError
from freezeout.physics.direct.elastic import differential_rate
from freezeout.physics.direct.halo import Halo
from freezeout.physics.direct.targets import Target


@dataclass(frozen=True, eq=False)
class Acceptance:
    """Fraction of the recoils that are kept: straight lines between points, zero outside.

    Parameters
    ----------
    recoil_energy : array_like, shape (n,), keVnr
        Increasing.
    fraction : array_like, shape (n,)
        Between 0 and 1.

    Raises
    ------
    InputError
        When the table is not an acceptance.

    Examples
    --------
    >>> half = Acceptance([50, 100, 200], [0.5, 0.5, 0])
    >>> half([10, 75, 150]).tolist()
    [0.0, 0.5, 0.25]
    """

    recoil_energy: np.ndarray
    fraction: np.ndarray

    def __post_init__(self) -> None:
        energy, fraction = np.array(self.recoil_energy, dtype=float), np.array(self.fraction, dtype=float)
        if energy.ndim != 1 or energy.shape != fraction.shape or energy.size < 2:
            raise InputError("an acceptance needs two columns of at least two rows, energy and fraction")
        if not (np.all(np.isfinite(energy)) and energy[0] >= 0 and np.all(np.diff(energy) > 0)):
            raise InputError("the energies of an acceptance must increase from 0 keV or more")
        if not np.all((fraction >= 0) & (fraction <= 1)):
            raise InputError("the values of an acceptance must be fractions between 0 and 1")
        if not np.any(fraction > 0):
            raise InputError("the acceptance is zero everywhere")
        for name, values in (("recoil_energy", energy), ("fraction", fraction)):
            values.flags.writeable = False
            object.__setattr__(self, name, values)

    def __call__(self, recoil_energy: ArrayLike) -> np.ndarray:
        """The acceptance at energies in keVnr, same shape."""
        energy = np.asarray(recoil_energy, dtype=float)
        return np.asarray(np.interp(energy, self.recoil_energy, self.fraction, left=0.0, right=0.0))

    @property
    def threshold(self) -> float:
        """Energy in keVnr below which nothing is kept."""
        return float(self.recoil_energy[max(int(np.argmax(self.fraction > 0)) - 1, 0)])

    def quadrature(self, order: int = 2) -> tuple[np.ndarray, np.ndarray]:
        r"""Energies and weights for integrals over the recoils that are kept.

        .. math:: \int g(E)\,\varepsilon(E)\,\mathrm{d}E \approx \sum_j w_j\,g(E_j)

        Gauss-Legendre points between every two points of the table, so that its steps are exact.

        Parameters
        ----------
        order : int
            Points per segment.

        Returns
        -------
        energies : ndarray, shape (q,), keVnr
        weights : ndarray, shape (q,), keVnr
        """
        x, w = _gauss_legendre(order)
        used = (self.fraction[:-1] > 0) | (self.fraction[1:] > 0)
        low, high = self.recoil_energy[:-1][used], self.recoil_energy[1:][used]
        energies = ((high + low)[:, None] + (high - low)[:, None] * x).ravel() / 2
        weights = ((high - low)[:, None] * w).ravel() / 2
        return energies, weights * self(energies)


@cache
def _gauss_legendre(order: int) -> tuple[np.ndarray, np.ndarray]:
    return np.polynomial.legendre.leggauss(order)


def expected_events(
    wimp_mass: ArrayLike,
    target: Target,
    halo: Halo,
    acceptance: Acceptance,
    exposure: float,
    cross_section: float = 1e-45,
    interaction: str = "SI",
) -> np.ndarray:
    r"""Expected events of a detector with this acceptance and exposure.

    .. math:: N = \mathcal{E} \int \frac{\mathrm{d}R}{\mathrm{d}E}\,\varepsilon(E)\,\mathrm{d}E

    Parameters
    ----------
    wimp_mass : array_like, shape (m,), GeV
    target : Target
    halo : Halo
    acceptance : Acceptance
    exposure : float, kg day
    cross_section : float, cm²
    interaction : str

    Returns
    -------
    ndarray, shape (m,)
        Zero where no particle of the halo can make a recoil that is kept.

    Raises
    ------
    InputError
        As `differential_rate`, and for an exposure that is not positive.
    """
    if not exposure > 0:
        raise InputError(f"the exposure is {exposure:g} kg day", hint="give a positive number")
    energies, weights = acceptance.quadrature()
    rate = differential_rate(energies, wimp_mass, target, halo, cross_section, interaction)
    return np.asarray(exposure * (rate @ weights))
