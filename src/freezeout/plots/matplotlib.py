"""A summary plot for print: Matplotlib figures, made without any display."""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Iterable, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from freezeout.errors import InputError
from freezeout.limits.curve import LimitCurve
from freezeout.plots.labels import place
from freezeout.plots.overlays import Axis, Overlay, Series, overlay

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FORMATS = ("pdf", "png", "svg")
_STYLE: Any = {
    "font.family": "sans-serif",
    "font.size": 9.5,
    "axes.linewidth": 0.8,
    "axes.labelsize": 10.5,
    "axes.titlesize": 11,
    "mathtext.fontset": "dejavusans",
    "pdf.fonttype": 42,
    "svg.hashsalt": "freezeout",
    "xtick.direction": "in",
    "ytick.direction": "in",
    "xtick.top": True,
    "ytick.right": True,
}
_DASHES = {"solid": "-", "dashed": (0, (5, 2.2)), "dashdot": (0, (6, 2, 1.2, 2)), "dotted": (0, (1.2, 1.6))}
_MARKERS = {"circle": "o", "square": "s", "triangle": "^", "diamond": "D", None: None}
_SYMBOLS = {
    "σ_SI": r"$\sigma_{\mathrm{SI}}$",
    "σ_SD,p": r"$\sigma_{\mathrm{SD},p}$",
    "σ_SD,n": r"$\sigma_{\mathrm{SD},n}$",
    "⟨σv⟩": r"$\langle\sigma v\rangle$",
    "m_χ": r"$m_\chi$",
    "m_med": r"$m_{\mathrm{med}}$",
    "cm²": r"cm$^2$",
    "cm³/s": r"cm$^3$/s",
}
_LABEL_SIZE = 7.5
_WIDTH = 7.2  # inches: a page's text, so that letters keep their size in print
_HEIGHT = 4.5


def draw(
    curves: Overlay | LimitCurve | Iterable[LimitCurve], *, legend: bool = True, **options: Any
) -> Figure:
    """A Matplotlib figure of curves that share a plane.

    Parameters
    ----------
    curves : Overlay or iterable of LimitCurve
    legend : bool
        Draw the legend, with each curve's own confidence level, right of the frame.
    **options
        For `freezeout.plots.overlay`.

    Raises
    ------
    InputError
        When the curves are not of one plane.
    """
    return figure([_described(curves, options)], legend=legend)


def figure(overlays: Sequence[Overlay], *, legend: bool = True) -> Figure:
    """One figure with a panel per overlay: one above another, or two side by side without legends.

    Raises
    ------
    InputError
        When there is no overlay.
    """
    if not overlays:
        raise InputError("there is no plot to draw")
    columns = 1 if legend else min(len(overlays), 2)
    rows = math.ceil(len(overlays) / columns)
    with matplotlib.rc_context(_STYLE):
        longest = max(len(described.series) for described in overlays) if legend else 0
        width = _WIDTH if legend else 4.8 * columns
        size = (width, max(_HEIGHT, 0.145 * longest + 0.4) * rows)
        drawn = Figure(figsize=size, layout="constrained", dpi=150)
        panels = drawn.subplots(rows, columns, squeeze=False).ravel()
        for axes, described in zip(panels, overlays, strict=False):
            _panel(axes, described, legend)
        for axes in panels[len(overlays) :]:
            axes.set_axis_off()
        # only now are the frames as large as they will be
        drawn.draw_without_rendering()
        for axes, described in zip(panels, overlays, strict=False):
            _labels(axes, described)
    return drawn


def picture(overlays: Sequence[Overlay], format: str) -> bytes:
    """The figure of `overlays` as the bytes of a pdf, png or svg file."""
    stream = io.BytesIO()
    metadata = {"pdf": {"CreationDate": None}, "svg": {"Date": None}, "png": {}}[format]
    with matplotlib.rc_context(_STYLE), warnings.catch_warnings():
        # a sign that the font lacks is drawn as a box, which the user sees
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure(overlays).savefig(stream, format=format, metadata=metadata, dpi=200)
    return stream.getvalue()


def _described(curves: Overlay | LimitCurve | Iterable[LimitCurve], options: dict[str, Any]) -> Overlay:
    if isinstance(curves, Overlay):
        return curves
    return overlay([curves] if isinstance(curves, LimitCurve) else curves, **options)


