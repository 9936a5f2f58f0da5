"""Does an environment.yaml follow its schema? The part of JSON Schema that the schema uses.

The listing of all environments waits for nothing else as long as for ``jsonschema``, which takes a
tenth of a second to import and is not there in a light installation.
"""

from __future__ import annotations

import json
import math
import re
import reprlib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

_SCHEMA = Path(__file__).with_name("environment.schema.json")
_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "number": (int, float),
    "boolean": (bool,),
}
_SHORT = reprlib.Repr()
_SHORT.maxlevel = 2
_SHORT.maxstring = _SHORT.maxother = 80
_SAY_NOTHING = {"$schema", "title", "description", "$comment"}


@cache
def schema() -> Mapping[str, Any]:
    """The schema."""
    found: Mapping[str, Any] = json.loads(_SCHEMA.read_text(encoding="utf-8"))
    return found


def fault(value: object) -> tuple[str, str] | None:
    """Where a description does not follow the schema and why, or None."""
    return _fault(value, schema(), "the file")


def _fault(value: object, wanted: Mapping[str, Any], where: str) -> tuple[str, str] | None:
    for word, rule in wanted.items():
        if word in _SAY_NOTHING or word in ("then", "additionalProperties"):
            continue
        if word == "if":
            if "then" in wanted and _fault(value, rule, where) is None:
                found = _fault(value, wanted["then"], where)
                if found:
                    return found
        elif word in _NESTED:
            found = _NESTED[word](value, rule, wanted, where)
            if found:
                return found
        elif why := _CHECKS[word](value, rule):
            return where, why
        if word == "type" and rule == "object" and wanted.get("additionalProperties") is False:
            extra = sorted(set(map(str, value)) - set(wanted.get("properties", {})))  # type: ignore[call-overload]
            if extra:
                known = ", ".join(wanted.get("properties", {}))
                return where, f"'{extra[0]}' is not known; known are {known}"
    return None


def _properties(value: object, rule: Mapping[str, Any], _: object, where: str) -> tuple[str, str] | None:
    if isinstance(value, dict):
        for name, inner in rule.items():
            if name in value:
                found = _fault(value[name], inner, name if where == "the file" else f"{where}.{name}")
                if found:
                    return found
    return None


def _items(value: object, rule: Mapping[str, Any], _: object, where: str) -> tuple[str, str] | None:
    if isinstance(value, list):
        for place, item in enumerate(value):
            found = _fault(item, rule, f"{where}.{place}")
            if found:
                return found
    return None


def _all(value: object, rules: list[Mapping[str, Any]], _: object, where: str) -> tuple[str, str] | None:
    return next((found for rule in rules if (found := _fault(value, rule, where))), None)


def _type(value: object, rule: str) -> str:
    fits = isinstance(value, _TYPES[rule]) and (rule == "boolean" or not isinstance(value, bool))
    if isinstance(value, float) and not math.isfinite(value):
        fits = False  # JSON has no such number
    return "" if fits else f"{_shown(value)} is not of type '{rule}'"


def _shown(value: object) -> str:
    """The start of a value: references within a small file can make one that fills the memory."""
    return _SHORT.repr(value)


def _required(value: object, names: list[str]) -> str:
    lacking = [name for name in names if isinstance(value, dict) and name not in value]
    return f"'{lacking[0]}' is required" if lacking else ""


def _say(fits: Callable[[Any, Any], bool], kinds: tuple[type, ...], why: str) -> Callable[[object, Any], str]:
    def check(value: object, rule: Any) -> str:
        concerned = isinstance(value, kinds) and not (bool not in kinds and isinstance(value, bool))
        return "" if not concerned or fits(value, rule) else f"{_shown(value)} {why} {rule!r}"

    return check


_ANY = (object, bool)
_CHECKS: dict[str, Callable[[object, Any], str]] = {
    "type": _type,
    "required": _required,
    "const": _say(lambda v, r: v == r and isinstance(v, bool) == isinstance(r, bool), _ANY, "is not"),
    "enum": _say(lambda v, r: v in r, _ANY, "is not one of"),
    "pattern": _say(lambda v, r: re.search(r, v) is not None, (str,), "does not match"),
    "minLength": _say(lambda v, r: len(v) >= r, (str,), "is shorter than"),
    "maxLength": _say(lambda v, r: len(v) <= r, (str,), "is longer than"),
    "minItems": _say(lambda v, r: len(v) >= r, (list,), "has fewer items than"),
    "uniqueItems": _say(lambda v, _: len(v) == len(set(map(repr, v))), (list,), "has the same twice:"),
    "exclusiveMinimum": _say(lambda v, r: v > r, (int, float), "is not larger than"),
}
_NESTED: dict[str, Callable[[object, Any, Any, str], tuple[str, str] | None]] = {
    "properties": _properties,
    "items": _items,
    "allOf": _all,
}
