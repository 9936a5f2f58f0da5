"""A little piece of a curve's line, for lists and tables."""

from __future__ import annotations

from freezeout.plots.style import Style

_DASHES = {"solid": "none", "dashed": "6 3", "dashdot": "7 2 2 2", "dotted": "2 2"}
_SHAPES = {
    "circle": '<circle cx="17" cy="6" r="3.2"{}/>',
    "square": '<rect x="14" y="3" width="6" height="6"{}/>',
    "triangle": '<path d="M17 2l4 7h-8z"{}/>',
    "diamond": '<path d="M17 2l4 4-4 4-4-4z"{}/>',
}


def swatch(style: Style) -> str:
    """The line's colour, dash and marker as an inline SVG picture, hidden from screen readers."""
    parts = []
    if style.line:
        width = min(style.width, 3)
        parts.append(
            f'<line x1="1" y1="6" x2="33" y2="6" stroke="{style.colour}" stroke-width="{width:g}"'
            f' stroke-dasharray="{_DASHES[style.dash]}" opacity="{style.opacity:g}"/>'
        )
    if style.marker:
        parts.append(_SHAPES[style.marker].format(f' fill="{style.colour}" opacity="{style.opacity:g}"'))
    return f'<svg width="34" height="12" aria-hidden="true" focusable="false">{"".join(parts)}</svg>'