def _panel(axes: Axes, described: Overlay, legend: bool) -> None:
    axes.set_xscale(described.x.scale)
    axes.set_yscale(described.y.scale)
    axes.set_xlim(described.x.low, described.x.high)
    axes.set_ylim(described.y.low, described.y.high)
    _ticks(axes, described)
    axes.set_xlabel(_mathematical(described.x.title))
    axes.set_ylabel(_mathematical(described.y.title))
    axes.set_title(described.title, loc="left")
    axes.grid(True, which="major", linewidth=0.4, color="#e3e3e3", zorder=0)
    handles = [_series(axes, series, described) for series in described.series]
    if legend and handles:
        axes.legend(
            handles,
            [series.label for series in described.series],
            loc="upper left",
            bbox_to_anchor=(1.02, 1.0),
            borderaxespad=0,
            frameon=False,
            fontsize=7.5 if len(handles) <= 26 else 6.2,
            handlelength=2.2,
        )
    if described.notes:
        axes.annotate(
            "\n".join(line for note in described.notes for line in wrap(note, 110)),
            (0, 0),
            (0, -38),
            xycoords="axes fraction",
            textcoords="offset points",
            fontsize=7,
            color="#555555",
            va="top",
        )


def _ticks(axes: Axes, described: Overlay) -> None:
    from matplotlib.ticker import LogLocator, NullFormatter

    for axis, side in ((axes.xaxis, described.x), (axes.yaxis, described.y)):
        if side.scale != "log":
            continue
        decades = math.log10(side.high / side.low)
        axis.set_major_locator(LogLocator(numticks=12))
        if decades < 15:
            axis.set_minor_locator(LogLocator(subs=tuple(np.arange(2, 10) * 0.1), numticks=400))
        axis.set_minor_formatter(NullFormatter())


def _series(axes: Axes, series: Series, described: Overlay) -> Any:
    style = series.style
    common: dict[str, Any] = {"color": style.colour, "linewidth": 0}
    for sigmas, opacity in ((2, 0.12), (1, 0.2)):
        band = series.band(sigmas)
        if band:
            axes.fill_between(*band, alpha=opacity, zorder=1.5, **common)
    if series.median:
        axes.plot(*series.median, color=style.colour, linewidth=1.1, linestyle=_DASHES["dashed"], zorder=2.5)
    if series.shaded:
        axes.fill_between(series.x, _bottom(described.y), series.y, alpha=0.13, zorder=1, **common)
    if series.closed:
        axes.fill(series.x, series.y, alpha=0.22 * style.opacity, zorder=2, **common)
    (line,) = axes.plot(
        series.x,
        series.y,
        color=style.colour,
        alpha=style.opacity,
        linewidth=style.width if style.line else 0,
        linestyle=_DASHES[style.dash] if style.line else "none",
        marker=_MARKERS[style.marker],
        markersize=4.2,
        markevery=max(series.x.size // 12, 1),
        solid_capstyle="round",
        zorder=4 if style.width > 2 else 3,
    )
    return line


def _bottom(axis: Axis) -> float:
    return axis.low if axis.scale == "linear" else axis.low * 1e-6


def _labels(axes: Axes, described: Overlay) -> None:
    from matplotlib.patheffects import withStroke

    frame = axes.get_window_extent()
    point = 72 / axes.figure.dpi
    for label in place(described, frame.width * point, frame.height * point, _LABEL_SIZE, _length):
        written = axes.annotate(
            label.text,
            (label.x, label.y),
            (label.dx, label.dy),
            textcoords="offset points",
            color=label.series.style.colour,
            fontsize=_LABEL_SIZE,
            va="center",
            ha=label.align,
            zorder=6,
            path_effects=[withStroke(linewidth=2, foreground="white", alpha=0.85)],
        )
        written.set_in_layout(False)
        written.set_gid(f"label:{label.series.key}")


def _length(text: str) -> float:
    """Width of a curve's name in points."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    font = FontProperties(family="sans-serif", size=_LABEL_SIZE)
    return float(TextPath((0, 0), text.replace("$", r"\$"), prop=font).get_extents().width) + 1.0


def _mathematical(title: str) -> str:
    for plain, mathematical in _SYMBOLS.items():
        title = title.replace(plain, mathematical)
    return title
