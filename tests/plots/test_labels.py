"""The names on the curves can be read."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from freezeout import published_curves
from freezeout.plots.labels import place
from freezeout.plots.matplotlib import draw, figure
from freezeout.plots.overlays import Overlay, overlay

FRAME = (640.0, 500.0)
SIZE = 11.0
PLANE_NAMES = ["si", "sd_p", "sd_n", "sigma_v/bb", "sigma_v/tautau"]
NEAR = 12.0  # points


@pytest.mark.parametrize("width", [240.0, 320.0, 640.0, 900.0])
@pytest.mark.parametrize("name", PLANE_NAMES)
def test_no_two_names_overlap_and_none_leaves_the_frame(name: str, width: float) -> None:
    described = overlay(published_curves(name))
    labels = place(described, width, FRAME[1], SIZE)
    assert labels
    boxes = []
    for label in labels:
        x = float(described.x.fraction(np.array(label.x))) * width + label.dx
        middle = float(described.y.fraction(np.array(label.y))) * FRAME[1] + label.dy
        long = 0.55 * SIZE * len(label.text)
        left = x - {"left": 0, "right": long, "center": long / 2}[label.align]
        boxes.append((left, middle - SIZE / 2, left + long, middle + SIZE / 2))
    for box in boxes:
        assert 0 < box[0] < box[2] < width
        assert 0 < box[1] < box[3] < FRAME[1]
    for a, b in itertools.combinations(boxes, 2):
        assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def drawn_names(drawn: Figure) -> list[tuple[Any, Any]]:
    """Every name in the picture with its axes."""
    drawn.canvas.draw()
    found = [(axes, text) for axes in drawn.axes for text in axes.texts]
    return [(axes, text) for axes, text in found if (text.get_gid() or "").startswith("label:")]


@pytest.mark.parametrize("legend", [True, False])
@pytest.mark.parametrize("name", PLANE_NAMES)
def test_in_print_names_are_wholly_in_their_axes_and_apart(name: str, legend: bool) -> None:
    drawn = draw(published_curves(name), legend=legend)
    names = drawn_names(drawn)
    assert names
    boxes = []
    for axes, text in names:
        box, frame = text.get_window_extent(), axes.get_window_extent()
        assert frame.x0 <= box.x0 < box.x1 <= frame.x1, text.get_text()
        assert frame.y0 <= box.y0 < box.y1 <= frame.y1, text.get_text()
        boxes.append(box)
    for a, b in itertools.combinations(boxes, 2):
        assert not a.overlaps(b)


def test_in_print_a_name_is_near_its_own_curve() -> None:
    described = overlay(published_curves("si", ["main", "theory"]))
    drawn = figure([described])
    series = {s.key: s for s in described.series}
    point = drawn.dpi / 72
    for axes, text in drawn_names(drawn):
        s = series[text.get_gid().removeprefix("label:")]
        # the curve as close as its picture: straight between its points
        path = axes.transData.transform(np.column_stack([s.x, s.y]))
        path = path[np.isfinite(path).all(axis=1)]
        steps = np.linspace(0, len(path) - 1, 200 * len(path))
        x, y = (np.interp(steps, np.arange(len(path)), path[:, i]) for i in (0, 1))
        box = text.get_window_extent()
        away = np.hypot(
            np.maximum(np.maximum(box.x0 - x, x - box.x1), 0),
            np.maximum(np.maximum(box.y0 - y, y - box.y1), 0),
        )
        assert away.min() < NEAR * point, text.get_text()


def described_planes() -> list[Overlay]:
    return [overlay(published_curves(name, ["main"])) for name in ("si", "sd_p")]


def test_in_print_panels_with_legends_stand_one_above_another_on_a_page_wide_figure() -> None:
    drawn = figure(described_planes())
    drawn.canvas.draw()
    assert drawn.get_size_inches()[0] <= 7.5
    upper, lower = (axes.get_position() for axes in drawn.axes)
    assert upper.y0 > lower.y1
    assert upper.width > 0.45
    sizes = [text.get_fontsize() for axes in drawn.axes for text in axes.get_legend().get_texts()]
    assert min(sizes) >= 7


def test_a_plot_of_few_curves_names_each() -> None:
    described = overlay(published_curves("sd_n", ["main", "theory"]))
    assert {label.series.key for label in place(described, *FRAME, SIZE)} == {s.key for s in described.series}


def test_a_curve_outside_the_frame_has_no_name(make) -> None:
    described = overlay([make()], x_range=(1e5, 1e6))
    assert place(described, *FRAME, SIZE) == ()
