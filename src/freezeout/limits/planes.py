"""Planes: what the two axes of a limit mean."""

from __future__ import annotations

from dataclasses import dataclass

from freezeout.errors import InputError

CHANNELS = (
    "ee", "mumu", "tautau", "qq", "uu", "cc", "bb", "tt", "WW", "ZZ", "gg", "gammagamma", "hh",
    "nue", "numu", "nutau",
)  # fmt: skip
MODELS = ("vector", "axial")


@dataclass(frozen=True)
class Plane:
    """A plane in which limits are drawn.

    Attributes
    ----------
    name : str
        ``si``, ``sd_p``, ``sd_n``, ``sigma_v/<channel>`` or ``mediator/<model>``.
    quantity : str
        The word for the vertical axis: ``sigma_si``, ``sigma_v``, …
    unit : str
        Unit of the vertical axis: ``cm2``, ``cm3/s`` or ``GeV``.
    title, symbol : str
        What people call it, in words and as mathematics.
    mass : str
        The word for the horizontal axis (always in GeV).
    """

    name: str
    quantity: str
    unit: str
    title: str
    symbol: str
    mass: str


_DIRECT = {
    "si": Plane("si", "sigma_si", "cm2", "Spin-independent WIMP-nucleon cross-section",
                r"\sigma_{\mathrm{SI}}", "wimp_mass"),
    "sd_p": Plane("sd_p", "sigma_sd_p", "cm2", "Spin-dependent WIMP-proton cross-section",
                  r"\sigma_{\mathrm{SD},p}", "wimp_mass"),
    "sd_n": Plane("sd_n", "sigma_sd_n", "cm2", "Spin-dependent WIMP-neutron cross-section",
                  r"\sigma_{\mathrm{SD},n}", "wimp_mass"),
}  # fmt: skip


def plane(name: str) -> Plane:
    """The plane of this name.

    Raises
    ------
    InputError
        When there is no such plane.

    Examples
    --------
    >>> plane("si").unit, plane("sigma_v/bb").unit
    ('cm2', 'cm3/s')
    """
    if name in _DIRECT:
        return _DIRECT[name]
    family, _, rest = str(name).partition("/")
    if family == "sigma_v" and rest in CHANNELS:
        return Plane(name, "sigma_v", "cm3/s", f"Annihilation cross-section into {rest}",
                     r"\langle\sigma v\rangle", "dm_mass")  # fmt: skip
    if family == "mediator" and rest in MODELS:
        return Plane(name, "dm_mass", "GeV", f"{rest.capitalize()} mediator: dark-matter mass",
                     r"m_{\chi}", "mediator_mass")  # fmt: skip
    raise InputError(
        f"there is no plane '{name}'",
        hint="planes are si, sd_p, sd_n, sigma_v/<channel> with one of "
        f"{' '.join(CHANNELS)}, and mediator/<model> with one of {' '.join(MODELS)}",
        code="unknown_plane",
    )
