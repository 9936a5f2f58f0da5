"""A deep test of the environment for compact stars.

A polytrope p = K rho^2 of low density is Newtonian: R = sqrt(pi K / (2 G)), whatever its mass, and
M = 4 rho_c R^3 / pi (Chandrasekhar 1939). At the density taken here relativity changes that by 0.1 %.
A real neutron star is computed by two codes that know nothing of each other.
"""

from importlib.metadata import version

import numpy as np


def main() -> None:
    """Raise when something that the environment offers does not work."""
    check_newton()
    check_codes_agree()
    check_dark_matter()
    versions = f"darknewt {version('darknewt')}, compactobject-tov {version('compactobject-tov')}"
    print(f"compact-stars: in order ({versions})")


def check_newton() -> None:
    """Darknewt's polytrope has the radius and the mass of the textbook."""
    from darknewt import TOVSolver
    from darknewt.eos.models import PolytropicEOS

    gravity, sun, constant, density = 6.6743e-8, 1.988416e33, 1e5, 1e12
    expected_radius = np.sqrt(np.pi * constant / (2 * gravity))
    expected_mass = 4 * density * expected_radius**3 / np.pi
    polytrope = PolytropicEOS(K=constant, gamma=2, rho_range=(1e2, 1e15), npoints=2000)
    mass, radius, _ = TOVSolver(polytrope).mrl_pure_ns(density)
    assert abs(mass * sun / expected_mass - 1) < 0.01, (mass, expected_mass / sun)
    assert abs(radius * 1e5 / expected_radius - 1) < 0.01, (radius, expected_radius / 1e5)


def check_codes_agree() -> None:
    """Mass and radius of a star of the SLy equation of state from both codes."""
    from darknewt import TOVSolver
    from darknewt.eos.base import TabulatedEOS
    from EOSgenerators import RMF_EOS
    from InferenceWorkflow import prior
    from TOVsolver.solver_code import solveTOV_tidal
    from TOVsolver.unit import Msun, dyn_cm_2, g_cm_3, km

    matter = TabulatedEOS("SLY")
    density = np.geomspace(1e6, 4e15, 400)
    pressure = np.array([matter.pressure_from_density(one) for one in density])
    mass, radius, _ = solveTOV_tidal(1e15 * g_cm_3, density * g_cm_3, pressure * dyn_cm_2)
    expected_mass, expected_radius, _ = TOVSolver(matter).mrl_pure_ns(1e15)
    assert 1 < expected_mass < 2 and abs(mass / Msun / expected_mass - 1) < 0.005, (
        mass / Msun,
        expected_mass,
    )
    # compactobject stops below the surface, where a twentieth of the radius is still to come
    assert 0.9 < radius / km / expected_radius < 1.001, (radius / km, expected_radius)
    assert callable(RMF_EOS.compute_EOS) and prior.flat_prior(2, 6, 0.5) == 4


def check_dark_matter() -> None:
    """A neutron star that holds five per cent of dark matter."""
    from darknewt import TOVSolver
    from darknewt.eos.base import TabulatedEOS

    visible, dark, *_ = TOVSolver(TabulatedEOS("SLY")).mrl_fixed_dm_fraction(1e15, dm_fraction=0.05)
    assert visible > 0.5 and abs(dark / (visible + dark) - 0.05) < 1e-3, (visible, dark)


if __name__ == "__main__":
    main()
