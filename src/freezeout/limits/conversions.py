"""Conversions of a curve that are exact; all others are refused with the reason."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from freezeout.errors import InputError
from freezeout.limits.curve import LimitCurve

DIRECT = ("si", "sd_p", "sd_n")


@dataclass(frozen=True)
class Rescaled:
    """Curves at one local density, and those that cannot be brought there with the reason."""

    curves: tuple[LimitCurve, ...]
    refused: tuple[tuple[LimitCurve, str], ...] = ()


def rescale_density(curve: LimitCurve, rho_dm: float) -> LimitCurve:
    r"""The curve for another local dark-matter density.

    The rate in a direct search is proportional to the density times the cross-section, so that

    .. math:: \sigma(\rho') = \sigma(\rho)\, \rho / \rho'

    exactly, bands and columns of the same unit included. A region moves likewise. Theory curves do
    not move with the density in this way and are refused, as are curves that do not say which
    density they assume.

    Parameters
    ----------
    rho_dm : float, GeV/cm³

    Raises
    ------
    InputError
        With the reason why the curve cannot be rescaled.
    """
    if isinstance(rho_dm, bool) or not math.isfinite(rho_dm) or rho_dm <= 0:
        raise InputError(f"rho_dm is {rho_dm}", hint="give a positive density in GeV/cm³")
    reason = why_not_rescaled(curve)
    if reason:
        raise InputError(f"'{curve.label}' cannot be rescaled: {reason}", code="not_convertible")
    stated = float(curve.assumptions["rho_dm"])
    if stated == rho_dm:
        return curve
    factor = stated / rho_dm
    unit = f"[{curve.described_plane.unit}]"
    return curve.with_(
        limit=curve.limit * factor,
        bands={name: values * factor for name, values in curve.bands.items()},
        columns={
            name: values * factor if name.endswith(unit) else np.array(values)
            for name, values in curve.columns.items()
        },
        assumptions={**curve.assumptions, "rho_dm": float(rho_dm)},
        notes=(*curve.notes, f"rescaled from rho_dm = {stated:g} to {rho_dm:g} GeV/cm³"),
    )


def why_not_rescaled(curve: LimitCurve) -> str:
    """Why the curve cannot be brought to another local density; empty when it can."""
    if curve.plane not in DIRECT:
        return "the local density scales limits on scattering only"
    if curve.kind == "theory":
        return "it is a theory curve, not a limit"
    stated = curve.assumptions.get("rho_dm")
    if not isinstance(stated, (int, float)) or not stated > 0:
        return "it does not state the rho_dm that it assumes"
    return ""


def rescale_all(curves: tuple[LimitCurve, ...], rho_dm: float) -> Rescaled:
    """Every curve that can be rescaled, at `rho_dm`; theory curves as they are; the rest refused."""
    moved, refused = [], []
    for curve in curves:
        if curve.kind == "theory":
            moved.append(curve)
        elif reason := why_not_rescaled(curve):
            refused.append((curve, reason))
        else:
            moved.append(rescale_density(curve, rho_dm))
    return Rescaled(tuple(moved), tuple(refused))
