from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freezeout.errors import InputError
from freezeout.physics.collider.mediator import (
    LEPTON_MASSES,
    MODELS,
    QUARK_MASSES,
    Mediator,
    fermion_width,
)

models = st.sampled_from(MODELS)
couplings = st.floats(1e-4, 3.0)
masses = st.floats(250.0, 1e4)


def test_widths_into_massless_fermions_are_the_closed_form() -> None:
    v2 = Mediator("vector", g_q=0.1, g_l=0.01, g_dm=1.0)
    widths = v2.partial_widths(1000.0, 1e-6)
    assert widths["u"] == pytest.approx(3 * 0.01 * 1000 / (12 * np.pi), rel=1e-10)
    assert widths["e"] == pytest.approx(1e-4 * 1000 / (12 * np.pi), rel=1e-10)
    assert widths["nu"] == pytest.approx(3 * 1e-4 * 1000 / (24 * np.pi), rel=1e-12)
    assert widths["dm"] == pytest.approx(1000 / (12 * np.pi), rel=1e-10)


@pytest.mark.parametrize(("model", "kinematics"), [("vector", 0.6 * (1 + 0.64 / 2)), ("axial", 0.6**3)])
def test_the_threshold_factor_at_m_over_M_of_0_4(model: str, kinematics: float) -> None:
    # x = 4 * 0.4**2 = 0.64, sqrt(1 - x) = 0.6
    width = fermion_width(model, 1000.0, 1.0, 400.0)
    assert width == pytest.approx(1000 / (12 * np.pi) * kinematics, rel=1e-12)


def test_v2_with_a_dark_coupling_of_3_has_a_width_of_24_percent() -> None:
    assert Mediator("vector", 0.1, 0.01, 3.0).relative_width(1000.0, 1.0) == pytest.approx(0.24, abs=0.005)


@pytest.mark.parametrize("model", MODELS)
def test_tops_open_at_twice_their_mass(model: str) -> None:
    threshold = 2 * QUARK_MASSES["t"]
    widths = Mediator(model, 0.25, 0.0, 1.0).partial_widths([threshold * 0.999, threshold * 1.001], 1e4)
    assert widths["t"][0] == 0 < widths["t"][1]


@given(models, couplings, couplings, couplings, masses, st.floats(0.1, 1e4))
def test_branching_ratios_add_up_to_1(
    model: str, g_q: float, g_l: float, g_dm: float, mass: float, dm_mass: float
) -> None:
    ratios = Mediator(model, g_q, g_l, g_dm).branching_ratios(mass, dm_mass)
    assert set(ratios) == {*QUARK_MASSES, *LEPTON_MASSES, "nu", "dm"}
    assert sum(ratios.values()) == pytest.approx(1, rel=1e-12)
    assert all(0 <= ratio <= 1 for ratio in ratios.values())


@given(models, couplings, masses, masses, st.floats(0.1, 1e4), st.floats(0.1, 1e4))
def test_the_relative_width_grows_with_the_mediator_and_falls_with_dark_matter(
    model: str, g: float, mass: float, other_mass: float, dm_mass: float, other_dm_mass: float
) -> None:
    mediator = Mediator(model, g, g, g)
    light, heavy = sorted((mass, other_mass))
    small, large = sorted((dm_mass, other_dm_mass))
    slack = 1 + 1e-12
    assert mediator.relative_width(light, small) <= mediator.relative_width(heavy, small) * slack
    assert mediator.relative_width(heavy, large) <= mediator.relative_width(heavy, small) * slack


@given(models, couplings, st.floats(1.0, 100.0), masses, st.floats(0.1, 1e4))
def test_widths_grow_with_the_square_of_the_coupling(
    model: str, g: float, factor: float, mass: float, dm_mass: float
) -> None:
    one = Mediator(model, g, g, g).width(mass, dm_mass)
    assert Mediator(model, g * factor, g * factor, g * factor).width(mass, dm_mass) == pytest.approx(
        factor**2 * one, rel=1e-9
    )


def test_masses_broadcast() -> None:
    mediator = Mediator("axial", 0.1, 0.1, 1.0)
    found = mediator.width(np.array([500.0, 1000.0, 2000.0]), np.array([[1.0], [600.0]]))
    assert found.shape == (2, 3)
    assert found[1, 2] == mediator.width(2000.0, 600.0)


@pytest.mark.parametrize("bad", [{"g_q": -0.1}, {"g_l": float("nan")}, {"g_dm": float("inf")}])
def test_a_coupling_that_cannot_be_is_named(bad: dict[str, float]) -> None:
    with pytest.raises(InputError, match=next(iter(bad))):
        Mediator("vector", **({"g_q": 0.1, "g_l": 0.1, "g_dm": 1.0} | bad))


def test_another_model_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError, match="vector axial"):
        Mediator("scalar", 0.1, 0.1, 1.0)


@pytest.mark.parametrize(("mediator_mass", "dm_mass"), [(0.0, 1.0), (1000.0, -1.0), (float("nan"), 1.0)])
def test_a_mass_that_cannot_be_is_refused(mediator_mass: float, dm_mass: float) -> None:
    with pytest.raises(InputError, match="mass is not a positive number"):
        Mediator("vector", 0.1, 0.1, 1.0).width(mediator_mass, dm_mass)


def test_a_mediator_that_cannot_decay_has_no_branching_ratios() -> None:
    with pytest.raises(InputError, match="no open decay"):
        Mediator("vector", 0.0, 0.0, 1.0).branching_ratios(1000.0, 600.0)
