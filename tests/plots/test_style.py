"""Curves can be told apart without colour, and by the colour-blind."""

from __future__ import annotations

import numpy as np

from freezeout import published_curves
from freezeout.plots.style import COLOURS, DASHES, is_fog, styles


def test_the_kinds_differ_by_dash() -> None:
    drawn_as_lines = [DASHES[kind] for kind in ("observed", "expected", "projection", "theory")]
    assert len(set(drawn_as_lines)) == 4


def test_colour_and_marker_tell_all_experiments_apart() -> None:
    curves = [curve for curve in published_curves("si") if curve.kind != "theory"]
    assert len({curve.experiment for curve in curves}) > len(COLOURS)
    seen: dict[tuple[str, str | None], str] = {}
    for curve, style in zip(curves, styles(curves), strict=True):
        few = np.isfinite(curve.limit).sum() <= 12
        if not few:
            assert seen.setdefault((style.colour, style.marker), curve.experiment) == curve.experiment


def test_computed_curves_have_a_colour_each_and_are_thicker(make) -> None:
    runs = [make(run_id=f"2026010{i}-abcdefgh", provenance="computed") for i in range(3)]
    found = styles([*runs, make(experiment="B")])
    assert len({style.colour for style in found}) == 4
    assert all(style.width > found[-1].width for style in found[:3])


def test_few_masses_are_drawn_with_markers_and_points_without_a_line() -> None:
    (veritas,) = [c for c in published_curves("sigma_v/bb") if c.id == "sigmav-veritas-2024-bb"]
    (points,) = published_curves("si", ["points"])
    (style,) = styles([veritas])
    assert (style.marker is not None, style.line) == (True, True)
    (style,) = styles([points])
    assert (style.marker is not None, style.line) == (True, False)


def test_the_thermal_relic_is_no_fog() -> None:
    assert not any(is_fog(curve) for curve in published_curves("sigma_v/bb"))
