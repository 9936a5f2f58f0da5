"""A curve as a CSV table, and a user's table as a curve."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from freezeout.errors import InputError
from freezeout.limits.curve import BANDS, LimitCurve, Reference
from freezeout.limits.planes import plane as described

_HINT = "give two columns, the mass in GeV and the limit, with or without a header"
_LONG = ("curve", "label", "experiment", "plane", "kind", "confidence_level", "provenance", "reference",
         "mass_gev", "value", "unit")  # fmt: skip
_UNITS = re.compile(
    r"[\[\(]([^\]\)]*)[\]\)]"
    r"|(?:_|/|\s)(cm\^?[2²]|cm\^?[3³][_/ ]s|cm\^?[3³] s\^?-1|[zafpnµ]b|[kmgt]ev(?:/c\^?[2²])?)$",
    re.IGNORECASE,
)


def to_csv(curve: LimitCurve) -> str:
    """The curve as CSV: comments that say what it is, a header with units, one row per mass.

    Examples
    --------
    >>> from freezeout.limits.published import published_curve
    >>> to_csv(published_curve("si-darkside50-high-mass-points")).splitlines()[-3]
    '100.0,1.1e-44'
    """
    axes = curve.described_plane
    columns = {f"{axes.mass} [GeV]": curve.mass, f"{axes.quantity} [{axes.unit}]": curve.limit}
    columns |= {f"{name} [{axes.unit}]": curve.bands[name] for name in BANDS if name in curve.bands}
    columns |= dict(curve.columns)
    stream = io.StringIO()
    for line in _description(curve):
        stream.write(f"# {' '.join(line.split())}\n")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    for row in zip(*columns.values(), strict=True):
        writer.writerow([repr(float(value)) if np.isfinite(value) else "" for value in row])
    return stream.getvalue()


def to_long_csv(curves: Iterable[LimitCurve]) -> str:
    """Several curves as one CSV: a row per curve and mass.

    Parameters
    ----------
    curves : iterable of LimitCurve
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(_LONG)
    for curve in curves:
        level = "unknown" if curve.confidence_level is None else repr(float(curve.confidence_level))
        said = [
            curve.run_id or curve.id, curve.label, curve.experiment, curve.plane, curve.kind, level,
            curve.provenance, "; ".join(map(str, curve.references)),
        ]  # fmt: skip
        for mass, limit in zip(curve.mass, curve.limit, strict=True):
            value = repr(float(limit)) if np.isfinite(limit) else ""
            writer.writerow([*said, repr(float(mass)), value, curve.described_plane.unit])
    return stream.getvalue()


def _description(curve: LimitCurve) -> list[str]:
    lines = [
        f"{curve.experiment}: {curve.label}",
        f"plane: {curve.plane}",
        f"kind: {curve.kind}",
        f"confidence_level: {'unknown' if curve.confidence_level is None else curve.confidence_level}",
        f"provenance: {curve.provenance}",
    ]
    lines += [
        f"{name}: {getattr(curve, name)}" for name in ("exposure", "id", "run_id") if getattr(curve, name)
    ]
    lines += [f"assumption: {name} = {value}" for name, value in curve.assumptions.items()]
    lines += [f"reference: {reference}" for reference in curve.references]
    return lines + [f"note: {note}" for note in curve.notes]


def read_csv(
    path: Path | str,
    *,
    plane: str,
    confidence_level: float | None,
    reference: str | Reference,
    label: str = "",
    experiment: str = "",
    kind: str = "observed",
    provenance: str = "digitised",
    id: str = "",
    assumptions: Mapping[str, float | str] | None = None,
    notes: Iterable[str] = (),
) -> LimitCurve:
    """A user's table of mass and limit as a curve.

    The first column is the mass in GeV and must increase (a region's points follow its edge); the
    second is the limit in the plane's unit. Comment lines start with ``#``; cells are separated by
    commas, semicolons, tabs or spaces; a header is recognised by its words. Further columns are
    read when the header names them ``sensitivity_m2sigma`` … ``sensitivity_p2sigma``.

    Parameters
    ----------
    confidence_level : float or None
        A fraction; None is an explicit *unknown*.
    reference : str or Reference
        An arXiv number, a DOI or a text.

    Raises
    ------
    InputError
        Naming the file, the line and what is wrong there.
    """
    path = Path(path)
    header, rows = _cells(path)
    axes = described(plane)
    _check_header(path, header, axes.unit, len(rows[0][1]))
    columns = list(zip(*[_numbers(path, line, cells) for line, cells in rows], strict=True))
    _check_order(path, [line for line, _ in rows], columns[0], kind)
    bands = {
        name: np.array(column)
        for cell, column in zip(header[2:], columns[2:], strict=False)
        if (name := cell.split("[")[0].strip().lower()) in BANDS
    }
    name = label or path.stem
    try:
        return LimitCurve(
            plane=plane,
            mass=np.array(columns[0]),
            limit=np.array(columns[1]),
            label=name,
            experiment=experiment or name,
            confidence_level=confidence_level,
            kind=kind,
            provenance=provenance,
            references=(reference if isinstance(reference, Reference) else Reference.parse(reference),),
            bands=bands,
            assumptions=dict(assumptions or {}),
            id=id,
            group="own",
            notes=tuple(notes),
        )
    except InputError as error:
        raise InputError(f"{path}: {error.message}", hint=error.hint, code=error.code) from error


