"""The list of curves under a dashboard's plot, as HTML."""

from __future__ import annotations

from html import escape

from freezeout.limits.curve import LimitCurve
from freezeout.plots.overlays import Series
from freezeout.plots.summary import reference_links
from freezeout.plots.swatch import swatch


def row(series: Series) -> str:
    """What stands beside a curve's tick box: swatch, kind, confidence level, run, references."""
    curve = series.curve
    said = [curve.kind, curve.provenance, *dict.fromkeys((curve.confidence, *series.flags))]
    if curve.run_id:
        said.append(f"run {curve.run_id}{' in the lake' if curve.group == 'lake' else ''}")
    notes = escape("; ".join(curve.notes), quote=True)
    return (
        f'<div class="fz-row" title="{notes}">{swatch(series.style)}'
        f"<span>{escape(' · '.join(dict.fromkeys(said)))}</span><span>{references(curve)}</span></div>"
    )


def refused(curve: LimitCurve, reason: str) -> str:
    """A curve that cannot be compared, struck through, with the reason."""
    return (
        f'<div class="fz-row fz-refused"><s>{escape(curve.label)}</s>'
        f"<span>not comparable: {escape(reason)}</span></div>"
    )


def references(curve: LimitCurve) -> str:
    """The curve's references as links."""
    return ", ".join(
        f'<a href="{escape(address, quote=True)}" target="_blank" rel="noopener">{escape(text)}</a>'
        if address
        else escape(text)
        for text, address in reference_links(curve)
    )
