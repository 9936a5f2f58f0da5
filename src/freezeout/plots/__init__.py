"""Summary plots: one description of the curves, drawn by Bokeh or by Matplotlib.

`overlay` describes a plot, `draw` gives a Matplotlib figure, `show` a Bokeh figure, `save` writes a
file (``.html``, ``.pdf``, ``.png`` or ``.svg``). Neither library is imported before it is needed.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from freezeout.plots.bokeh import show
    from freezeout.plots.export import save
    from freezeout.plots.matplotlib import draw
    from freezeout.plots.overlays import Overlay, overlay

_HOMES = {
    "Overlay": "freezeout.plots.overlays",
    "draw": "freezeout.plots.matplotlib",
    "overlay": "freezeout.plots.overlays",
    "save": "freezeout.plots.export",
    "show": "freezeout.plots.bokeh",
}

__all__ = ["Overlay", "draw", "overlay", "save", "show"]


def __getattr__(name: str) -> object:
    """Import a public name when it is first asked for."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'freezeout.plots' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
