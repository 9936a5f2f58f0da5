"""The names on the curves can be read."""

from __future__ import annotations

import itertools

import pytest

from freezeout import published_curves
from freezeout.plots.labels import place
from freezeout.plots.overlays import overlay

FRAME = (640.0, 500.0)
SIZE = 11.0


@pytest.mark.parametrize("name", ["si", "sd_p", "sd_n", "sigma_v/bb", "sigma_v/tautau"])
def test_no_two_names_overlap_and_none_leaves_the_frame(name: str) -> None:
    described = overlay(published_curves(name))
    labels = place(described, *FRAME, SIZE)
    assert labels
    boxes = []
    for label in labels:
        left = float(described.x.fraction(label.x)) * FRAME[0]  # type: ignore[arg-type]
        middle = float(described.y.fraction(label.y)) * FRAME[1]  # type: ignore[arg-type]
        boxes.append((left, middle - SIZE / 2, left + 0.5 * SIZE * len(label.text), middle + SIZE / 2))
    for box in boxes:
        assert box[0] > 0
        assert box[2] < FRAME[0]
        assert 0 < box[1] < box[3] < FRAME[1]
    for a, b in itertools.combinations(boxes, 2):
        assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def test_a_plot_of_few_curves_names_each() -> None:
    described = overlay(published_curves("sd_n", ["main", "theory"]))
    assert {label.series.key for label in place(described, *FRAME, SIZE)} == {s.key for s in described.series}


def test_a_curve_outside_the_frame_has_no_name(make) -> None:
    described = overlay([make()], x_range=(1e5, 1e6))
    assert place(described, *FRAME, SIZE) == ()
