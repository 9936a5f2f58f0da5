"""The rate of elastic nuclear recoils, spin-independent."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from freezeout.errors import InputError
from freezeout.physics.direct.constants import (
    ATOMIC_MASS_UNIT,
    GEV_PER_KG,
    SECONDS_PER_DAY,
    SPEED_OF_LIGHT,
)
from freezeout.physics.direct.form_factor import helm
from freezeout.physics.direct.halo import Halo
from freezeout.physics.direct.targets import Target

INTERACTIONS = ("SI", "SDp", "SDn")

# With c = 1, rho sigma eta / (m mu^2) is in s/(km cm) per GeV of target and GeV of recoil; times c^2
# that is km/(s cm) = 1e5/s, and a keV is 1e-6 GeV.
_PER_KG_DAY_KEV = SPEED_OF_LIGHT**2 * 1e5 * SECONDS_PER_DAY * GEV_PER_KG * 1e-6


def reduced_mass(one: ArrayLike, other: ArrayLike) -> np.ndarray:
    """Reduced mass of two masses, in their unit."""
    one, other = np.asarray(one, dtype=float), np.asarray(other, dtype=float)
    return np.asarray(one * other / (one + other))


def minimum_speed(recoil_energy: ArrayLike, wimp_mass: ArrayLike, nuclear_mass: float) -> np.ndarray:
    r"""Slowest particle that can give a recoil, :math:`v_\mathrm{min} = \sqrt{m_N E / 2\mu^2}`.

    Parameters
    ----------
    recoil_energy : array_like, shape (n,), keVnr
    wimp_mass : array_like, shape (m,), GeV
    nuclear_mass : float, GeV

    Returns
    -------
    ndarray, shape (m, n), km/s
    """
    momentum = np.sqrt(nuclear_mass * 1e-6 * np.asarray(recoil_energy, dtype=float) / 2)
    return np.multiply.outer(SPEED_OF_LIGHT / reduced_mass(wimp_mass, nuclear_mass), momentum)


def maximum_energy(wimp_mass: ArrayLike, v: float, nuclear_mass: float) -> np.ndarray:
    r"""Highest recoil energy, :math:`2\mu^2 v^2 / m_N`, in keVnr.

    Parameters
    ----------
    wimp_mass : array_like, shape (m,), GeV
    v : float, km/s
    nuclear_mass : float, GeV

    Returns
    -------
    ndarray, shape (m,), keVnr
    """
    mu = reduced_mass(wimp_mass, nuclear_mass)
    return np.asarray(2e6 * (mu * (v / SPEED_OF_LIGHT)) ** 2 / nuclear_mass)


def check_interaction(interaction: str, target: Target) -> None:
    """Refuse an interaction that these nuclei do not have or that is not computed here.

    Raises
    ------
    InputError
    """
    if interaction not in INTERACTIONS:
        raise InputError(f"there is no interaction '{interaction}'", hint=f"one of {', '.join(INTERACTIONS)}")
    if interaction != "SI" and not target.has_spin:
        raise InputError(
            f"interaction {interaction} on {target.name}: no natural isotope of it has nuclear spin, "
            "so it does not scatter spin-dependently",
            hint="choose SI",
            code="no_spin",
        )
    if interaction != "SI":
        raise InputError(
            f"interaction {interaction} on {target.name}: spin structure functions are not in this library",
            hint="choose SI",
        )


def differential_rate(
    recoil_energy: ArrayLike,
    wimp_mass: ArrayLike,
    target: Target,
    halo: Halo,
    cross_section: float = 1e-45,
    interaction: str = "SI",
) -> np.ndarray:
    r"""Recoils per exposure and energy, for all masses and energies at once.

    .. math::
        \frac{\mathrm{d}R}{\mathrm{d}E} = \sum_i \xi_i
        \frac{\rho\,\sigma A_i^2}{2 m_\chi \mu_n^2} F_i^2(E)\,\eta(v_{\mathrm{min},i})

    with the isotopes' mass fractions ξ, and the atomic mass unit as the nucleon's mass in μ_n.

    Parameters
    ----------
    recoil_energy : array_like, shape (n,), keVnr
    wimp_mass : array_like, shape (m,), GeV
    target : Target
    halo : Halo
    cross_section : float, cm²
        Of the WIMP and one nucleon.
    interaction : str
        ``SI``. ``SDp`` and ``SDn`` are refused, with the reason.

    Returns
    -------
    ndarray, shape (m, n), 1/(kg day keV)
        Scalars in place of arrays lose their axis.

    Raises
    ------
    InputError
        For an interaction that is not possible, a mass that is not positive or a negative energy.

    References
    ----------
    Lewin and Smith, doi:10.1016/S0927-6505(96)00047-3; conventions of arXiv:2105.00599.

    Examples
    --------
    >>> from freezeout.physics.direct.halo import StandardHalo
    >>> from freezeout.physics.direct.targets import target
    >>> rate = differential_rate([20, 50], [50, 100, 1000], target("Xe"), StandardHalo())
    >>> rate.shape, f"{rate[1, 0]:.3e}"
    ((3, 2), '1.215e-05')
    """
    check_interaction(interaction, target)
    energy, mass = np.asarray(recoil_energy, dtype=float), np.asarray(wimp_mass, dtype=float)
    if not np.all((energy >= 0) & np.isfinite(energy)):
        raise InputError("a recoil energy is not a number of keV from 0")
    if not np.all((mass > 0) & np.isfinite(mass)):
        raise InputError("a WIMP mass is not a positive number of GeV")
    total = np.zeros(mass.shape + energy.shape)
    nuclei = zip(target.mass_number, target.nuclear_mass, target.mass_fraction, strict=True)
    for mass_number, nuclear_mass, fraction in nuclei:
        eta = halo.mean_inverse_speed(minimum_speed(energy, mass, nuclear_mass))
        total += eta * (fraction * mass_number**2 * helm(energy, mass_number))
    mu_n = reduced_mass(mass, ATOMIC_MASS_UNIT)
    scale = halo.rho_dm * cross_section * _PER_KG_DAY_KEV / (2 * mass * mu_n**2)
    return np.asarray(total * scale.reshape(mass.shape + (1,) * energy.ndim))