def _cells(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = "it is not text" if isinstance(error, UnicodeDecodeError) else error.strerror or str(error)
        raise InputError(f"cannot read {path}: {reason}", hint=_HINT, code="table_unreadable") from error
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), start=1)]
    lines = [(number, line) for number, line in lines if line and not line.startswith("#")]
    separator = next((s for s in (",", ";", "\t") if lines and s in lines[0][1]), None)
    rows = [(number, _split(line, separator)) for number, line in lines]
    header = rows.pop(0)[1] if rows and not any(_is_number(cell) for cell in rows[0][1]) else []
    if not rows:
        raise InputError(f"{path} has no rows of numbers", hint=_HINT, code="table_unreadable")
    width = len(header) if header and separator else len(rows[0][1])
    for number, cells in rows:
        if len(cells) < 2:
            raise InputError(f"line {number} of {path} has one column", hint=_HINT, code="table_unreadable")
        if len(cells) != width:
            raise InputError(
                f"line {number} of {path} has {len(cells)} columns where others have {width}",
                hint=_HINT,
                code="table_unreadable",
            )
    return header, rows


def _split(line: str, separator: str | None) -> list[str]:
    if separator is None:
        return [cell.strip('"') for cell in line.split()]
    return [cell.strip() for cell in next(csv.reader([line], delimiter=separator, skipinitialspace=True))]


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _numbers(path: Path, line: int, cells: list[str]) -> list[float]:
    values = []
    for column, cell in enumerate(cells):
        if not _is_number(cell) and column < 2:
            raise InputError(
                f"line {line} of {path} has '{cell}' where a number is needed",
                hint=_HINT,
                code="table_unreadable",
            )
        value = float(cell) if _is_number(cell) else np.nan
        if column < 2 and not (np.isfinite(value) and value > 0):
            what = ("mass", "limit")[column]
            raise InputError(
                f"line {line} of {path} has the {what} {cell}",
                hint=f"every {what} must be a positive number",
                code="table_unreadable",
            )
        values.append(value)
    return values


def _check_header(path: Path, header: list[str], unit: str, width: int) -> None:
    """Refuse a header that names another unit than the plane's, or the mass second."""
    if len(header) == width and "mass" in header[1].lower() and "mass" not in header[0].lower():
        raise InputError(
            f"{path}: the first column is '{header[0]}', the second '{header[1]}'",
            hint="put the mass first",
            code="wrong_columns",
        )
    for cell, wanted in zip(header, ("GeV", unit), strict=False):
        found = _UNITS.search(cell)
        if not found:
            continue
        given = (found[1] or found[2]).strip()
        if _plain(given) != _plain(wanted):
            raise InputError(
                f"{path}: the column '{cell}' is in {given}, the plane wants {wanted}",
                hint=f"convert the column to {wanted}",
                code="wrong_unit",
            )


def _plain(unit: str) -> str:
    power = unit.lower().replace("²", "2").replace("³", "3").replace("_s", "/s")
    power = (
        power.replace("gev/c2", "gev").replace("gev/c^2", "gev").replace("s-1", "/s").replace("s^-1", "/s")
    )
    return re.sub(r"[\s^*{}]", "", power).replace("//", "/")


def _check_order(path: Path, lines: list[int], mass: tuple[float, ...], kind: str) -> None:
    if kind == "region":
        return
    for i in range(1, len(mass)):
        if mass[i] <= mass[i - 1]:
            raise InputError(
                f"line {lines[i]} of {path} has the mass {mass[i]:g} after {mass[i - 1]:g}",
                hint="sort the rows by mass and give each mass once; a closed contour is of kind region",
                code="table_unreadable",
            )
