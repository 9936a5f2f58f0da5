"""Whether what is known of a DID fits conditions; the one place that says what a condition means.

A number fits numbers, and text that reads as a number (Rucio's own command line keeps all values as
text); text in quotes, and words, fit text; ``true`` and ``false`` fit truths and these words. What has
no value fits nothing, not even ``!=``. A list fits when one of its values does.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from freezeout.errors import InputError
from freezeout.lake.catalogue.browse import Row
from freezeout.lake.catalogue.metadata import OF_RUCIO, OF_USERS
from freezeout.lake.catalogue.query import Operator, Term, Value, glob, plain
from freezeout.lake.catalogue.times import iso

COLUMNS = frozenset(OF_RUCIO + OF_USERS)
"""Keys that are columns of Rucio's own table, and never JSON metadata."""

TIMES = ("accessed_at", "closed_at", "created_at", "deleted_at", "eol_at", "expired_at", "updated_at")
_IN_ROWS = ("name", "type")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_ORDERS = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le}


def needs_description(terms: Iterable[Term]) -> bool:
    """Whether a row of a listing does not tell enough."""
    return any(term.key not in _IN_ROWS for term in terms)


def fits_row(row: Row, terms: Iterable[Term]) -> bool:
    """Whether a row of a listing fits conditions on name and type."""
    return all(_fits({"name": row.name, "type": row.type.lower()}[term.key], term) for term in terms)


def fits(columns: Mapping[str, Any], own: Mapping[str, Any], terms: Iterable[Term]) -> bool:
    """Whether a DID with these columns and this JSON metadata fits all conditions."""
    return all(_fits(_known(columns, own, term.key), term) for term in terms)


def day(term: Term) -> str:
    """The time that a condition on one of Rucio's times asks for, in ISO 8601 as far as it was given.

    Raises
    ------
    InputError
        When it is none.
    """
    text = plain(term.value) if isinstance(term.value, str) else None
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError as error:
        raise InputError(
            f"'{term}' compares a time with what is none",
            hint="write it like 2026-05-31 or 2026-05-31T12:00",
            code="bad_query",
        ) from error
    given = iso(found.isoformat()) or ""
    return given[:10] if re.fullmatch(r"[\d-]{8,10}", text or "") else given


def _known(columns: Mapping[str, Any], own: Mapping[str, Any], key: str) -> Any:
    if key == "type":
        return str(columns["did_type"]).lower()
    if key in TIMES:
        return iso(columns.get(key))
    return columns.get(key) if key in COLUMNS else own.get(key)


def _fits(known: Any, term: Term) -> bool:
    if known is None:
        return False
    if term.key in TIMES:
        asked = day(term)
        # as exactly as it was given: the last day is part of '<= that day'
        return _compared(str(known)[: len(asked)], term.operator, asked)
    if isinstance(known, list):
        some = [one for one in known if one is not None]
        return (
            all(_one(one, term) for one in some)
            if term.operator == "!="
            else any(_one(one, term) for one in some)
        )
    return _one(known, term)


def _one(known: Any, term: Term) -> bool:
    if term.operator == "=":
        return _equal(known, term.value)
    if term.operator == "!=":
        return not _equal(known, term.value)
    if isinstance(term.value, str):
        text = plain(term.value)
        return isinstance(known, str) and text is not None and _compared(known, term.operator, text)
    number = _number(known)
    return number is not None and _compared(number, term.operator, float(term.value))


def _equal(known: Any, asked: Value) -> bool:
    if isinstance(asked, bool):
        return known is asked or (isinstance(known, str) and known.lower() == str(asked).lower())
    if isinstance(asked, int | float):
        number = _number(known)
        return number is not None and number == float(asked)
    return isinstance(known, str) and glob(asked).fullmatch(known) is not None


def _number(known: Any) -> float | None:
    if isinstance(known, bool):
        return None
    if isinstance(known, str) and not (len(known) <= 100 and _NUMBER.fullmatch(known)):
        return None
    try:
        found = float(known)
    except (OverflowError, TypeError):
        return None
    return found if math.isfinite(found) else None


def _compared(known: Any, sign: Operator, asked: Any) -> bool:
    if sign == "=":
        return bool(known == asked)
    if sign == "!=":
        return bool(known != asked)
    return bool(_ORDERS[sign](known, asked))
