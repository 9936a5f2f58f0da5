"""A spin-1 mediator of dark matter: couplings, partial widths, branching ratios."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from freezeout.errors import InputError

MODELS = ("vector", "axial")

# GeV: pole mass of the top, running masses of the lighter quarks, PDG 2022 (doi:10.1093/ptep/ptac097)
QUARK_MASSES = {"d": 0.00467, "u": 0.00216, "s": 0.0934, "c": 1.27, "b": 4.18, "t": 172.69}
LEPTON_MASSES = {"e": 0.000510999, "mu": 0.105658, "tau": 1.77686}
NEUTRINOS = 3
COLOURS = 3


@dataclass(frozen=True)
class Mediator:
    r"""A spin-1 mediator with universal couplings to quarks and leptons, and Dirac dark matter.

    .. math:: \mathcal L = Z'_\mu \Big[ g_\chi\, \bar\chi\gamma^\mu(\gamma^5)\chi
              + g_q \sum_q \bar q\gamma^\mu(\gamma^5) q
              + g_\ell \sum_\ell \bar\ell\gamma^\mu(\gamma^5)\ell \Big]

    with the :math:`\gamma^5` for the axial model. Neutrinos are left-handed and couple with
    :math:`g_\ell`.

    Parameters
    ----------
    model : str
        ``vector`` or ``axial``.
    g_q, g_l, g_dm : float
        Couplings to quarks, to leptons and to dark matter, 0 or more.

    Raises
    ------
    InputError
        For another model, or a coupling that is negative or not a number.

    References
    ----------
    arXiv:1507.00966, arXiv:1603.04156 and, with leptons, arXiv:1703.05703.
    """

    model: str
    g_q: float
    g_l: float
    g_dm: float

    def __post_init__(self) -> None:
        if self.model not in MODELS:
            raise InputError(f"there is no mediator model '{self.model}'", hint=f"one of {' '.join(MODELS)}")
        for name in ("g_q", "g_l", "g_dm"):
            value = getattr(self, name)
            if not (np.isfinite(value) and value >= 0):
                raise InputError(f"the coupling {name} is {value}", hint="give a number of 0 or more")

    def partial_widths(
        self, mediator_mass: np.ndarray | float, dm_mass: np.ndarray | float
    ) -> dict[str, np.ndarray]:
        """Partial width of every channel [GeV].

        Parameters
        ----------
        mediator_mass, dm_mass : array_like, GeV
            Broadcast against each other.

        Returns
        -------
        dict of str to ndarray
            By channel: the six quarks, ``e mu tau``, ``nu`` (three neutrinos together) and ``dm``.
        """
        mass, dark = np.broadcast_arrays(
            _positive(mediator_mass, "mediator"), _positive(dm_mass, "dark-matter")
        )
        widths = {
            name: fermion_width(self.model, mass, self.g_q, quark, COLOURS)
            for name, quark in QUARK_MASSES.items()
        }
        for name, lepton in LEPTON_MASSES.items():
            widths[name] = fermion_width(self.model, mass, self.g_l, lepton)
        widths["nu"] = NEUTRINOS * self.g_l**2 * mass / (24 * np.pi)
        widths["dm"] = fermion_width(self.model, mass, self.g_dm, dark)
        return widths

    def width(self, mediator_mass: np.ndarray | float, dm_mass: np.ndarray | float) -> np.ndarray:
        """Total width [GeV] of the minimal model: the channels of `partial_widths` and no other.

        Examples
        --------
        >>> light = Mediator("vector", g_q=0.1, g_l=0.01, g_dm=1.0).width(1000.0, 1.0)
        >>> print(f"{light:.2f}")
        31.31
        """
        return np.asarray(np.sum(list(self.partial_widths(mediator_mass, dm_mass).values()), axis=0))

    def relative_width(self, mediator_mass: np.ndarray | float, dm_mass: np.ndarray | float) -> np.ndarray:
        """Total width over the mediator's mass."""
        return np.asarray(self.width(mediator_mass, dm_mass) / np.asarray(mediator_mass, dtype=float))

    def branching_ratios(
        self, mediator_mass: np.ndarray | float, dm_mass: np.ndarray | float
    ) -> dict[str, np.ndarray]:
        """Partial over total width of every channel.

        Raises
        ------
        InputError
            When no channel is open.
        """
        widths = self.partial_widths(mediator_mass, dm_mass)
        total = np.sum(list(widths.values()), axis=0)
        if np.any(total <= 0):
            raise InputError("the mediator has no open decay", hint="give it a coupling above 0")
        return {name: width / total for name, width in widths.items()}


def fermion_width(
    model: str,
    mediator_mass: np.ndarray | float,
    coupling: float,
    fermion_mass: np.ndarray | float,
    colours: int = 1,
) -> np.ndarray:
    r"""Width of a spin-1 boson into a pair of Dirac fermions [GeV].

    .. math:: \Gamma_V = \frac{N_c g^2 M}{12\pi}\Big(1+\frac{x}{2}\Big)\sqrt{1-x},\qquad
              \Gamma_A = \frac{N_c g^2 M}{12\pi}(1-x)^{3/2},\qquad x = \frac{4m^2}{M^2}

    and 0 below the threshold.

    Parameters
    ----------
    model : str
        ``vector`` or ``axial``.
    mediator_mass, fermion_mass : array_like, GeV
    coupling : float
    colours : int

    References
    ----------
    arXiv:1603.04156
    """
    mass = np.asarray(mediator_mass, dtype=float)
    x = 4 * (np.asarray(fermion_mass, dtype=float) / mass) ** 2
    beta2 = np.clip(1 - x, 0, None)
    kinematics = np.sqrt(beta2) * (1 + x / 2) if model == "vector" else beta2**1.5
    return np.asarray(colours * coupling**2 * mass / (12 * np.pi) * kinematics)


def _positive(mass: np.ndarray | float, what: str) -> np.ndarray:
    values = np.asarray(mass, dtype=float)
    if not np.all(np.isfinite(values) & (values > 0)):
        raise InputError(f"a {what} mass is not a positive number of GeV")
    return values
