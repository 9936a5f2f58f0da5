"""Files that are tables: with commas or tabs, of HEPData, of ROOT."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from freezeout.files import parse_yaml

MOST_ROWS = 500
_MOST_COLUMNS = 100
_LONGEST = 300

Value = str | float | bool | None


@dataclass(frozen=True)
class Table:
    """What is shown of a table."""

    columns: list[str]
    rows: list[list[Value]]
    truncated: bool = False
    message: str = ""
    names: list[str] = field(default_factory=list)


def separated(text: str, sign: str = "", cut: bool = False) -> Table | None:
    """A table with one row in each line; None when it is none.

    Parameters
    ----------
    text : str
        Of the file; when it was cut, its last line is left out.
    sign : str
        Between values; guessed when empty.
    """
    if cut:
        text = text[: text.rfind("\n") + 1]
    lines = io.StringIO(text)
    comments = sum(1 for _ in itertools.takewhile(lambda line: line.startswith("#"), text.splitlines()))
    for _ in range(comments):
        lines.readline()
    try:
        rows = list(itertools.islice(csv.reader(lines, delimiter=sign or _guess(text)), MOST_ROWS + 2))
    except csv.Error:
        return None
    rows = [row for row in rows if row]
    if not rows:
        return None
    width = min(max(map(len, rows)), _MOST_COLUMNS)
    head = rows.pop(0) if not all(map(_is_number, rows[0])) else [str(n + 1) for n in range(width)]
    shown: list[list[Value]] = [_fit(row, width) for row in rows[:MOST_ROWS]]
    message = f"{comments} lines of comment are left out" if comments else ""
    return Table([one or "" for one in _fit(head, width)], shown, len(rows) > MOST_ROWS, message)  # type: ignore[misc]


def hepdata(text: str) -> Table | None:
    """A table of HEPData, as limits are kept; None when the text is none."""
    try:
        found: Any = parse_yaml(text)
        independent, dependent = found["independent_variables"], found["dependent_variables"]
        variables = [*independent, *dependent][:_MOST_COLUMNS]
        columns = [_header(one["header"]) for one in variables]
        values = [[_hepdata_value(value) for value in one["values"][:MOST_ROWS]] for one in variables]
        longest = max((len(one["values"]) for one in variables), default=0)
    except (
        yaml.YAMLError,
        ArithmeticError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        RecursionError,
    ):
        return None
    rows: list[list[Value]] = [list(row) for row in itertools.zip_longest(*values)]
    return Table(columns, rows, longest > MOST_ROWS)


def _header(said: Mapping[str, Any]) -> str:
    units = said.get("units")
    return _short(f"{said['name']} [{units}]" if isinstance(units, str) and units else str(said["name"]))


def _hepdata_value(said: Mapping[str, Any]) -> Value:
    value = said.get("value")
    if value is None and "low" in said:
        return _short(f"{_scalar(said['low'])} – {_scalar(said['high'])}")
    errors = [error for error in said.get("errors") or [] if "symerror" in error]
    if errors:
        return _short(" ".join([str(_scalar(value)), *(f"± {_scalar(one['symerror'])}" for one in errors)]))
    return _scalar(value)


def _scalar(value: object) -> Value:
    """A value that is one; of a list or map, whose text may be without end, only that it is one."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        finite = value == value and abs(value) != float("inf")
        return value if finite and abs(value) < 1e300 else str(value)[:_LONGEST]
    return _short(value) if isinstance(value, str) else "…"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _fit(row: Sequence[str], width: int) -> list[Value]:
    cut: list[Value] = [_short(one) for one in row[:width]]
    return cut + [None] * (width - len(cut))


def _guess(text: str) -> str:
    line = next((one for one in text.splitlines() if one and not one.startswith("#")), "")
    return max(",;\t", key=line.count)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
