"""The description of a summary plot says all that a reader must know."""

from __future__ import annotations

import numpy as np
import pytest

from freezeout import InputError, published_curves
from freezeout.limits.planes import plane
from freezeout.plots.overlays import overlay, why_not


def test_every_label_has_the_curves_own_level(make) -> None:
    described = overlay(
        [make(confidence_level=0.9), make(confidence_level=0.95), make(confidence_level=None)]
    )
    labels = [series.label for series in described.series]
    assert [("90 % CL" in labels[0]), ("95 % CL" in labels[1]), ("CL unknown" in labels[2])] == [True] * 3
    assert any("CL unknown" in note for note in described.notes)


def test_flags_stand_in_the_label(make) -> None:
    described = overlay(
        [make(kind="projection"), make(notes=("toy: three invented points",)), make(kind="expected")]
    )
    assert [series.flags for series in described.series] == [("projection",), ("toy",), ("expected",)]
    for series in described.series:
        assert series.flags[0] in series.label


def test_facts_name_experiment_level_assumptions_reference_and_run(make) -> None:
    curve = make(assumptions={"rho_dm": 0.3}, exposure="16660 kg day", run_id="20260101-abcdefgh")
    facts = dict(overlay([curve]).series[0].facts)
    assert facts["experiment"] == "A"
    assert facts["confidence level"] == "90 % CL"
    assert facts["provenance"] == "collaboration"
    assert facts["exposure"] == "16660 kg day"
    assert facts["assumes"] == "rho_dm = 0.3"
    assert facts["reference"] == "arXiv:1802.07198"
    assert facts["run"] == "20260101-abcdefgh"


def test_another_plane_is_refused_with_the_reason(make) -> None:
    tau, bottom = make(plane="sigma_v/tautau"), make(plane="sigma_v/bb")
    with pytest.raises(InputError, match="annihilation into tautau, the plot for bb"):
        overlay([bottom, tau])
    described = overlay([bottom, tau], strict=False)
    assert described.curves == (bottom,)
    assert described.refused == ((tau, "it is for annihilation into tautau, the plot for bb"),)
    assert "mediator" in why_not(make(plane="mediator/vector"), plane("mediator/axial"))
    assert "wimp-proton" in why_not(make(plane="sd_p"), plane("si"))


def test_nothing_to_draw_is_said() -> None:
    with pytest.raises(InputError, match="no curve to draw"):
        overlay([])
    assert overlay([], plane="si").series == ()


def test_unlike_densities_are_noted(make) -> None:
    curves = [make(assumptions={"rho_dm": value}) for value in (0.3, 0.4)]
    assert overlay(curves).notes == ("the curves assume different rho_dm: 0.3, 0.4 GeV/cm³",)


def test_axes_hold_every_curve_and_are_in_the_fields_units() -> None:
    described = overlay(published_curves("si", ["main"]))
    assert described.x.title == "WIMP mass m_χ [GeV]"
    assert described.y.title == "WIMP–nucleon cross-section σ_SI [cm²]"
    for series in described.series:
        assert described.x.low < series.x.min()
        assert series.x.max() < described.x.high
        assert described.y.low < np.nanmin(series.y)
        assert np.nanmax(series.y) < described.y.high
    assert overlay(published_curves("sigma_v/bb")).y.unit == "cm³/s"


def test_the_fog_leaves_room_below_the_lowest_limit() -> None:
    limits = overlay(published_curves("si", ["main"])).y.low
    assert overlay(published_curves("si", ["main", "theory"])).y.low < limits


@pytest.mark.parametrize("given", [(1.0, 1.0), (-1.0, 1.0), (2.0, 1.0), (float("nan"), 1.0)])
def test_a_range_that_is_no_axis_is_refused(make, given: tuple[float, float]) -> None:
    with pytest.raises(InputError, match="is no axis"):
        overlay([make()], x_range=given)


def test_a_region_is_closed_and_the_fog_shaded() -> None:
    described = overlay(published_curves("si", ["region", "theory"]))
    regions = [series for series in described.series if series.closed]
    assert len(regions) == 2
    for series in regions:
        assert (series.x[0], series.y[0]) == (series.x[-1], series.y[-1])
    assert [series.shaded for series in described.series if not series.closed] == [True, True]
    relic = overlay(published_curves("sigma_v/bb", ["theory"])).series[0]
    assert not relic.shaded


def test_gaps_are_kept(make) -> None:
    series = overlay([make(limit=np.array([1e-44, np.inf, 1e-45]))]).series[0]
    assert np.isnan(series.y[1])


def test_bands_are_drawn_of_computed_curves_or_when_curves_are_few(make) -> None:
    bands = {f"sensitivity_{n}sigma": np.array([1e-44] * 3) * f for n, f in (("m1", 1), ("p1", 2))}
    published, computed = make(bands=bands), make(bands=bands, provenance="computed")
    many = overlay([published, computed, *(make() for _ in range(4))])
    assert many.series[0].band(1) is None
    assert many.series[1].band(1) is not None
    assert many.series[1].band(2) is None
    assert overlay([published]).series[0].band(1) is not None


def test_keys_are_unique(make) -> None:
    described = overlay([make(id="a"), make(id="a"), make(id="b")])
    assert [series.key for series in described.series] == ["a", "a#2", "b"]


def test_a_published_curve_far_beyond_does_not_squeeze_a_computed_one_and_is_named(make) -> None:
    mass = np.array([100.0, 1e4, 3e7])
    far = make(mass=mass, limit=np.array([1e-44, 1e-43, 1e-39]), label="Far")
    assert overlay([far]).x.high > 3e7
    described = overlay([make(provenance="computed", run_id="one"), far])
    assert described.x.high == pytest.approx(1.25e5)
    assert described.x.low == pytest.approx(10 / 1.25)
    assert described.y.high < 1e-39
    assert "Far goes on outside the plot, up to 3e7 GeV" in described.notes
    assert not any("outside" in note for note in overlay([make(provenance="computed", run_id="one")]).notes)
