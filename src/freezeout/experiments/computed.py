"""The limits that runs have computed."""

from __future__ import annotations

from pathlib import Path

from freezeout.errors import FreezeoutError
from freezeout.experiments.record import scan_runs
from freezeout.limits.curve import LimitCurve


def computed_curves(folder: Path | None = None) -> tuple[tuple[LimitCurve, ...], tuple[str, ...]]:
    """Limits of all complete runs, newest first, and what is wrong with those that cannot be read.

    Parameters
    ----------
    folder : Path, optional
        Where runs are kept, unless it is the usual place.
    """
    records, damaged = scan_runs(folder)
    problems = [str(error) for error in damaged]
    curves = []
    for record in records:
        try:
            curves.append(record.limit())
        except FreezeoutError as error:
            problems.append(f"run {record.run_id}: {error}")
    return tuple(curves), tuple(problems)
