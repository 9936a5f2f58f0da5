"""An interactive summary plot: Bokeh figures that need nothing from the network."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
from bokeh.models import (
    ColumnDataSource,
    CustomJS,
    HoverTool,
    Legend,
    LegendItem,
    LogTicker,
    Range1d,
    Span,
)
from bokeh.models import (
    Label as TextLabel,
)
from bokeh.plotting import figure

from freezeout.limits.curve import LimitCurve
from freezeout.plots.labels import Label, place
from freezeout.plots.overlays import Axis, Overlay, Series, overlay

_DASHES = {"solid": [], "dashed": [8, 4], "dashdot": [9, 3, 2, 3], "dotted": [2, 3]}
_SYMBOLS = {"m_χ": "mᵪ", "m_med": "M", "σ_SI": "σ(SI)", "σ_SD,p": "σ(SDp)", "σ_SD,n": "σ(SDn)"}
_WIDTHS = (240, 320, 420, 540, 700, 900)  # of the frame, pixels: names are placed for each
_AROUND = 92  # pixels of the height that title, tools and axis take
_SIZE = 11
_FONT = "system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif"


def show(
    curves: Overlay | LimitCurve | Iterable[LimitCurve],
    *,
    height: int = 600,
    legend: bool = True,
    **options: Any,
) -> Any:
    """A Bokeh figure of curves that share a plane.

    The pointer shows a curve's facts, a click on the legend hides and shows a curve, the wheel
    zooms. Each curve's renderers carry its key as their name, so that a page can find them.

    Parameters
    ----------
    curves : Overlay or iterable of LimitCurve
    height : int, pixels
        The width follows the page.
    legend : bool
        Draw the legend right of the frame.
    **options
        For `freezeout.plots.overlay`.

    Raises
    ------
    InputError
        When the curves are not of one plane.
    """
    if not isinstance(curves, Overlay):
        curves = overlay([curves] if isinstance(curves, LimitCurve) else curves, **options)
    drawn = _frame(curves, height)
    items = []
    for series in curves.series:
        renderers = _renderers(drawn, series, curves)
        items.append(LegendItem(label=series.label, renderers=renderers, name=series.key))
    _names(drawn, curves, items, height)
    if legend and items:
        drawn.add_layout(_legend(items), "right")
    return drawn


def _frame(described: Overlay, height: int) -> Any:
    drawn = figure(
        x_axis_type=described.x.scale,
        y_axis_type=described.y.scale,
        x_range=Range1d(described.x.low, described.x.high),
        y_range=Range1d(described.y.low, described.y.high),
        x_axis_label=_written(described.x.title),
        y_axis_label=_written(described.y.title),
        title=described.title,
        tools="pan,box_zoom,wheel_zoom,reset,save",
        active_scroll=None,
        height=height,
        min_width=320,
        sizing_mode="stretch_width",
        toolbar_location="above",
        name=f"plot:{described.plane.name}",
    )
    drawn.toolbar.logo = None
    drawn.title.text_font = _FONT
    drawn.title.text_font_size = "15px"
    for axis, side in ((drawn.xaxis[0], described.x), (drawn.yaxis[0], described.y)):
        axis.axis_label_text_font = _FONT
        axis.axis_label_text_font_style = "normal"
        axis.axis_label_text_font_size = "14px"
        axis.major_label_text_font = _FONT
        axis.major_label_text_font_size = "12px"
        if side.scale == "log":
            axis.ticker = LogTicker(desired_num_ticks=20, num_minor_ticks=9)
    drawn.xgrid.grid_line_alpha = 0.5
    drawn.ygrid.grid_line_alpha = 0.5
    for dimension in ("width", "height"):
        drawn.add_layout(
            Span(
                dimension=dimension,
                line_color="#444444",
                line_dash="dotted",
                visible=False,
                name=f"cross:{dimension}",
            )
        )
    return drawn


def _renderers(drawn: Any, series: Series, described: Overlay) -> list[Any]:
    style = series.style
    source = ColumnDataSource({"x": series.x, "y": series.y})
    colour = {"color": style.colour, "alpha": style.opacity, "name": series.key}
    found: list[Any] = []
    if style.line:
        found.append(
            drawn.line(
                "x", "y", source=source, line_width=style.width, line_dash=_DASHES[style.dash], **colour
            )
        )
    if style.marker:
        every = max(series.x.size // 12, 1)
        chosen = ColumnDataSource({"x": series.x[::every], "y": series.y[::every]})
        found.append(drawn.scatter("x", "y", source=chosen, size=7, marker=style.marker, **colour))
    if series.closed:
        found.append(
            drawn.patch(
                series.x,
                series.y,
                fill_alpha=0.2 * style.opacity,
                line_width=0,
                color=style.colour,
                name=series.key,
            )
        )
    targets = list(found)
    if series.shaded:
        found.append(
            _between(drawn, series, series.x, np.full(series.x.size, _bottom(described.y)), series.y, 0.13)
        )
    for sigmas, opacity in ((2, 0.12), (1, 0.2)):
        band = series.band(sigmas)
        if band:
            found.append(_between(drawn, series, *band, opacity))
    if series.median:
        found.append(drawn.line(*series.median, line_dash=_DASHES["dashed"], line_width=1.2, **colour))
    drawn.add_tools(
        HoverTool(renderers=targets, tooltips=_tooltip(series), visible=False, attachment="horizontal",
                  line_policy="nearest", name=f"hover:{series.key}")
    )  # fmt: skip
    return found


def _names(drawn: Any, described: Overlay, items: list[LegendItem], height: int) -> None:
    """Names on the curves, which the page arranges anew when the frame or its ranges change."""
    places: dict[str, list[tuple[float, float, float, float, str] | None]] = {}
    first: dict[str, Label] = {}
    for number, width in enumerate(_WIDTHS):
        for label in place(described, width, height - _AROUND, _SIZE):
            key = label.series.key
            first[key] = label
            spots = places.setdefault(key, [None] * len(_WIDTHS))
            spots[number] = (label.x, label.y, label.dx, label.dy, label.align)
    curves = {item.name: item.renderers[0] for item in items}
    texts = []
    for key, label in first.items():
        texts.append(
            TextLabel(
                x=label.x, y=label.y, x_offset=label.dx, y_offset=label.dy, text_align=label.align,
                text=label.text, text_color=label.series.style.colour,
                text_font_size=f"{_SIZE}px", text_font=_FONT, text_baseline="middle",
                background_fill_color="white", background_fill_alpha=0.55,
                visible=False, name=f"label:{key}",
            )
        )  # fmt: skip
        drawn.add_layout(texts[-1])
    arrange = CustomJS(
        args={
            "fig": drawn, "names": texts, "curves": [curves[key] for key in first],
            "places": [places[key] for key in first], "widths": _WIDTHS,
            "font": f"{_SIZE}px {_FONT}", "size": _SIZE,
        },
        code=(Path(__file__).parent / "labels.js").read_text(encoding="utf-8"),
    )  # fmt: skip
    for name in ("inner_width", "inner_height"):
        drawn.js_on_change(name, arrange)
    for axis in (drawn.x_range, drawn.y_range):
        for name in ("start", "end"):
            axis.js_on_change(name, arrange)
    for key in first:
        curves[key].js_on_change("visible", arrange)


def _between(
    drawn: Any, series: Series, x: np.ndarray, low: np.ndarray, high: np.ndarray, opacity: float
) -> Any:
    return drawn.varea(
        x, low, high, fill_color=series.style.colour, fill_alpha=opacity, level="underlay", name=series.key
    )


def _bottom(axis: Axis) -> float:
    return axis.low if axis.scale == "linear" else axis.low * 1e-6


def _tooltip(series: Series) -> str:
    rows = [(name, _plain(text if len(text) < 220 else text[:219] + "…")) for name, text in series.facts]
    cells = "".join(
        f'<div><span style="color:#666">{escape(name)}:</span> {text}</div>' for name, text in rows
    )
    return (
        f'<div style="max-width:340px;white-space:normal;font:12px {escape(_FONT, quote=True)}">'
        f'<div style="font-weight:600;color:{series.style.colour}">{_plain(series.label)}</div>{cells}</div>'
    )


def _plain(text: str) -> str:
    """`text` as HTML in which Bokeh finds no field of its own (``@name``, ``$name``)."""
    return escape(text).replace("@", "&#64;").replace("$", "&#36;")


def _written(title: str) -> str:
    """A title whose subscripts need no typesetting."""
    for plain, written in _SYMBOLS.items():
        title = title.replace(plain, written)
    return title


def _legend(items: list[LegendItem]) -> Legend:
    small = len(items) > 22
    return Legend(
        items=items,
        click_policy="hide",
        location="top_left",
        border_line_color=None,
        label_text_font=_FONT,
        label_text_font_size="10px" if small else "11.5px",
        spacing=0 if small else 2,
        padding=4,
        glyph_height=14 if small else 16,
        label_height=14 if small else 16,
        name="legend",
    )
