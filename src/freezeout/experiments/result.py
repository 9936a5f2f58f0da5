"""What an analysis gives, and where a notebook leaves it."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from freezeout.errors import InputError
from freezeout.files import write_atomically
from freezeout.limits import hepdata
from freezeout.limits.curve import LimitCurve

FOLDER_VARIABLE = "FREEZEOUT_RUN_FOLDER"


@dataclass(frozen=True, eq=False)
class Likelihood:
    """The profile of −2 ΔlnL over the parameter of interest, kept so that limits can be combined.

    Parameters
    ----------
    mass : ndarray, shape (m,), GeV
    poi : ndarray, shape (p,) or (m, p)
        The limit's quantity in the unit of its plane.
    minus_two_delta_nll : ndarray, shape (m, p)
        −2 (lnL − max lnL), nuisances profiled.
    """

    mass: np.ndarray
    poi: np.ndarray
    minus_two_delta_nll: np.ndarray

    def __post_init__(self) -> None:
        shape = np.shape(self.minus_two_delta_nll)
        if len(shape) != 2 or shape[0] != np.size(self.mass) or np.shape(self.poi)[-1] != shape[1]:
            raise InputError(f"a likelihood of shape {shape} does not fit its masses and values")


@dataclass(frozen=True, eq=False)
class Result:
    """A limit with what else the analysis found.

    Parameters
    ----------
    curve : LimitCurve
    likelihood : Likelihood, optional
    tables : mapping of str to mapping of str to array, optional
        Further tables by name, each a map of column to values, kept as CSV.
    """

    curve: LimitCurve
    likelihood: Likelihood | None = None
    tables: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def keep(result: Result, figure: object | None = None) -> LimitCurve:
    """Store a result in the folder of the run, if this notebook runs as one; return the curve.

    In a notebook that is run by hand nothing is written.

    Parameters
    ----------
    result : Result
    figure : matplotlib.figure.Figure, optional
        Kept as ``figure.pdf`` and ``figure.png``.
    """
    place = os.environ.get(FOLDER_VARIABLE)
    if not place:
        return result.curve
    folder = Path(place)
    curve = result.curve.with_(run_id=os.environ.get("FREEZEOUT_RUN_ID", ""))
    hepdata.write(curve, folder / "limit.yaml")
    if result.likelihood is not None:
        stream = io.BytesIO()
        np.savez_compressed(
            stream,
            format=1,
            mass=result.likelihood.mass,
            poi=result.likelihood.poi,
            minus_two_delta_nll=result.likelihood.minus_two_delta_nll,
        )
        write_atomically(folder / "likelihood.npz", stream.getvalue())
    for name, columns in result.tables.items():
        write_atomically(folder / f"{name}.csv", _csv(columns))
    if figure is not None:
        for suffix in ("pdf", "png"):
            picture = io.BytesIO()
            figure.savefig(picture, format=suffix)  # type: ignore[attr-defined]
            write_atomically(folder / f"figure.{suffix}", picture.getvalue())
    return curve


def _csv(columns: Mapping[str, Any]) -> str:
    lines = [",".join(columns)]
    lines += [",".join(_cell(v) for v in row) for row in zip(*columns.values(), strict=True)]
    return "\n".join(lines) + "\n"


def _cell(value: object) -> str:
    return repr(float(value)) if isinstance(value, (float, np.floating)) else str(value)
