"""Photons per annihilation: the PPPC 4 DM ID tables, with electroweak corrections."""

from __future__ import annotations

import difflib
from functools import lru_cache
from math import log
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from freezeout.errors import InputError
from freezeout.files import read_source_table

CHANNELS = ("ee", "mumu", "tautau", "qq", "cc", "bb", "tt", "WW", "ZZ", "gg", "gammagamma", "hh")
_FOLDER = Path(__file__).parents[1] / "data" / "gamma_spectra"
_LN10 = log(10)


def dm_masses(channel: str) -> np.ndarray:
    """Masses at which the table holds a spectrum of `channel`: from its threshold up.

    Returns
    -------
    ndarray, shape (n,), GeV

    Raises
    ------
    InputError
        When there is no such channel.

    Examples
    --------
    >>> dm_masses("bb")[:3].tolist(), dm_masses("WW")[0].item()
    ([6.0, 8.0, 10.0], 90.0)
    """
    masses, _, spectrum = _table(channel)
    return masses[np.argmax(spectrum.any(axis=1)) :]


def dnde(energy: ArrayLike, dm_mass: ArrayLike, channel: str) -> np.ndarray:
    r"""Photon spectrum of one annihilation at production.

    .. math:: \frac{dN}{dE} = \frac{1}{E \ln 10}\,\frac{dN}{d\log_{10} x},\quad x = E / m

    Parameters
    ----------
    energy, dm_mass : array_like, GeV
        Broadcast against each other.
    channel : str
        One of `CHANNELS`.

    Returns
    -------
    ndarray, 1/GeV
        Zero above the mass, and below the table's first energy, 1.3e-9 of the mass.

    Raises
    ------
    InputError
        For an unknown channel, or a mass outside the table or below the channel's threshold.

    Notes
    -----
    Between the table's nodes dN/dlog10x is taken straight in log10 x, and at fixed x straight in
    ln m. The next finer scheme (a cubic in log10 x) gives photons per bin within 0.1 % of it where
    a bin is far below the mass, and within 2 % for 8 GeV in a bin that ends at the mass. Leaving a
    mass out of the table and interpolating over the gap changes photons above 0.5 GeV by 0.01 to
    0.1 % (median over the nodes), at most 1 % from 15 GeV on.

    References
    ----------
    M. Cirelli et al., arXiv:1012.4515; P. Ciafaloni et al., arXiv:1009.0224.
    """
    energy, mass = np.broadcast_arrays(np.asarray(energy, float), np.asarray(dm_mass, float))
    different, row = np.unique(mass, return_inverse=True)
    row = row.reshape(mass.shape)
    start, step = _grid(channel)
    spectrum = _at_masses(different, channel)
    last = spectrum.shape[1] - 1
    with np.errstate(divide="ignore"):
        place = (np.log10(energy / mass) - start) / step
    low = np.clip(place, 0, last - 1).astype(int)
    part = np.clip(place, 0, last) - low
    value = (1 - part) * spectrum[row, low] + part * spectrum[row, low + 1]
    inside = (place >= 0) & (place <= last * (1 + 1e-14))
    return np.where(inside, value / (np.where(inside, energy, 1.0) * _LN10), 0.0)


def photons(edges: ArrayLike, dm_mass: ArrayLike, channel: str) -> np.ndarray:
    r"""Photons of one annihilation in bins of energy, :math:`\int dN/dE\, dE`.

    The exact integral of what `dnde` interpolates.

    Parameters
    ----------
    edges : array_like, shape (b + 1,), GeV
        Increasing.
    dm_mass : array_like, shape (m,), GeV
    channel : str

    Returns
    -------
    ndarray, shape (m, b)

    Raises
    ------
    InputError
        As `dnde`, and when the edges do not increase from above zero.

    Examples
    --------
    >>> photons([0.5, 500], [100.0], "bb").round(1).tolist()
    [[20.5]]
    """
    edges = np.asarray(edges, float)
    if edges.ndim != 1 or edges.size < 2 or not edges[0] > 0 or not np.all(np.diff(edges) > 0):
        raise InputError("the edges of the energy bins must be positive and increase")
    mass = np.atleast_1d(np.asarray(dm_mass, float))
    start, step = _grid(channel)
    spectrum = _at_masses(mass, channel)
    area = np.zeros_like(spectrum)
    np.cumsum((spectrum[:, 1:] + spectrum[:, :-1]) * (step / 2), axis=1, out=area[:, 1:])
    last = spectrum.shape[1] - 1
    place = np.clip((np.log10(edges / mass[:, None]) - start) / step, 0, last)
    low = np.minimum(place.astype(int), last - 1)
    part = place - low
    first, second = (np.take_along_axis(spectrum, low + i, axis=1) for i in (0, 1))
    below = np.take_along_axis(area, low, axis=1) + step * part * (first + part / 2 * (second - first))
    return np.diff(below, axis=1)


def check(dm_mass: ArrayLike, channel: str) -> None:
    """Refuse masses for which the table holds no spectrum.

    Raises
    ------
    InputError
        For an unknown channel, or a mass outside the table or below the channel's threshold.
    """
    mass = np.atleast_1d(np.asarray(dm_mass, float))
    nodes = dm_masses(channel)
    outside = ~((mass >= nodes[0]) & (mass <= nodes[-1]))
    if np.any(outside):
        raise InputError(
            f"there is no {channel} spectrum for a mass of {mass[outside][0]:g} GeV",
            hint=f"the table of {channel} goes from {nodes[0]:g} to {nodes[-1]:g} GeV",
            code="mass_outside_table",
        )


def _at_masses(mass: np.ndarray, channel: str) -> np.ndarray:
    check(mass, channel)
    masses, _, spectrum = _table(channel)
    position = np.interp(np.log(mass), np.log(masses), np.arange(masses.size))
    # a mass of the table gives that very row
    position = np.where(np.abs(position - np.rint(position)) < 1e-12, np.rint(position), position)
    low = np.minimum(position.astype(int), masses.size - 2)
    part = (position - low)[:, None]
    return np.asarray((1 - part) * spectrum[low] + part * spectrum[low + 1])


def _grid(channel: str) -> tuple[float, float]:
    _, nodes, _ = _table(channel)
    return float(nodes[0]), float(nodes[-1] - nodes[0]) / (nodes.size - 1)


@lru_cache(maxsize=len(CHANNELS))
def _table(channel: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    if channel not in CHANNELS:
        near = difflib.get_close_matches(channel, CHANNELS, 1, 0.3)
        meant = f"did you mean {near[0]}? " if near else ""
        raise InputError(
            f"there is no channel '{channel}'",
            hint=f"{meant}channels: {' '.join(CHANNELS)}",
            code="unknown_channel",
        )
    columns = _columns()
    masses = np.unique(columns["mass_gev"])
    nodes = columns["log10_x"].reshape(masses.size, -1)[0]
    return masses, nodes, columns[f"dn_dlog10x_{channel.lower()}"].reshape(masses.size, -1)


@lru_cache(maxsize=1)
def _columns() -> dict[str, np.ndarray]:
    return read_source_table(_FOLDER, "pppc4dmid_gamma.csv.gz")
