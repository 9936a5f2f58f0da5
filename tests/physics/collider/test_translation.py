from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freezeout.errors import InputError
from freezeout.files import read_yaml
from freezeout.physics.collider.mediator import MODELS, QUARK_MASSES, Mediator
from freezeout.physics.collider.translation import (
    CM3_PER_S,
    NUCLEON_MASSES,
    annihilation_cross_sections,
    mediator_mass_from_scattering,
    mediator_mass_from_sigma_v,
    reduced_mass,
    scattering_cross_section,
    sigma_v,
)

CM2 = 3.893793721e-28  # 1 GeV^-2, PDG
models = st.sampled_from(MODELS)
couplings = st.floats(1e-3, 2.0)


@pytest.mark.parametrize(("model", "name"), [("vector", "sigma_si_cm2"), ("axial", "sigma_sd_cm2")])
def test_the_recommended_cross_section_at_a_reduced_mass_of_1_gev(model: str, name: str, root: Path) -> None:
    published = read_yaml(root / "tests/reference/atlas_dilepton.yaml")["translation"]  # type: ignore[index]
    proton = NUCLEON_MASSES["proton"]
    dm_mass = 0.5
    found = scattering_cross_section(Mediator(model, 0.25, 0.0, 1.0), 1000.0, dm_mass)
    assert found / reduced_mass(dm_mass) ** 2 == pytest.approx(published[name], rel=1e-12)
    assert reduced_mass(dm_mass) == pytest.approx(dm_mass * proton / (dm_mass + proton), rel=1e-12)


def test_the_rounded_figures_are_those_of_the_contact_interaction() -> None:
    # (3 g_q)^2 g_dm^2 mu^2 / (pi M^4) and 3 (0.32 g_q)^2 g_dm^2 mu^2 / (pi M^4), arXiv:1603.04156
    si = (3 * 0.25) ** 2 / (np.pi * 1e12) * CM2
    sd = 3 * (0.32 * 0.25) ** 2 / (np.pi * 1e12) * CM2
    for model, exact in (("vector", si), ("axial", sd)):
        rounded = scattering_cross_section(Mediator(model, 0.25, 0.0, 1.0), 1000.0, 1.0)
        assert rounded == pytest.approx(exact * reduced_mass(1.0) ** 2, rel=0.012)


@given(
    models,
    couplings,
    couplings,
    st.floats(10.0, 1e5),
    st.floats(0.1, 1e5),
    st.sampled_from(["proton", "neutron"]),
)
def test_mass_to_cross_section_and_back(
    model: str, g_q: float, g_dm: float, mass: float, dm_mass: float, nucleon: str
) -> None:
    mediator = Mediator(model, g_q, 0.01, g_dm)
    sigma = scattering_cross_section(mediator, mass, dm_mass, nucleon)
    assert mediator_mass_from_scattering(mediator, sigma, dm_mass, nucleon) == pytest.approx(mass, rel=1e-12)


def test_without_a_limit_there_is_none_after_translation() -> None:
    found = scattering_cross_section(Mediator("vector", 0.1, 0.01, 1.0), [np.nan, 1000.0], [1.0, 10.0])
    assert np.isnan(found[0])
    assert np.isfinite(found[1])


@pytest.mark.parametrize("dead", [{"g_q": 0.0}, {"g_dm": 0.0}])
def test_without_coupling_nothing_scatters(dead: dict[str, float]) -> None:
    mediator = Mediator("vector", **({"g_q": 0.1, "g_l": 0.1, "g_dm": 1.0} | dead))
    with pytest.raises(InputError, match="nothing scatters"):
        scattering_cross_section(mediator, 1000.0, 10.0)


def test_bad_values_are_refused() -> None:
    mediator = Mediator("vector", 0.1, 0.01, 1.0)
    with pytest.raises(InputError, match="proton neutron"):
        reduced_mass(1.0, "pion")
    with pytest.raises(InputError, match="dark-matter mass"):
        reduced_mass([1.0, -1.0])
    with pytest.raises(InputError, match="not positive"):
        mediator_mass_from_scattering(mediator, 0.0, 10.0)
    with pytest.raises(InputError, match="not positive"):
        mediator_mass_from_sigma_v(mediator, -1e-26, 10.0)


