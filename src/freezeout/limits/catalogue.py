"""Every curve that has a name: the published ones and the user's own."""

from __future__ import annotations

import difflib
from pathlib import Path

from freezeout.errors import InputError
from freezeout.limits.curve import LimitCurve
from freezeout.limits.published import published_curves
from freezeout.limits.store import OwnCurves, own_curves


def curves(plane: str | None = None, folder: Path | str | None = None) -> OwnCurves:
    """Published curves and the user's own, of one plane or of all; damaged files beside them."""
    own = own_curves(folder)
    mine = tuple(curve for curve in own.curves if plane in (None, curve.plane))
    return OwnCurves(published_curves(plane) + mine, own.damaged)


def curve(id: str, folder: Path | str | None = None) -> LimitCurve:
    """The curve of this id, published or the user's own.

    Raises
    ------
    InputError
        When there is none, or the user's file of this name is damaged.

    Examples
    --------
    >>> curve("si-lz-2024").confidence
    '90 % CL'
    """
    found = curves(folder=folder)
    by_id = {c.id: c for c in found.curves}
    if id in by_id:
        return by_id[id]
    for path, reason in found.damaged:
        if path.stem == id:
            raise InputError(reason, code="limit_damaged")
    near = difflib.get_close_matches(id, by_id, 1, 0.5)
    raise InputError(
        f"there is no curve '{id}'",
        hint=f"did you mean {near[0]}?" if near else "list them with 'freezeout limits list'",
        code="unknown_curve",
    )
