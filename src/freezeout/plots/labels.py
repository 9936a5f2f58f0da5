"""Where the names of the curves stand so that they can be read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from freezeout.plots.overlays import Overlay, Series
from freezeout.plots.style import is_computed

_CHARACTER = 0.58  # width of a character in units of its height
_LINE = 1.25
_GAP = 3.0
_STEPS = 28
_TOLERATED = 6


@dataclass(frozen=True)
class Label:
    """A name on its curve: the left end of its middle line in data coordinates."""

    series: Series
    x: float
    y: float
    text: str


def place(overlay: Overlay, width: float, height: float, size: float) -> tuple[Label, ...]:
    """Place the names of as many curves as can be read; computed curves come first.

    Parameters
    ----------
    width, height : float
        Of the plot's frame, in pixels or points.
    size : float
        Height of the letters, in the same unit.
    """
    paths = {s.key: _path(overlay, s, width, height) for s in overlay.series}
    taken: list[tuple[float, float, float, float]] = []
    found = []
    order = sorted(overlay.series, key=lambda s: (not is_computed(s.curve), s.style.opacity < 1, s.shaded))
    for series in order:
        box = _best(series, paths, taken, (width, height), size)
        if box is not None:
            taken.append(box)
            found.append(_label(overlay, series, box, (width, height)))
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
    series: Series,
    paths: dict[str, np.ndarray],
    taken: list[tuple[float, float, float, float]],
    frame: tuple[float, float],
    size: float,
) -> tuple[float, float, float, float] | None:
    own = paths[series.key]
    width, height = _CHARACTER * size * len(series.name), _LINE * size
    inside = own[(own[:, 0] > 0) & (own[:, 0] < frame[0]) & (own[:, 1] > 0) & (own[:, 1] < frame[1])]
    if not len(inside):
        return None
    anchors = inside[np.unique(np.linspace(0, len(inside) - 1, _STEPS).astype(int))]
    all_points = np.concatenate(list(paths.values()))
    best, cost = None, float(_TOLERATED)
    # from the right end: there the curves lie apart most
    for rank, (x, y) in enumerate(anchors[::-1]):
        for left in (x + _GAP, x - width - _GAP, x - width / 2):
            for bottom in (y + _GAP, y - height - _GAP, y - height / 2):
                box = (left, bottom, left + width, bottom + height)
                if box[0] < 2 or box[1] < 2 or box[2] > frame[0] - 2 or box[3] > frame[1] - 2:
                    continue
                if any(_overlap(box, other) for other in taken):
                    continue
                covered = _count(all_points, box)
                if covered + 0.02 * rank < cost:
                    best, cost = box, covered + 0.02 * rank
    return best


def _overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _count(points: np.ndarray, box: tuple[float, float, float, float]) -> int:
    x, y = points[:, 0], points[:, 1]
    return int(np.count_nonzero((x > box[0]) & (x < box[2]) & (y > box[1]) & (y < box[3])))


def _label(
    overlay: Overlay, series: Series, box: tuple[float, float, float, float], frame: tuple[float, float]
) -> Label:
    middle = (box[0] / frame[0], (box[1] + box[3]) / 2 / frame[1])
    x, y = (
        axis.low + f * (axis.high - axis.low)
        if axis.scale == "linear"
        else axis.low * (axis.high / axis.low) ** f
        for axis, f in zip((overlay.x, overlay.y), middle, strict=True)
    )
    return Label(series, x, y, series.name)