def test_a_heavy_vector_annihilates_as_the_contact_interaction() -> None:
    mediator = Mediator("vector", 0.1, 0.01, 1.0)
    found = annihilation_cross_sections(mediator, 1e5, 100.0)
    contact = CM3_PER_S / (2 * np.pi * 1e20)
    assert found["u"] == pytest.approx(3 * 0.01 * 2 * 100.0**2 * contact, rel=1e-4)
    assert found["mu"] == pytest.approx(1e-4 * 2 * 100.0**2 * contact, rel=1e-4)
    assert found["nu"] == pytest.approx(1.5 * 1e-4 * 2 * 100.0**2 * contact, rel=1e-4)
    assert found["t"] == 0


def test_an_axial_mediator_is_suppressed_by_the_fermion_mass() -> None:
    found = annihilation_cross_sections(Mediator("axial", 0.1, 0.1, 1.0), 1e5, 1000.0)
    assert found["nu"] == 0
    assert found["b"] / found["c"] == pytest.approx((QUARK_MASSES["b"] / QUARK_MASSES["c"]) ** 2, rel=1e-4)
    contact = CM3_PER_S / (2 * np.pi * 1e20)
    assert found["b"] == pytest.approx(3 * 0.01 * QUARK_MASSES["b"] ** 2 * contact, rel=1e-3)


def test_the_conversion_to_cm3_per_s() -> None:
    assert pytest.approx(CM2 * 2.99792458e10, rel=1e-6) == CM3_PER_S


@given(models, st.floats(100.0, 5000.0), st.floats(1.0, 3000.0))
def test_dirac_dark_matter_makes_half_the_flux(model: str, mass: float, dm_mass: float) -> None:
    mediator = Mediator(model, 0.1, 0.01, 1.0)
    dirac = sigma_v(mediator, mass, dm_mass)
    assert sigma_v(mediator, mass, dm_mass, majorana_equivalent=True) == pytest.approx(dirac / 2, rel=1e-12)


def test_a_pair_at_rest_annihilates_as_fast_as_a_mediator_of_twice_its_mass_decays() -> None:
    """A pair at rest has the current 2 m^2 delta_ij (average of spins), a decay 2 sqrt(s) Gamma delta_ij.

    So sigma v = 3 g_dm^2 sqrt(s) Gamma(sqrt(s)) |propagator|^2: the widths and the annihilation, written
    down apart, must agree, tops and neutrinos included.
    """
    g_dm, mass, dark = 0.5, 900.0, 300.0
    mediator = Mediator("vector", 0.1, 0.2, g_dm)
    s = (2 * dark) ** 2
    decay = Mediator("vector", 0.1, 0.2, 0.0).width(np.sqrt(s), 1e6)
    propagator2 = 1 / ((s - mass**2) ** 2 + (mass * mediator.width(mass, dark)) ** 2)
    expected = 3 * g_dm**2 * np.sqrt(s) * decay * propagator2
    assert sigma_v(mediator, mass, dark) / CM3_PER_S == pytest.approx(expected, rel=1e-9)


@given(models, st.floats(1.0, 2000.0), st.floats(1.05, 50.0))
def test_sigma_v_to_mass_and_back(model: str, dm_mass: float, times: float) -> None:
    mediator = Mediator(model, 0.1, 0.01, 1.0)
    mass = 2 * dm_mass * times
    wanted = sigma_v(mediator, mass, dm_mass)
    found = mediator_mass_from_sigma_v(mediator, wanted, dm_mass)
    assert sigma_v(mediator, found, dm_mass) == pytest.approx(wanted, rel=1e-6)
    assert found >= mass * (1 - 1e-6)


def test_a_sigma_v_that_no_mediator_reaches_has_no_mass() -> None:
    assert np.isnan(mediator_mass_from_sigma_v(Mediator("vector", 0.1, 0.01, 1.0), 1.0, 100.0))
