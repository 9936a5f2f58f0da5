"""What the curves say of a point, and which are shown."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freezeout import published_curves
from freezeout.limits.published import published_curve
from freezeout.plots.choice import Choice, chosen, older_runs, planes
from freezeout.plots.summary import excludes, is_default, matches, scientific, select, summaries, verdict


def test_a_point_between_lz_and_deap_is_excluded_by_one_only() -> None:
    curves = published_curves("si", ["main", "theory"])
    found = verdict(curves, 50.0, 1e-46)
    names = {curve.experiment for curve in found.excluded}
    assert names == {"LZ", "PandaX-4T", "XENONnT"}
    assert {curve.experiment for curve in found.allowed} == {"DEAP-3600", "COSINE-100", "PICO-60"}
    assert found.sentence.startswith("m = 50 GeV, σ = 10⁻⁴⁶ cm²: excluded by LZ 2024 (90 % CL)")
    assert "; not by " in found.sentence


def test_a_point_in_the_fog_says_so() -> None:
    found = verdict(published_curves("si", ["main", "theory"]), 1000.0, 1e-48)
    assert found.excluded == ()
    assert "neutrino fog of Xe" in found.sentence


def test_a_mass_that_no_limit_reaches() -> None:
    found = verdict(published_curves("si", ["main"]), 1e-3, 1e-40)
    assert found.sentence.endswith("no observed limit shown reaches this mass")
    assert len(found.beyond) == 6


def test_above_the_overburden_nothing_is_excluded() -> None:
    curve = published_curve("si-tesseract-2025")
    mass = 0.3
    limit = float(curve.at(mass))
    top = float(np.interp(np.log(mass), np.log(curve.mass), np.log(curve.columns["excluded up to [cm2]"])))
    assert excludes(curve, mass, limit * 1.01) is True
    assert excludes(curve, mass, np.exp(top) * 1.01) is False


@given(mass=st.floats(1.0, 1e5), value=st.floats(1e-50, 1e-36))
def test_a_limit_that_excludes_a_point_excludes_all_above(mass: float, value: float) -> None:
    curve = published_curve("si-lz-2024")
    below = excludes(curve, mass, value)
    assert (below is None) == (not curve.mass[0] <= mass <= curve.mass[-1])
    if below:
        assert excludes(curve, mass, value * 10)


@pytest.mark.parametrize(
    ("value", "text"), [(3.2e-47, "3.2×10⁻⁴⁷"), (1e-46, "10⁻⁴⁶"), (2e6, "2×10⁶"), (0.05, "0.05"), (0.0, "0")]
)
def test_numbers_are_written_as_people_write_them(value: float, text: str) -> None:
    assert scientific(value) == text


def test_search_needs_every_word_in_any_case() -> None:
    curve = published_curve("si-lz-2024")
    assert matches(curve, "lz 90 % collaboration")
    assert matches(curve, "2410.17036")
    assert not matches(curve, "lz xenon")
    assert [c.id for c in select(published_curves("si"), text="xlzd")] == [
        "si-xlzd-1000ty-projection",
        "si-xlzd-200ty-projection",
    ]


def test_one_summary_per_plane_direct_first() -> None:
    curves = [*published_curves("sigma_v/bb"), *published_curves("sd_p"), *published_curves("si")]
    assert [s.plane.name for s in summaries(curves)] == ["si", "sd_p", "sigma_v/bb"]


def test_kinds_experiments_and_history_are_chosen() -> None:
    curves = published_curves()
    shown = chosen(Choice("si"), curves).curves
    assert all(is_default(curve) for curve in shown)
    assert not any(curve.kind == "projection" for curve in shown)
    projections = chosen(Choice("si", kinds=frozenset({"projection"})), curves).curves
    assert {curve.kind for curve in projections} == {"projection"}
    everything = chosen(Choice("si", frozenset({"observed"}), everything=True), curves).curves
    assert {"history", "low_mass", "migdal"} < {curve.group for curve in everything}
    one = chosen(Choice("si", frozenset({"observed"}), frozenset({"LZ"}), everything=True), curves)
    assert {curve.experiment for curve in one.curves} == {"LZ"}


def test_another_density_moves_what_states_one_and_lists_the_rest(make) -> None:
    mine = make(assumptions={"rho_dm": 0.3}, provenance="computed", id="mine")
    found = chosen(Choice("si", rho_dm=0.6), [*published_curves(), mine])
    moved = next(curve for curve in found.curves if curve.id == "mine")
    np.testing.assert_allclose(moved.limit, mine.limit / 2)
    assert {curve.kind for curve in found.curves} == {"observed", "theory"}
    assert all("rho_dm" in reason for _, reason in found.refused)
    assert not chosen(Choice("sigma_v/bb", rho_dm=0.6), published_curves()).refused


def test_only_the_newest_run_of_an_experiment_is_shown_at_first(make) -> None:
    runs = [make(id="darkside50", run_id=f"2026010{i}-abcdefgh") for i in (1, 3, 2)]
    other = make(id="other", run_id="20250101-abcdefgh")
    assert older_runs([*runs, other]) == {"20260101-abcdefgh", "20260102-abcdefgh"}


def test_planes_with_nothing_but_theory_are_not_offered() -> None:
    found = planes(published_curves())
    assert found[0] == "si"
    assert "sigma_v/bb" in found
    assert "sigma_v/cc" not in found
