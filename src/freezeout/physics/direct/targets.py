"""The nuclei that a detector is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from freezeout.errors import InputError
from freezeout.files import read_source_table
from freezeout.physics.direct.constants import ATOMIC_MASS_UNIT

_DATA = Path(__file__).parents[1] / "data" / "isotopes"
MODES = ("isotopes", "mean")


@dataclass(frozen=True, eq=False)
class Target:
    """Nuclei of one element or of a mixture.

    Attributes
    ----------
    name : str
    mass_number : ndarray, shape (k,)
        Nucleons per nucleus (the atomic weight in the mode ``mean``).
    atomic_mass : ndarray, shape (k,), atomic mass units
    mass_fraction : ndarray, shape (k,)
        Share of the target's mass; the sum is 1.
    spin : ndarray, shape (k,)
        Nuclear spin; in the mode ``mean`` the highest among the isotopes.
    """

    name: str
    mass_number: np.ndarray
    atomic_mass: np.ndarray
    mass_fraction: np.ndarray
    spin: np.ndarray

    @property
    def nuclear_mass(self) -> np.ndarray:
        """Masses in GeV, shape (k,)."""
        return np.asarray(self.atomic_mass * ATOMIC_MASS_UNIT)

    @property
    def has_spin(self) -> bool:
        """Whether any of the nuclei has spin."""
        return bool(np.any(self.spin > 0))

    def __len__(self) -> int:
        return len(self.mass_number)


def elements() -> tuple[str, ...]:
    """Symbols of the elements that a target can be made of."""
    return tuple(str(symbol) for symbol in _table("elements.csv")["element"])


@cache
def target(name: str, mode: str = "isotopes") -> Target:
    """An element with its natural isotopes.

    Parameters
    ----------
    name : str
        Chemical symbol, see `elements`.
    mode : str
        ``isotopes``: every natural isotope; ``mean``: one nucleus with the element's atomic
        weight as mass number, as many codes do.

    Returns
    -------
    Target

    Raises
    ------
    InputError
        For an element that is not in the table, or another mode.

    References
    ----------
    Abundances of CIAAW, masses of AME 2020: ``physics/data/isotopes/SOURCE.yaml``.

    Examples
    --------
    >>> target("Ar").mass_number.tolist(), round(float(target("Ar").mass_fraction[2]), 5)
    ([36.0, 38.0, 40.0], 0.9964)
    """
    if mode not in MODES:
        raise InputError(f"there is no target mode '{mode}'", hint=f"one of {', '.join(MODES)}")
    if name not in elements():
        raise InputError(f"there is no target '{name}'", hint=f"one of {', '.join(elements())}")
    table = _table("isotopes.csv")
    rows = table["element"] == name
    if mode == "mean":
        means = _table("elements.csv")
        weight = means["atomic_weight"][means["element"] == name]
        return Target(name, weight, weight, np.ones(1), table["spin"][rows].max(keepdims=True))
    mass = table["atomic_mass"][rows]
    share = table["abundance"][rows] * mass
    return Target(name, table["mass_number"][rows], mass, share / share.sum(), table["spin"][rows])


def mixture(mass_fractions: Mapping[str, float], mode: str = "isotopes") -> Target:
    """Several elements by their shares of the mass, which must sum to 1.

    Examples
    --------
    >>> len(mixture({"Na": 0.1534, "I": 0.8466}))
    2
    """
    shares = np.array(list(mass_fractions.values()), dtype=float)
    if not shares.size or not np.all(shares > 0) or abs(shares.sum() - 1) > 1e-3:
        raise InputError(f"the mass fractions {dict(mass_fractions)} must be positive and sum to 1")
    parts = [target(name, mode) for name in mass_fractions]
    weights = [part.mass_fraction * s / shares.sum() for part, s in zip(parts, shares, strict=True)]
    return Target(
        "+".join(mass_fractions),
        np.concatenate([part.mass_number for part in parts]),
        np.concatenate([part.atomic_mass for part in parts]),
        np.concatenate(weights),
        np.concatenate([part.spin for part in parts]),
    )


@cache
def _table(name: str) -> dict[str, np.ndarray]:
    return read_source_table(_DATA, name)
