"""Benchmark Z' bosons of resonance searches: their couplings and widths."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from freezeout.errors import InputError
from freezeout.physics.collider.mediator import COLOURS, NEUTRINOS, QUARK_MASSES, fermion_width

ALPHA_MZ = 1 / 127.951  # electromagnetic coupling at the Z mass, PDG 2022
SINE2_THETA_W = 0.23121  # effective weak mixing angle, MS-bar at the Z mass, PDG 2022


@dataclass(frozen=True)
class Chiral:
    """Couplings to the left- and the right-handed fermion."""

    left: float
    right: float

    @property
    def vector(self) -> float:
        """The v of the vertex γ^μ (v − a γ^5)."""
        return (self.left + self.right) / 2

    @property
    def axial(self) -> float:
        """The a of the vertex γ^μ (v − a γ^5)."""
        return (self.left - self.right) / 2

    @property
    def squared(self) -> float:
        """v² + a²."""
        return self.vector**2 + self.axial**2


@dataclass(frozen=True)
class ZPrime:
    """A Z' with couplings that do not depend on the generation."""

    up: Chiral
    down: Chiral
    lepton: Chiral
    neutrino: Chiral

    def width(self, mass: np.ndarray | float) -> np.ndarray:
        """Total width into Standard-Model fermions [GeV] at a mass [GeV]."""
        values = np.asarray(mass, dtype=float)
        total = np.zeros_like(values)
        for name, quark in QUARK_MASSES.items():
            coupling = self.up if name in "uct" else self.down
            total = total + _width(values, coupling, quark, COLOURS)
        for coupling in (self.lepton, self.neutrino):
            total = total + NEUTRINOS * _width(values, coupling, 0.0, 1)
        return np.asarray(total)

    def relative_width(self, mass: np.ndarray | float) -> np.ndarray:
        """Total width over mass."""
        return np.asarray(self.width(mass) / np.asarray(mass, dtype=float))


def _width(mass: np.ndarray, coupling: Chiral, fermion: float, colours: int) -> np.ndarray:
    by_vector = fermion_width("vector", mass, coupling.vector, fermion, colours)
    return np.asarray(by_vector + fermion_width("axial", mass, coupling.axial, fermion, colours))


def zprime(model: str) -> ZPrime:
    r"""The Z' of a benchmark model.

    ``psi``: the boson of :math:`E_6 \to SO(10)\times U(1)_\psi`, which couples with
    :math:`\sqrt{5/3}\, g \tan\theta_W / \sqrt{24}` to every left-handed fermion and antifermion, and
    so is purely axial for all but the neutrinos. ``ssm``: the sequential Standard Model, with the
    couplings of the Z boson.

    Parameters
    ----------
    model : str
        ``psi`` or ``ssm``.

    Raises
    ------
    InputError
        For another model.

    References
    ----------
    P. Langacker, arXiv:0801.1345; arXiv:1903.06248 for their use.

    Examples
    --------
    >>> print(f"{zprime('psi').relative_width(4500.0):.4f} {zprime('ssm').relative_width(4500.0):.4f}")
    0.0053 0.0299
    """
    electric = np.sqrt(4 * np.pi * ALPHA_MZ)
    if model == "psi":
        charge = float(np.sqrt(5 / 3) * electric / np.sqrt(1 - SINE2_THETA_W) / np.sqrt(24))
        axial = Chiral(charge, -charge)
        return ZPrime(axial, axial, axial, Chiral(charge, 0.0))
    if model == "ssm":
        weak = float(electric / np.sqrt(SINE2_THETA_W * (1 - SINE2_THETA_W)))

        def z(isospin: float, charge: float) -> Chiral:
            return Chiral(weak * (isospin - charge * SINE2_THETA_W), -weak * charge * SINE2_THETA_W)

        return ZPrime(z(0.5, 2 / 3), z(-0.5, -1 / 3), z(-0.5, -1.0), z(0.5, 0.0))
    raise InputError(f"there is no benchmark Z' '{model}'", hint="psi or ssm")
