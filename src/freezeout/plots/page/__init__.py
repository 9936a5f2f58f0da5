"""A summary as one HTML page that works without a network."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from html import escape
from pathlib import Path
from string import Template

import numpy as np
from bokeh.embed import components
from bokeh.events import Tap
from bokeh.models import CustomJS
from bokeh.resources import Resources

from freezeout.limits.bibtex import bibtex
from freezeout.plots.bokeh import show
from freezeout.plots.overlays import Overlay, Series
from freezeout.plots.summary import reference_links
from freezeout.plots.swatch import swatch
from freezeout.version import __version__

_TAP = """
document.dispatchEvent(new CustomEvent("freezeout:tap", {
  detail: { plot: cb_obj.origin.name, x: cb_obj.x, y: cb_obj.y },
}))
"""
_FOLDER = Path(__file__).parent


def render(overlays: Sequence[Overlay], title: str = "") -> str:
    """The page as text: a tab per overlay, its plot, and a table of its curves.

    Parameters
    ----------
    overlays : sequence of Overlay
    title : str, optional
    """
    figures = [show(described) for described in overlays]
    for drawn in figures:
        drawn.js_on_event(Tap, CustomJS(code=_TAP))
    script, divisions = components(figures)
    panels = [
        _panel(number, described, division)
        for number, (described, division) in enumerate(zip(overlays, divisions, strict=True))
    ]
    curves = [curve for described in overlays for curve in described.curves]
    return Template((_FOLDER / "page.html").read_text(encoding="utf-8")).substitute(
        title=escape(title or "Dark-matter limits"),
        bokeh=Resources(mode="inline", components=["bokeh"]).render(),
        style=(_FOLDER / "page.css").read_text(encoding="utf-8"),
        code=(_FOLDER / "page.js").read_text(encoding="utf-8"),
        script=script,
        tabs="".join(_tab(number, described) for number, described in enumerate(overlays)),
        panels="".join(panels),
        data=json.dumps([_data(described) for described in overlays]).replace("<", "\\u003c"),
        bibtex=base64.b64encode(bibtex(curves).encode()).decode(),
        version=__version__,
    )


def _tab(number: int, described: Overlay) -> str:
    chosen = "true" if number == 0 else "false"
    return (
        f'<button role="tab" id="tab-{number}" aria-controls="panel-{number}" aria-selected="{chosen}"'
        f' tabindex="{0 if number == 0 else -1}">{escape(described.title)}</button>'
    )


def _panel(number: int, described: Overlay, division: str) -> str:
    rows = "".join(_row(number, series) for series in described.series)
    refused = "".join(
        f'<tr class="refused"><td></td><td><s>{escape(curve.label)}</s></td>'
        f'<td colspan="4">not comparable: {escape(reason)}</td></tr>'
        for curve, reason in described.refused
    )
    notes = "".join(f'<p class="note">{escape(note)}</p>' for note in described.notes)
    symbol = "⟨σv⟩" if described.plane.quantity == "sigma_v" else "σ"
    return f"""
<section role="tabpanel" id="panel-{number}" aria-labelledby="tab-{number}"{"" if number == 0 else " hidden"}>
<form class="point" data-panel="{number}">
<label>m [GeV] <input name="mass" inputmode="decimal" size="8"></label>
<label>{symbol} [{escape(described.y.unit)}] <input name="value" inputmode="decimal" size="9"></label>
<output aria-live="polite">Click into the plot, or type a mass and a value, to see what is excluded.</output>
</form>
<div class="plot">{division}</div>{notes}
<label class="search">Search the curves <input type="search" data-panel="{number}"></label>
<div class="scroll"><table><thead><tr><th scope="col">shown</th><th scope="col">curve</th>
<th scope="col">experiment</th><th scope="col">kind</th><th scope="col">confidence</th>
<th scope="col">reference</th></tr></thead><tbody>{rows}{refused}</tbody></table></div>
</section>"""


def _row(number: int, series: Series) -> str:
    curve = series.curve
    links = ", ".join(
        f'<a href="{escape(address, quote=True)}">{escape(text)}</a>' if address else escape(text)
        for text, address in reference_links(curve)
    )
    notes = escape("; ".join(curve.notes), quote=True)
    key, label = escape(series.key, quote=True), escape(series.label, quote=True)
    return (
        f'<tr title="{notes}"><td><label><input type="checkbox" checked data-panel="{number}" '
        f'data-key="{key}" aria-label="show {label}">{swatch(series.style)}</label></td>'
        f"<td>{escape(series.name)}</td><td>{escape(curve.experiment)}</td>"
        f"<td>{escape(curve.kind)}, {escape(curve.provenance)}</td>"
        f"<td>{escape(', '.join(dict.fromkeys((curve.confidence, *series.flags))))}</td><td>{links}</td></tr>"
    )


def _data(described: Overlay) -> dict[str, object]:
    """What the page's own script needs to say what is excluded."""
    limits = [
        {
            "key": s.key,
            "name": f"{s.name} ({s.curve.confidence})",
            "mass": s.curve.mass.tolist(),
            "limit": [float(v) if np.isfinite(v) else None for v in s.curve.limit],
            "top": next(
                (v.tolist() for name, v in s.curve.columns.items() if name.startswith("excluded up to")), None
            ),
        }
        for s in described.series
        if s.curve.kind == "observed"
    ]
    sigma = described.plane.unit != "GeV"
    return {
        "plot": f"plot:{described.plane.name}",
        "unit": described.y.unit,
        "limits": limits if sigma else [],
    }
