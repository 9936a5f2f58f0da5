from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freezeout import InputError
from freezeout.physics.direct.elastic import differential_rate, maximum_energy, minimum_speed
from freezeout.physics.direct.halo import StandardHalo
from freezeout.physics.direct.targets import target

HALO = StandardHalo(220, 544, 232, 0.3)
ENERGIES = np.geomspace(0.1, 300, 40)
MASSES = np.geomspace(5, 1e4, 7)


@given(st.floats(0.1, 1e5), st.floats(1e-3, 1e4), st.floats(1, 200))
def test_the_slowest_particle_for_an_energy_gives_that_energy_at_most(
    mass: float, energy: float, nucleus: float
) -> None:
    v = minimum_speed(energy, mass, nucleus)
    assert float(maximum_energy(mass, float(v), nucleus)) == pytest.approx(energy, rel=1e-12)


def test_one_call_gives_what_a_call_per_mass_and_energy_gives() -> None:
    argon = target("Ar")
    together = differential_rate(ENERGIES, MASSES, argon, HALO)
    assert together.shape == (7, 40)
    alone = [[float(differential_rate(e, m, argon, HALO)) for e in ENERGIES] for m in MASSES]
    np.testing.assert_allclose(together, alone, rtol=1e-13)
    assert differential_rate(ENERGIES, 100.0, argon, HALO).shape == (40,)
    assert differential_rate(1.0, MASSES, argon, HALO).shape == (7,)


@given(st.floats(1e-50, 1e-30), st.floats(0.01, 10))
def test_the_rate_is_proportional_to_cross_section_and_density(sigma: float, rho: float) -> None:
    argon = target("Ar")
    one = differential_rate(ENERGIES, MASSES, argon, HALO, 1e-45)
    other = differential_rate(ENERGIES, MASSES, argon, StandardHalo(220, 544, 232, rho), sigma)
    np.testing.assert_allclose(other, one * (sigma / 1e-45) * (rho / 0.3), rtol=1e-12)


def test_there_is_no_recoil_above_the_kinematic_end() -> None:
    xenon = target("Xe", "mean")
    ends = maximum_energy(MASSES, HALO.v_max, float(xenon.nuclear_mass[0]))
    for mass, end in zip(MASSES, ends, strict=True):
        assert np.all(differential_rate([1.001 * end, 2 * end], mass, xenon, HALO) == 0)
        assert differential_rate(0.9 * end, mass, xenon, HALO) >= 0


def test_heavy_particles_differ_only_by_their_number() -> None:
    one, two = differential_rate(ENERGIES, [1e10, 2e10], target("Ar"), HALO)
    np.testing.assert_allclose(two, one / 2, rtol=1e-7)


def test_the_total_rate_is_flux_times_cross_section() -> None:
    # at low speed a light nucleus has no form factor: R = (rho/m)(1/m_N) sigma A^2 (mu/mu_n)^2 <v>
    slow, helium = StandardHalo(2.2, 5.44, 2.32), target("He", "mean")
    x, w = np.polynomial.legendre.leggauss(200)
    nucleus, amu = float(helium.nuclear_mass[0]), 0.93149410242
    end = float(maximum_energy(50.0, slow.v_max, nucleus))
    found = differential_rate((x + 1) / 2 * end, 50.0, helium, slow, 1e-40) @ w * end / 2
    v = (x + 1) / 2 * slow.v_max
    mean_speed = slow.speed_distribution(v) @ (w * v) * slow.v_max / 2
    mu, mu_n = 50 * nucleus / (50 + nucleus), 50 * amu / (50 + amu)
    per_second = 0.3 / 50 * mean_speed * 1e5 * 1e-40 * 4.002602**2 * (mu / mu_n) ** 2
    per_kg_day = per_second * 86400 / (nucleus * 1.78266192e-27)
    assert found == pytest.approx(per_kg_day, rel=1e-4)


@pytest.mark.parametrize("name", ["Ar", "Si", "Ge"])
def test_isotopes_and_the_mean_nucleus_nearly_agree(name: str) -> None:
    energies = np.linspace(1, 50, 20)
    one = differential_rate(energies, 100.0, target(name), HALO)
    other = differential_rate(energies, 100.0, target(name, "mean"), HALO)
    np.testing.assert_allclose(one, other, rtol=0.01)


def test_spin_dependent_scattering_on_argon_is_refused_with_the_reason() -> None:
    for interaction in ("SDp", "SDn"):
        with pytest.raises(InputError, match="no natural isotope of it has nuclear spin"):
            differential_rate(ENERGIES, MASSES, target("Ar"), HALO, interaction=interaction)
    with pytest.raises(InputError, match="structure functions are not in this library"):
        differential_rate(ENERGIES, MASSES, target("Xe"), HALO, interaction="SDn")
    with pytest.raises(InputError, match="no interaction 'SJ'"):
        differential_rate(ENERGIES, MASSES, target("Ar"), HALO, interaction="SJ")


@pytest.mark.parametrize(("energy", "mass"), [(-1, 10), (np.nan, 10), (1, 0), (1, np.inf), (1, np.nan)])
def test_energies_and_masses_that_are_no_such_numbers_are_refused(energy: float, mass: float) -> None:
    with pytest.raises(InputError, match="is not a"):
        differential_rate(energy, mass, target("Ar"), HALO)
