"""The limit curve of DarkSide-50 as a user of wimprates computes it: one rate per mass and energy."""

from __future__ import annotations

import warnings
from math import erf, exp, pi, sqrt

import numpy as np

V_0, V_ESC = 238.0, 544.0


def versions() -> tuple[str, float]:
    """The version of wimprates, and the speed of the Earth in km/s of its default halo."""
    wimprates, nu = _import()
    return wimprates.__version__, float(wimprates.v_earth() / (nu.km / nu.s))


def rates(masses: np.ndarray, energies: np.ndarray) -> np.ndarray:
    """Rates on argon for 1e-45 cm², shape (m, n), 1/(kg day keV), with its normalisation put right."""
    wimprates, nu = _import()
    z = V_ESC / V_0
    k = erf(z) - 2 / sqrt(pi) * z * exp(-z * z)
    found = [
        wimprates.rate_wimp_std(energies, mw=mass, sigma_nucleon=1e-45, material="Ar") for mass in masses
    ]
    return np.array(found) / (1000 * nu.year / nu.day) / k**2


def _import():
    import numericalunits

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Default WIMP parameters are changed")
        import wimprates

    return wimprates, numericalunits
