"""HEPData YAML, the format in which a limit is stored (``limit.yaml``).

HEPData's schema for a data table allows independent and dependent variables only, so all that
Freezeout knows of a curve stands in the qualifiers of its first dependent variable.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import yaml

from freezeout.errors import InputError
from freezeout.files import read_yaml, write_atomically
from freezeout.limits.curve import BANDS, LimitCurve, Reference

FORMAT = 1
_TEXTS = {"label": "label", "experiment": "experiment", "kind": "kind", "provenance": "provenance",
          "exposure": "exposure", "id": "id", "group": "group", "run_id": "run_id"}  # fmt: skip
_UNKNOWN = "unknown"


def dumps(curve: LimitCurve) -> str:
    """The curve as one HEPData table."""
    described = curve.described_plane
    header = {"name": described.quantity + " upper limit", "units": described.unit}
    if curve.kind in ("theory", "region"):
        header["name"] = described.quantity
    mass = {"header": {"name": described.mass, "units": "GeV"}, "values": _values(curve.mass)}
    limit = {"header": header, "qualifiers": _qualifiers(curve), "values": _values(curve.limit)}
    bands = [_further(name, described.unit, curve.bands[name]) for name in BANDS if name in curve.bands]
    columns = [_further(name, "", values) for name, values in curve.columns.items()]
    table = {"independent_variables": [mass], "dependent_variables": [limit, *bands, *columns]}
    return yaml.safe_dump(table, sort_keys=False, allow_unicode=True)


def write(curve: LimitCurve, path: Path | str) -> Path:
    """Write the curve to `path`, whole or not at all."""
    return write_atomically(path, dumps(curve))


def read(path: Path | str) -> LimitCurve:
    """Read a curve that `write` wrote.

    Raises
    ------
    InputError
        When the file is damaged, written by a newer version, or no limit of ours.
    """
    found = read_yaml(path)
    try:
        return _curve(found)
    except InputError as error:
        raise InputError(f"{path} is not a usable limit: {error.message}", hint=error.hint,
                         code="limit_damaged") from error  # fmt: skip
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise InputError(
            f"{path} is damaged: it is not a HEPData table with a limit",
            hint="restore it from the run, or run the experiment again",
            code="limit_damaged",
        ) from error


def _values(array: np.ndarray) -> list[dict[str, object]]:
    return [{"value": float(v) if np.isfinite(v) else "-"} for v in array]


def _further(name: str, unit: str, values: np.ndarray) -> dict[str, object]:
    header = {"name": name, "units": unit} if unit else {"name": name}
    return {"header": header, "values": _values(values)}


def _qualifiers(curve: LimitCurve) -> list[dict[str, object]]:
    level: object = _UNKNOWN if curve.confidence_level is None else float(curve.confidence_level)
    found: list[dict[str, object]] = [
        {"name": "format", "value": FORMAT},
        {"name": "plane", "value": curve.plane},
        {"name": "confidence_level", "value": level},
    ]
    for name in _TEXTS:
        if getattr(curve, name):
            found.append({"name": name, "value": getattr(curve, name)})
    for name, value in curve.assumptions.items():
        number = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)
        found.append({"name": f"assumption {name}", "value": float(value) if number else str(value)})
    found += [{"name": "reference", "value": str(reference)} for reference in curve.references]
    return found + [{"name": "note", "value": note} for note in curve.notes]


def _curve(table: object) -> LimitCurve:
    assert_table(table)
    mass_column = table["independent_variables"][0]  # type: ignore[index]
    columns = table["dependent_variables"]  # type: ignore[index]
    first, *others = columns
    pairs = [(q["name"], q.get("value")) for q in first["qualifiers"]]
    known = dict(pairs)
    version = known.get("format")
    if version is None:
        raise InputError("it has no format qualifier", hint="add foreign tables with 'freezeout limits add'")
    if int(version) > FORMAT:
        raise InputError(f"its format {version} is newer than this Freezeout, which reads up to {FORMAT}",
                         hint="update Freezeout")  # fmt: skip
    level = known["confidence_level"]
    arrays = {column["header"]["name"]: _array(column) for column in others}
    return LimitCurve(
        plane=str(known["plane"]),
        mass=_array(mass_column),
        limit=_array(first),
        confidence_level=None if level == _UNKNOWN else float(level),
        references=tuple(Reference.parse(str(v)) for name, v in pairs if name == "reference"),
        notes=tuple(str(v) for name, v in pairs if name == "note"),
        assumptions={
            name.removeprefix("assumption "): value for name, value in pairs if name.startswith("assumption ")
        },
        bands={name: values for name, values in arrays.items() if name in BANDS},
        columns={name: values for name, values in arrays.items() if name not in BANDS},
        **{name: str(known.get(name, "")) for name in _TEXTS},
    )


def assert_table(table: object) -> None:
    """Raise unless `table` looks like a HEPData table with one mass axis."""
    if not isinstance(table, Mapping):
        raise InputError("it holds no table")
    for name in ("independent_variables", "dependent_variables"):
        if not isinstance(table.get(name), list) or not table[name]:
            raise InputError(f"it has no {name}")


def _array(column: Mapping[str, list[Mapping[str, object]]]) -> np.ndarray:
    return np.array([np.nan if v["value"] == "-" else float(v["value"]) for v in column["values"]])  # type: ignore[arg-type]
