"""Summary plots as files: an interactive page, or a picture for print."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from freezeout.errors import InputError
from freezeout.files import write_atomically
from freezeout.limits.curve import LimitCurve
from freezeout.plots.overlays import Overlay
from freezeout.plots.summary import summaries

SUFFIXES = (".html", ".pdf", ".png", ".svg")


def save(
    overlays: Overlay | Sequence[Overlay] | Iterable[LimitCurve], path: Path | str, *, title: str = ""
) -> Path:
    """Write a summary to `path`, whole or not at all; the suffix chooses the format.

    ``.html`` is one page with a tab per plane, a table of the curves with their references, and
    everything that it needs inside: it works without a network. ``.pdf``, ``.png`` and ``.svg``
    are one picture with a panel per plane.

    Parameters
    ----------
    overlays : Overlay, sequence of Overlay, or curves
        Curves are laid out with one overlay per plane.
    path : path
        Ends in ``.html``, ``.pdf``, ``.png`` or ``.svg``.
    title : str, optional
        Title of the page.

    Raises
    ------
    InputError
        For another suffix, nothing to draw, or a path that cannot be written.
    """
    path = Path(path)
    suffix = check_suffix(path)
    found = _overlays(overlays)
    if not any(described.series for described in found):
        raise InputError("there is no curve to draw", hint="choose a plane that has curves")
    if suffix == ".html":
        from freezeout.plots.page import render

        return write_atomically(path, render(found, title))
    from freezeout.plots.matplotlib import picture

    return write_atomically(path, picture(found, suffix[1:]))


def check_suffix(path: Path) -> str:
    """The suffix of a path that a plot can be written to.

    Raises
    ------
    InputError
        For any other.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(
            f"cannot write a plot as '{path.suffix or path.name}'",
            hint=f"end the path in {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}",
            code="unknown_format",
        )
    return suffix


def _overlays(given: Overlay | Sequence[Overlay] | Iterable[LimitCurve]) -> tuple[Overlay, ...]:
    if isinstance(given, Overlay):
        return (given,)
    items = list(given)
    described = [item for item in items if isinstance(item, Overlay)]
    curves = [item for item in items if isinstance(item, LimitCurve)]
    return (*described, *summaries(curves))
