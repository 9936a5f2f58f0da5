"""Fiducial cross-sections and limits of a resonance between the points of their tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from freezeout.errors import InputError


@dataclass(frozen=True, eq=False)
class UnitCrossSections:
    r"""Fiducial cross-sections of pp → Z' → ℓℓ for couplings of 1, up- and down-type quarks apart.

    Those of any couplings follow from them,

    .. math:: \sigma = \big[(v_u^2+a_u^2) F_u(M, w) + (v_d^2+a_d^2) F_d(M, w)\big] (v_\ell^2+a_\ell^2),

    with :math:`w = \Gamma/M`. :math:`w F` changes slowly: its logarithm is interpolated by cubic
    splines in :math:`\log M` and :math:`w`. Below the narrowest width of the table it is constant,
    which is its limit for a narrow resonance.

    Parameters
    ----------
    mass : ndarray, shape (m,), GeV
    relative_width : ndarray, shape (k,)
    up, down : ndarray, shape (m, k), fb
    """

    mass: np.ndarray
    relative_width: np.ndarray
    up: np.ndarray
    down: np.ndarray

    @classmethod
    def from_columns(cls, columns: Mapping[str, np.ndarray]) -> UnitCrossSections:
        """From a table with ``mediator_mass, width_percent, up_fb, down_fb``, every pair once."""
        mass, width, up = grid(columns, "mediator_mass", "width_percent", "up_fb")
        return cls(mass, width / 100, up, grid(columns, "mediator_mass", "width_percent", "down_fb")[2])

    def fiducial(
        self,
        mass: np.ndarray | float,
        relative_width: np.ndarray | float,
        up2: float,
        down2: float,
        lepton2: float,
    ) -> np.ndarray:
        """Fiducial cross-section times branching ratio to one lepton flavour [fb].

        Parameters
        ----------
        mass : array_like, GeV
        relative_width : array_like
            Broadcast against the masses.
        up2, down2, lepton2 : float
            v² + a² of up-type quarks, of down-type quarks and of the charged leptons.

        Raises
        ------
        InputError
            Outside the table's masses, or above its widths.
        """
        masses, widths = np.broadcast_arrays(
            np.asarray(mass, dtype=float), np.asarray(relative_width, dtype=float)
        )
        _inside("mass", masses, self.mass[0], self.mass[-1], " GeV")
        _inside("relative width", widths, 0.0, self.relative_width[-1], "")
        if np.any(widths <= 0):
            raise InputError("a resonance of no width has no couplings, and so no cross-section")
        total = up2 * self._unit(self.up, masses, widths) + down2 * self._unit(self.down, masses, widths)
        return np.asarray(lepton2 * total)

    def _unit(self, table: np.ndarray, mass: np.ndarray, width: np.ndarray) -> np.ndarray:
        from scipy.interpolate import RectBivariateSpline

        smooth = np.log(table * self.relative_width)
        spline = RectBivariateSpline(np.log(self.mass), self.relative_width, smooth)
        clipped = np.clip(width, self.relative_width[0], None)
        return np.asarray(np.exp(spline.ev(np.log(mass), clipped)) / width)


@dataclass(frozen=True, eq=False)
class FiducialLimits:
    """Upper limits on the fiducial cross-section of a resonance of a given mass and width.

    Between the table's points the logarithm of the limit is straight in the mass and in the width,
    from zero width on.

    Parameters
    ----------
    mass : ndarray, shape (m,), GeV
    relative_width : ndarray, shape (k,)
    limit : ndarray, shape (m, k), fb
    """

    mass: np.ndarray
    relative_width: np.ndarray
    limit: np.ndarray

    @classmethod
    def from_columns(cls, columns: Mapping[str, np.ndarray]) -> FiducialLimits:
        """From a table with ``mass_gev, width_percent, limit_fb``, every pair once."""
        mass, width, limit = grid(columns, "mass_gev", "width_percent", "limit_fb")
        return cls(mass, width / 100, limit)

    def at(self, mass: np.ndarray | float, relative_width: np.ndarray | float) -> np.ndarray:
        """The limit [fb] at masses [GeV] and relative widths, broadcast against each other.

        Raises
        ------
        InputError
            Outside the table.
        """
        masses, widths = np.broadcast_arrays(
            np.asarray(mass, dtype=float), np.asarray(relative_width, dtype=float)
        )
        _inside("mass", masses, self.mass[0], self.mass[-1], " GeV")
        _inside("relative width", widths, self.relative_width[0], self.relative_width[-1], "")
        i, x = _cell(self.mass, masses)
        j, y = _cell(self.relative_width, widths)
        log = np.log(self.limit)
        low = log[i, j] * (1 - y) + log[i, j + 1] * y
        high = log[i + 1, j] * (1 - y) + log[i + 1, j + 1] * y
        return np.asarray(np.exp(low * (1 - x) + high * x))


def _cell(nodes: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    index = np.clip(np.searchsorted(nodes, values, side="right") - 1, 0, nodes.size - 2)
    return index, (values - nodes[index]) / (nodes[index + 1] - nodes[index])


def _inside(what: str, values: np.ndarray, low: float, high: float, unit: str) -> None:
    outside = ~((values >= low) & (values <= high))
    if np.any(outside):
        raise InputError(
            f"the {what} {values[outside].flat[0]:g}{unit} is outside the table",
            hint=f"allowed: {low:g} to {high:g}{unit}",
        )


def grid(
    columns: Mapping[str, np.ndarray], first: str, second: str, value: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A table of one row per pair as two axes and a matrix.

    Parameters
    ----------
    columns : mapping of str to ndarray, shape (n,)
    first, second, value : str
        Names of the columns: two axes and what stands at each pair of them.

    Returns
    -------
    first, second : ndarray, shapes (m,) and (k,), increasing
    value : ndarray, shape (m, k)

    Raises
    ------
    InputError
        When a column is missing, a pair is missing or twice, or a value is not a positive number.
    """
    missing = [name for name in (first, second, value) if name not in columns]
    if missing:
        raise InputError(f"the table has no column '{missing[0]}'", hint=f"it has {', '.join(columns)}")
    rows, row = np.unique(columns[first], return_inverse=True)
    places, place = np.unique(columns[second], return_inverse=True)
    values = np.asarray(columns[value], dtype=float)
    matrix = np.full((rows.size, places.size), np.nan)
    matrix[row, place] = values
    if values.size != matrix.size or not np.all(np.isfinite(matrix) & (matrix > 0)):
        raise InputError(
            f"the table of {value} is not a full grid of positive numbers over {first} and {second}"
        )
    return rows, places, matrix
