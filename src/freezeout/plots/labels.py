"""Where the names of the curves stand so that they can be read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from freezeout.plots.overlays import Axis, Overlay, Series
from freezeout.plots.style import is_computed

Box = tuple[float, float, float, float]

_CHARACTER = 0.6  # width of a character in units of its height
_LINE = 1.25
_GAP = 3.0
_EDGE = 2.0
_STEPS = 28
_TOLERATED = 6
_ALIGNED = ("left", "right", "center")


@dataclass(frozen=True)
class Label:
    """A name beside a point of its curve.

    It keeps its distance from that point in a frame of any size.

    Attributes
    ----------
    x, y : float
        The point of the curve, in data coordinates.
    dx, dy : float
        From the point to the name's left end, right end or middle, upwards and rightwards,
        in the unit of the frame.
    align : str
        Which of these: ``left``, ``right`` or ``center``; vertically it is the middle.
    """

    series: Series
    x: float
    y: float
    dx: float
    dy: float
    align: str
    text: str


def place(
    overlay: Overlay,
    width: float,
    height: float,
    size: float,
    measure: Callable[[str], float] | None = None,
) -> tuple[Label, ...]:
    """Place the names of as many curves as can be read; computed curves come first.

    A name lies wholly in the frame, close to its curve, and on no other name; it is left out
    where there is no such place.

    Parameters
    ----------
    width, height : float
        Of the plot's frame, in pixels or points.
    size : float
        Height of the letters, in the same unit.
    measure : callable, optional
        Width of a text in the same unit; estimated from the number of its letters unless given.
    """
    measure = measure or (lambda text: _CHARACTER * size * len(text))
    paths = {s.key: _path(overlay, s, width, height) for s in overlay.series}
    taken: list[Box] = []
    found = []
    order = sorted(overlay.series, key=lambda s: (not is_computed(s.curve), s.style.opacity < 1, s.shaded))
    for series in order:
        best = _best(paths, series.key, taken, (width, height), (measure(series.name), _LINE * size))
        if best is not None:
            box, (x, y), align = best
            taken.append(box)
            at = {"left": box[0], "right": box[2], "center": (box[0] + box[2]) / 2}[align]
            found.append(
                Label(
                    series, _value(overlay.x, x / width), _value(overlay.y, y / height),
                    at - x, (box[1] + box[3]) / 2 - y, align, series.name,
                )
            )  # fmt: skip
    return tuple(found)


def _path(overlay: Overlay, series: Series, width: float, height: float) -> np.ndarray:
    """Points along the curve, in the frame's units, close enough to see what a box would cover."""
    x = overlay.x.fraction(series.x) * width
    y = overlay.y.fraction(series.y) * height
    good = np.isfinite(x) & np.isfinite(y)
    points = np.column_stack([x[good], y[good]])
    if not series.style.line or len(points) < 2:
        return points
    length = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    if length[-1] == 0:
        return points[:1]
    along = np.linspace(0, length[-1], max(int(length[-1] / 3), 2))
    return np.column_stack([np.interp(along, length, points[:, i]) for i in (0, 1)])


def _best(
    paths: dict[str, np.ndarray],
    key: str,
    taken: list[Box],
    frame: tuple[float, float],
    text: tuple[float, float],
) -> tuple[Box, tuple[float, float], str] | None:
    """The box of a name, the point of the curve that it belongs to, and the side it keeps to."""
    own = paths[key]
    width, height = text
    inside = own[(own[:, 0] > 0) & (own[:, 0] < frame[0]) & (own[:, 1] > 0) & (own[:, 1] < frame[1])]
    if not len(inside):
        return None
    anchors = inside[np.unique(np.linspace(0, len(inside) - 1, _STEPS).astype(int))]
    all_points = np.concatenate(list(paths.values()))
    best, cost = None, float(_TOLERATED)
    # from the right end: there the curves lie apart most
    for rank, (x, y) in enumerate(anchors[::-1]):
        for align, left in zip(_ALIGNED, (x + _GAP, x - width - _GAP, x - width / 2), strict=True):
            for bottom in (y + _GAP, y - height - _GAP, y - height / 2):
                box = (left, bottom, left + width, bottom + height)
                if min(box[:2]) < _EDGE or box[2] > frame[0] - _EDGE or box[3] > frame[1] - _EDGE:
                    continue
                if any(_overlap(box, other) for other in taken):
                    continue
                price = _count(all_points, box) + 0.02 * rank
                if price < cost:
                    best, cost = (box, (float(x), float(y)), align), price
    return best


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _count(points: np.ndarray, box: Box) -> int:
    x, y = points[:, 0], points[:, 1]
    return int(np.count_nonzero((x > box[0]) & (x < box[2]) & (y > box[1]) & (y < box[3])))


def _value(axis: Axis, fraction: float) -> float:
    """The value at a part of the axis's length."""
    if axis.scale == "linear":
        return axis.low + fraction * (axis.high - axis.low)
    return float(axis.low * (axis.high / axis.low) ** fraction)
