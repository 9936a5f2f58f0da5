"""Photon counts that annihilation gives a telescope, per unit of its cross-section."""

from __future__ import annotations

from math import pi

import numpy as np
from numpy.typing import ArrayLike

from freezeout.errors import InputError


def counts_per_sigma_v(
    photons: ArrayLike,
    exposure: ArrayLike,
    dm_mass: ArrayLike,
    log10_jfactor: ArrayLike,
    *,
    self_conjugate: bool = True,
) -> np.ndarray:
    r"""Expected photons of each target in each energy bin, per ⟨σv⟩ of 1 cm³/s.

    .. math:: s_b = \frac{1}{8\pi m^2}\, J \, \epsilon_b \int_b \frac{dN}{dE}\, dE

    with 16π instead of 8π when particle and antiparticle differ (Dirac): half of the pairs that
    meet are then two of the same kind and cannot annihilate.

    Parameters
    ----------
    photons : array_like, shape (m, b)
        Photons of one annihilation in each bin.
    exposure : array_like, shape (s, b), cm² s
    dm_mass : array_like, shape (m,), GeV
    log10_jfactor : array_like, shape (s,), log10 of GeV² cm⁻⁵
    self_conjugate : bool
        Whether the particle is its own antiparticle (Majorana).

    Returns
    -------
    ndarray, shape (m, s, b), s/cm³

    References
    ----------
    Fermi-LAT Collaboration, arXiv:1310.0828, equation 1; arXiv:1012.4515.
    """
    mass = np.atleast_1d(np.asarray(dm_mass, float))
    rate = np.asarray(photons, float) / ((8 if self_conjugate else 16) * pi * mass[:, None] ** 2)
    seen = np.asarray(exposure, float) * 10 ** np.asarray(log10_jfactor, float)[:, None]
    return np.asarray(rate[:, None, :] * seen)


def joined_exposure(exposure: ArrayLike, first: ArrayLike, last: ArrayLike) -> np.ndarray:
    """Exposure of wide bins that join fine ones: the plain mean of the fine bins.

    Parameters
    ----------
    exposure : array_like, shape (s, f), cm² s
        Of each fine bin.
    first, last : array_like of int, shape (b,)
        Index of the first and of the last fine bin (included) that a wide one joins.

    Returns
    -------
    ndarray, shape (s, b), cm² s

    Raises
    ------
    InputError
        When an index is not one of a fine bin, or an exposure is negative.

    Examples
    --------
    >>> joined_exposure([[1.0, 2.0, 4.0, 6.0]], first=[0, 1], last=[0, 3]).tolist()
    [[1.0, 4.0]]
    """
    fine = np.asarray(exposure, float)
    start, stop = np.asarray(first, int), np.asarray(last, int) + 1
    if np.any(start < 0) or np.any(stop > fine.shape[1]) or np.any(stop <= start):
        raise InputError(f"the wide bins join fine bins that are not among the {fine.shape[1]} there are")
    if not np.all(np.isfinite(fine) & (fine >= 0)):
        raise InputError("an exposure is negative or not a number", hint="give cm² s from 0 up")
    return np.stack([fine[:, i:j].mean(axis=1) for i, j in zip(start, stop, strict=True)], axis=1)
