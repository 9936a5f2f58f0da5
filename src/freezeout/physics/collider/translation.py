"""From a mediator's mass to the direct- and indirect-detection planes, and back.

At the momentum transfers of direct detection the mediator is a contact interaction, so that its mass
translates to a cross-section in closed form (arXiv:1603.04156).
"""

from __future__ import annotations

import numpy as np

from freezeout.errors import InputError
from freezeout.physics.collider.mediator import COLOURS, LEPTON_MASSES, NEUTRINOS, QUARK_MASSES, Mediator

NUCLEON_MASSES = {"proton": 0.93827209, "neutron": 0.93956542}  # GeV
SI_PREFACTOR = 6.9e-41  # cm2, rounded in arXiv:1603.04156: (3 g_q g_dm)^2 mu^2/(pi M^4) gives 6.97e-41
SD_PREFACTOR = 2.4e-42  # cm2, rounded as well: 3 (0.32 g_q g_dm)^2 mu^2/(pi M^4) gives 2.38e-42
CM3_PER_S = 1.1673299e-17  # 1 GeV^-2 times the speed of light


def reduced_mass(dm_mass: np.ndarray | float, nucleon: str = "proton") -> np.ndarray:
    """Reduced mass of dark matter and a nucleon [GeV].

    Parameters
    ----------
    dm_mass : array_like, GeV
    nucleon : str
        ``proton`` or ``neutron``.
    """
    if nucleon not in NUCLEON_MASSES:
        raise InputError(f"there is no nucleon '{nucleon}'", hint=f"one of {' '.join(NUCLEON_MASSES)}")
    dark = np.asarray(dm_mass, dtype=float)
    if not np.all(np.isfinite(dark) & (dark > 0)):
        raise InputError("a dark-matter mass is not a positive number of GeV")
    return dark * NUCLEON_MASSES[nucleon] / (dark + NUCLEON_MASSES[nucleon])


def scattering_cross_section(
    mediator: Mediator,
    mediator_mass: np.ndarray | float,
    dm_mass: np.ndarray | float,
    nucleon: str = "proton",
) -> np.ndarray:
    r"""Cross-section on a nucleon [cm²]: spin-independent (vector) or spin-dependent (axial).

    .. math::
        \sigma = \sigma_0 \Big(\frac{g_q g_\chi}{0.25}\Big)^2
                 \Big(\frac{1\,\mathrm{TeV}}{M}\Big)^4 \Big(\frac{\mu}{1\,\mathrm{GeV}}\Big)^2

    with :math:`\sigma_0 = 6.9\times10^{-41}` cm² (vector) or :math:`2.4\times10^{-42}` cm² (axial),
    the rounded figures of the paper, which all LHC plots use. The couplings to leptons do not enter.

    Parameters
    ----------
    mediator : Mediator
    mediator_mass, dm_mass : array_like, GeV
        Broadcast against each other; NaN stays NaN.
    nucleon : str
        ``proton`` or ``neutron``: with equal couplings to all quarks they differ by their mass only.

    References
    ----------
    arXiv:1603.04156

    Examples
    --------
    >>> v1 = Mediator("vector", g_q=0.25, g_l=0.0, g_dm=1.0)
    >>> print(f"{scattering_cross_section(v1, 1000.0, 1e9):.3g}")
    6.07e-41
    """
    strength = _strength(mediator, dm_mass, nucleon)
    return strength * (1000.0 / np.asarray(mediator_mass, dtype=float)) ** 4


def mediator_mass_from_scattering(
    mediator: Mediator,
    cross_section: np.ndarray | float,
    dm_mass: np.ndarray | float,
    nucleon: str = "proton",
) -> np.ndarray:
    """The mediator mass [GeV] that gives this cross-section: the inverse of `scattering_cross_section`.

    Parameters
    ----------
    mediator : Mediator
    cross_section : array_like, cm2
    dm_mass : array_like, GeV
    nucleon : str
    """
    wanted = np.asarray(cross_section, dtype=float)
    if np.any(wanted <= 0):
        raise InputError("a cross-section is not positive")
    return 1000.0 * np.asarray(_strength(mediator, dm_mass, nucleon) / wanted) ** 0.25


def _strength(mediator: Mediator, dm_mass: np.ndarray | float, nucleon: str) -> np.ndarray:
    # the cross-section at a mediator mass of 1 TeV
    if mediator.g_q * mediator.g_dm <= 0:
        raise InputError(
            f"with g_q = {mediator.g_q:g} and g_dm = {mediator.g_dm:g} nothing scatters",
            hint="both couplings must be above 0",
        )
    prefactor = SI_PREFACTOR if mediator.model == "vector" else SD_PREFACTOR
    couplings = (mediator.g_q * mediator.g_dm / 0.25) ** 2
    return prefactor * couplings * reduced_mass(dm_mass, nucleon) ** 2


