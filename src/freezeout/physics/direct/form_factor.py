"""The Helm form factor: a nucleus of finite size scatters less coherently at high recoil energy."""

from __future__ import annotations

from math import pi

import numpy as np
from numpy.typing import ArrayLike

from freezeout.physics.direct.constants import ATOMIC_MASS_UNIT, HBAR_C

_SKIN = 0.9
"""Thickness s of the nuclear surface, fm."""


def momentum_transfer(recoil_energy: ArrayLike, mass_number: ArrayLike) -> np.ndarray:
    """Momentum of a recoiling nucleus in 1/fm.

    Parameters
    ----------
    recoil_energy : array_like, keVnr
    mass_number : array_like, broadcast against `recoil_energy`

    Returns
    -------
    ndarray, 1/fm
    """
    energy = np.asarray(recoil_energy, dtype=float) * 1e-6
    return np.sqrt(2 * np.asarray(mass_number) * ATOMIC_MASS_UNIT * energy) / HBAR_C


def nuclear_radius(mass_number: ArrayLike) -> np.ndarray:
    r"""Effective radius in fm, :math:`r_n^2 = c^2 + \frac{7}{3}\pi^2 a^2 - 5 s^2`.

    With c = 1.23 A^{1/3} − 0.60 fm, a = 0.52 fm, s = 0.9 fm (Lewin and Smith, equation 4.11).

    Examples
    --------
    >>> round(float(nuclear_radius(40)), 3)
    3.897
    """
    c = 1.23 * np.cbrt(mass_number) - 0.60
    return np.asarray(np.sqrt(c**2 + 7 / 3 * pi**2 * 0.52**2 - 5 * _SKIN**2))


def helm(recoil_energy: ArrayLike, mass_number: ArrayLike) -> np.ndarray:
    r"""Squared Helm form factor, 1 at zero energy.

    .. math:: F^2 = \left(\frac{3 j_1(q r_n)}{q r_n}\right)^2 e^{-q^2 s^2}

    Parameters
    ----------
    recoil_energy : array_like, keVnr
    mass_number : array_like, broadcast against `recoil_energy`

    Returns
    -------
    ndarray

    References
    ----------
    Helm, Phys. Rev. 104 (1956) 1466; Lewin and Smith, doi:10.1016/S0927-6505(96)00047-3.

    Examples
    --------
    >>> round(float(helm(100.0, 40)), 4)
    0.4664
    """
    q = momentum_transfer(recoil_energy, mass_number)
    x = np.atleast_1d(q * nuclear_radius(mass_number))
    small = x < 0.02
    y = np.where(small, 1.0, x)
    bessel = np.where(small, 1 - x**2 / 10 + x**4 / 280, 3 * (np.sin(y) - y * np.cos(y)) / y**3)
    return np.asarray((bessel.reshape(np.shape(q)) * np.exp(-((q * _SKIN) ** 2) / 2)) ** 2)
