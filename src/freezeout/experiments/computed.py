"""The limits that runs have computed."""

from __future__ import annotations

from pathlib import Path

from freezeout.errors import FreezeoutError
from freezeout.experiments.lake_limits import lake_curves
from freezeout.experiments.record import scan_runs
from freezeout.limits.curve import LimitCurve


def computed_curves(
    folder: Path | None = None, lake: bool = True
) -> tuple[tuple[LimitCurve, ...], tuple[str, ...]]:
    """Limits of all complete runs, newest first, and what is wrong with those that cannot be read.

    Parameters
    ----------
    folder : Path, optional
        Where runs are kept, unless it is the usual place.
    lake : bool
        Also those of runs that are in the lake only; they follow, in the group ``lake``.
    """
    records, damaged = scan_runs(folder)
    problems = [str(error) for error in damaged]
    curves = []
    for record in records:
        try:
            curves.append(record.limit())
        except FreezeoutError as error:
            problems.append(f"run {record.run_id}: {error}")
    if lake:
        stored, damaged_there = lake_curves(record.run_id for record in records)
        return (*curves, *stored), (*problems, *damaged_there)
    return tuple(curves), tuple(problems)