def annihilation_cross_sections(
    mediator: Mediator,
    mediator_mass: np.ndarray | float,
    dm_mass: np.ndarray | float,
    majorana_equivalent: bool = False,
) -> dict[str, np.ndarray]:
    r"""⟨σv⟩ of slow dark matter into each pair of fermions [cm³/s].

    .. math::
        \langle\sigma v\rangle_V &= \frac{N_c g_\chi^2 g_f^2}{2\pi}
            \frac{2m_\chi^2 + m_f^2}{(M^2-4m_\chi^2)^2 + \Gamma^2 M^2}
            \sqrt{1-\frac{m_f^2}{m_\chi^2}}

        \langle\sigma v\rangle_A &= \frac{N_c g_\chi^2 g_f^2}{2\pi} \frac{m_f^2}{M^4}
            \frac{(M^2-4m_\chi^2)^2}{(M^2-4m_\chi^2)^2 + \Gamma^2 M^2}
            \sqrt{1-\frac{m_f^2}{m_\chi^2}}

    The leading term in the velocity: the vector's s-wave, and the axial one's, which helicity
    suppresses by the fermion's mass. On the resonance (M ≈ 2 m) the average over velocities would
    matter and is not made. Pairs of mediators, open for m > M, are not counted.

    Parameters
    ----------
    mediator : Mediator
    mediator_mass, dm_mass : array_like, GeV
        Broadcast against each other.
    majorana_equivalent : bool
        Dirac dark matter annihilates only with its antiparticle and so makes half the flux of
        self-conjugate dark matter of the same ⟨σv⟩. True divides by 2, for comparison with limits
        that were set for self-conjugate (Majorana) dark matter, as Fermi's are.

    Returns
    -------
    dict of str to ndarray
        By channel: the six quarks, ``e mu tau`` and ``nu``; 0 below threshold.

    References
    ----------
    arXiv:1603.04156
    """
    mass, dark = np.broadcast_arrays(np.asarray(mediator_mass, dtype=float), np.asarray(dm_mass, dtype=float))
    width = mediator.width(mass, dark)
    off_shell2 = (mass**2 - 4 * dark**2) ** 2
    scale = mediator.g_dm**2 / (2 * np.pi) / (off_shell2 + (width * mass) ** 2) * CM3_PER_S
    scale = scale / 2 if majorana_equivalent else scale

    def into(coupling: float, fermion: float, states: float) -> np.ndarray:
        phase_space = np.sqrt(np.clip(1 - (fermion / dark) ** 2, 0, None))
        if mediator.model == "vector":
            current = 2 * dark**2 + fermion**2
        else:
            current = fermion**2 * off_shell2 / mass**4
        return np.asarray(scale * states * coupling**2 * current * phase_space)

    found = {name: into(mediator.g_q, quark, COLOURS) for name, quark in QUARK_MASSES.items()}
    found |= {name: into(mediator.g_l, lepton, 1) for name, lepton in LEPTON_MASSES.items()}
    # a left-handed neutrino has half the states of a Dirac fermion
    found["nu"] = into(mediator.g_l, 0.0, NEUTRINOS / 2)
    return found


def sigma_v(
    mediator: Mediator,
    mediator_mass: np.ndarray | float,
    dm_mass: np.ndarray | float,
    majorana_equivalent: bool = False,
) -> np.ndarray:
    """⟨σv⟩ into all fermions together [cm³/s], see `annihilation_cross_sections`."""
    channels = annihilation_cross_sections(mediator, mediator_mass, dm_mass, majorana_equivalent)
    return np.asarray(np.sum(list(channels.values()), axis=0))


def mediator_mass_from_sigma_v(
    mediator: Mediator,
    wanted: np.ndarray | float,
    dm_mass: np.ndarray | float,
    majorana_equivalent: bool = False,
) -> np.ndarray:
    """The largest mediator mass [GeV] that reaches this ⟨σv⟩.

    ⟨σv⟩ rises to a peak near M = 2 m and falls above it; this is the inverse of `sigma_v` on the
    falling side.

    Parameters
    ----------
    mediator : Mediator
    wanted : array_like, cm3/s
    dm_mass : array_like, GeV
        Broadcast against each other.
    majorana_equivalent : bool

    Returns
    -------
    ndarray
        NaN where no mediator above the peak reaches it.
    """
    target, dark = np.broadcast_arrays(np.asarray(wanted, dtype=float), np.asarray(dm_mass, dtype=float))
    if np.any(target <= 0):
        raise InputError("a ⟨σv⟩ is not positive")

    def value(mass: np.ndarray) -> np.ndarray:
        return sigma_v(mediator, mass, dark[..., None], majorana_equivalent)

    steps = 1 + np.geomspace(1e-6, 1e6, 2000)
    grid = 2 * dark[..., None] * steps
    found = value(grid)
    peak = np.argmax(found, axis=-1)[..., None]
    low = np.take_along_axis(grid, peak, axis=-1)
    reached = np.take_along_axis(found, peak, axis=-1) >= target[..., None]
    high = grid[..., -1:]
    for _ in range(80):
        middle = np.sqrt(low * high)
        above = value(middle) >= target[..., None]
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    beyond = value(grid[..., -1:]) >= target[..., None]
    return np.asarray(np.where(reached & ~beyond, low, np.nan)[..., 0])
