"""Conditions as filters of Rucio that let through at least what fits, and as little else as is safe."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from freezeout.lake.catalogue.matching import COLUMNS, TIMES, day
from freezeout.lake.catalogue.query import Term, plain

_THERE = "**"
"""A pattern that every text fits (a single star would be dropped): the key has a value."""

_SUFFIX = {">": ".gt", ">=": ".gte", "<": ".lt", "<=": ".lte"}
_FILTERED = {"bytes", "length", "events", "adler32", "md5", "guid", "project", "datatype", "version",
             "stream_name", "prod_step", "campaign", "phys_group", "provenance", "run_number",
             "task_id", "panda_id", "lumiblocknr"}  # fmt: skip
_NUMBERS = {"bytes", "length", "events", "run_number", "task_id", "panda_id", "lumiblocknr"}
_TIMES_FILTERED = ("created_at",)
_SAFE_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_NO_KEYS = {"True", "False", "None"}
# names that Rucio's table of metadata has itself, and takes for columns or methods
_TAKEN = {"created_at", "delete", "did_type", "get", "items", "keys", "meta", "metadata", "name", "next",
          "registry", "save", "scope", "to_dict", "update", "updated_at", "values"}  # fmt: skip


@dataclass(frozen=True)
class Filters:
    """A sharp filter, which a value of an unexpected kind breaks, and a wide one, which nothing breaks."""

    sharp: dict[str, Any]
    wide: dict[str, Any]


def filters(terms: Iterable[Term]) -> Filters:
    """Filters for conditions that must all hold: of JSON metadata when there are any, else of columns."""
    terms = list(terms)
    own = [term for term in terms if term.key not in COLUMNS and term.key != "type"]
    sharp: dict[str, Any] = {}
    wide: dict[str, Any] = {}
    for term in terms:
        if term.key == "name" and term.operator == "=" and (text := _like(str(term.value))):
            sharp.setdefault("name", text)
            wide.setdefault("name", text)
    usable = [term for term in own if _SAFE_KEY.fullmatch(term.key) and term.key not in _NO_KEYS | _TAKEN]
    for term in usable:
        key, value = _of_metadata(term)
        sharp.setdefault(key, value)
        if term.key not in wide:
            wide[term.key] = _THERE
    if not usable:
        for term in terms:
            for key, value in _of_column(term):
                sharp.setdefault(key, value)
    return Filters(sharp, wide)


def _of_metadata(term: Term) -> tuple[str, Any]:
    if isinstance(term.value, bool):
        return (term.key, term.value) if term.operator == "=" else (term.key, _THERE)
    if isinstance(term.value, str):
        return term.key, (_within(term.value) if term.operator == "=" else "") or _THERE
    if term.operator == "!=":
        return term.key, _THERE
    return term.key + _SUFFIX.get(term.operator, ""), _real(term.value)


def _of_column(term: Term) -> list[tuple[str, Any]]:
    if term.key in _TIMES_FILTERED and term.key in TIMES:
        return _of_time(term)
    if term.key not in _FILTERED or term.operator == "!=":
        return []
    if term.key in _NUMBERS:
        if isinstance(term.value, str | bool):
            return []
        return [(term.key + _SUFFIX.get(term.operator, ""), _real(term.value))]
    text = _like(term.value) if isinstance(term.value, str) and term.operator == "=" else ""
    return [(term.key, text)] if text else []


def _of_time(term: Term) -> list[tuple[str, Any]]:
    asked = datetime.fromisoformat(day(term).removesuffix("Z"))
    whole = timedelta(days=1) if len(day(term)) == 10 else timedelta(seconds=1)
    second = timedelta(seconds=1)
    found = []
    try:
        if term.operator in (">", ">=", "="):
            found.append((f"{term.key}.gte", f"{asked - second:%Y-%m-%d %H:%M:%S}"))
        if term.operator in ("<", "<=", "="):
            found.append((f"{term.key}.lte", f"{asked + whole + second:%Y-%m-%d %H:%M:%S}"))
    except OverflowError:
        return []
    return found


def _like(pattern: str) -> str:
    """A pattern that lets through all that `pattern` does and never reads as anything but text; or nothing.

    It ends in a star of its own, so that Rucio takes it for a pattern and not for a number or a date.
    """
    text = plain(pattern)
    if text is not None:
        pattern = text.replace("*", "%") if "\\" not in text else ""
    elif "\\" in pattern:
        pattern = pattern.split("\\")[0] if "*" in pattern.split("\\")[0] or pattern[0] != "\\" else ""
    if not pattern or re.search("true|false", pattern, re.IGNORECASE):
        return ""
    wide = pattern.rstrip("*") + "*"
    return "" if wide in ("*", "%*") else wide


def _within(pattern: str) -> str:
    """As `_like`, anywhere in a text: the database writes a list as one text."""
    wide = _like(pattern)
    return (
        f"*{wide.lstrip('*')}" if wide and wide.isascii() and wide.isprintable() and '"' not in wide else ""
    )


def _real(value: int | float) -> float:
    return float(value) if abs(value) < 1e300 else value
