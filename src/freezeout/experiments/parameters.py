"""Parameters of a notebook: read from its cell, parsed by type and checked before anything runs."""

from __future__ import annotations

import ast
import contextlib
import difflib
import io
import json
import math
import re
import tokenize
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import yaml

from freezeout.errors import InputError, quoted

TYPES = ("float", "int", "bool", "str", "did", "list[float]", "list[int]", "list[str]", "dict")
_UNIT = re.compile(r"\s*\[([^\]]*)\]\s*$")
_DID = re.compile(r"[A-Za-z0-9._-]+:[^\s:]+")


@dataclass(frozen=True)
class Parameter:
    """One parameter: its type, default and what values are allowed.

    Attributes
    ----------
    minimum, maximum : float or None
        Allowed range, ends included; of each element when the type is a list.
    exclusive_minimum : float or None
        Values must be above this one.
    choices : tuple
        Allowed values (of each element when the type is a list); empty when free.
    minimum_items, unique, increasing
        For lists: how many at least, no value twice, in increasing order.
    optional : bool
        None is allowed and means "not given".
    """

    name: str
    type: str
    default: object
    help: str = ""
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    exclusive_minimum: float | None = None
    choices: tuple[object, ...] = ()
    minimum_items: int = 0
    unique: bool = False
    increasing: bool = False
    optional: bool = False

    def parse(self, text: str) -> object:
        """The value that `text` means for this type, as given after ``-p name=``.

        Raises
        ------
        InputError
            When the text does not fit the type.
        """
        if self.optional and text.strip().lower() in ("", "none", "null"):
            return None
        if self.type in ("str", "did"):
            return text
        if self.type in ("float", "int", "bool"):
            return self._scalar(text.strip())
        return self._structure(text)

    def _scalar(self, text: str) -> object:
        try:
            if self.type == "float":
                return float(text)
            if self.type == "int":
                number = _as_number(_number_from_text(text), "int")
                if number is None:
                    raise ValueError
                return number
            return {"true": True, "yes": True, "on": True, "1": True,
                    "false": False, "no": False, "off": False, "0": False}[text.lower()]  # fmt: skip
        except (ValueError, KeyError, OverflowError):
            raise self._wrong_type(text) from None

    def _structure(self, text: str) -> object:
        try:
            value = json.loads(text)
        except ValueError:
            try:
                value = yaml.safe_load(text)
            except yaml.YAMLError:
                raise self._wrong_type(text) from None
        if self.type.startswith("list"):
            if isinstance(value, str) and "," in value:
                value = [part.strip() for part in value.split(",")]
            elif not isinstance(value, (list, Mapping)):
                value = [value]
            if isinstance(value, list):
                inner = _inner(self.type)
                return [_number_from_text(v) if inner in ("float", "int") else v for v in value]
        return value

    def check(self, value: object) -> object:
        """Return `value` in this parameter's own type.

        Raises
        ------
        InputError
            Naming the parameter, what was given and what is allowed.
        """
        if value is None:
            if self.optional:
                return None
            raise self._wrong_type(value)
        if self.type.startswith("list"):
            return self._check_list(value)
        if self.type == "dict":
            if not isinstance(value, Mapping):
                raise self._wrong_type(value)
            return dict(value)
        return self._check_one(value, self.type, self.name)

    def _check_list(self, value: object) -> list[object]:
        if isinstance(value, (str, bytes, Mapping)) or not hasattr(value, "__len__"):
            raise self._wrong_type(value)
        items = list(value)  # type: ignore[call-overload]
        if len(items) < self.minimum_items:
            some = "is empty" if not items else f"has {len(items)} values"
            raise self._refused(f"{self.name} {some}", f"give at least {self.minimum_items}")
        inner = _inner(self.type)
        checked = [self._check_one(v, inner, f"{self.name}[{i}]") for i, v in enumerate(items)]
        if self.unique or self.increasing:
            seen: set[object] = set()
            for item in checked:
                if item in seen:
                    raise self._refused(f"{self.name} has {item} twice", "give each value once")
                seen.add(item)
        if self.increasing and checked != sorted(checked):  # type: ignore[type-var]
            raise self._refused(f"{self.name} is not in increasing order", "sort the values")
        return checked

    def _check_one(self, value: object, kind: str, where: str) -> object:
        value = value.item() if hasattr(value, "item") else value
        if kind in ("float", "int"):
            number = _as_number(value, kind)
            if number is None:
                raise self._wrong_type(value, where)
            self._check_range(number, where)
            value = number
        elif kind == "bool":
            if not isinstance(value, bool):
                raise self._wrong_type(value, where)
        elif not isinstance(value, str):
            raise self._wrong_type(value, where)
        if kind == "did" and not _DID.fullmatch(str(value)):
            raise self._refused(f"{where} is {quoted(value)}, which is no DID", "write scope:name")
        if self.choices and value not in self.choices:
            near = difflib.get_close_matches(str(value), [str(c) for c in self.choices], 1, 0.5)
            meant = f"did you mean {near[0]}? " if near else ""
            raise self._refused(
                f"{where} is {quoted(value)}", f"{meant}allowed: {', '.join(map(str, self.choices))}"
            )
        return value

    def _check_range(self, number: float, where: str) -> None:
        if isinstance(number, float) and not math.isfinite(number):
            raise self._refused(f"{where} is {number}", "give a finite number")
        below = self.minimum is not None and number < self.minimum
        below |= self.exclusive_minimum is not None and number <= self.exclusive_minimum
        if below or (self.maximum is not None and number > self.maximum):
            given = quoted(number) if isinstance(number, int) else f"{number:.12g}"
            raise self._refused(f"{where} is {given}, out of range", f"allowed: {self.allowed}")

    @property
    def allowed(self) -> str:
        """The allowed values in words."""
        if self.choices:
            return ", ".join(map(str, self.choices))
        unit = f" {self.unit}" if self.unit else ""
        low, high = self.minimum, self.maximum
        above = self.exclusive_minimum
        if low is None and above is None and high is None:
            return "any"
        start = f"above {above:g}" if above is not None else f"{low:g}" if low is not None else ""
        if high is None:
            return f"{start}{unit}" if above is not None else f"{start}{unit} or more"
        if not start:
            return f"up to {high:g}{unit}"
        return f"{start} {'up ' if above is not None else ''}to {high:g}{unit}"

    def _wrong_type(self, value: object, where: str = "") -> InputError:
        one = {"float": "a number", "int": "a whole number", "bool": "true or false", "str": "a text",
               "did": "a DID, scope:name", "dict": "a map"}  # fmt: skip
        wanted = one.get(self.type) or f"a list of {_inner(self.type)} values, such as [1, 2]"
        if where and where != self.name:
            wanted = one[_inner(self.type)]
        return self._refused(
            f"{where or self.name} is {quoted(value)}, which is not {wanted}", f"give {wanted}"
        )

    def _refused(self, message: str, hint: str) -> InputError:
        return InputError(message, hint=hint, code="bad_parameter")


def _inner(kind: str) -> str:
    return kind[5:-1] if kind.startswith("list[") else kind


def _number_from_text(value: object) -> object:
    # YAML reads 1e-27 as a text
    if isinstance(value, str):
        for read in (int, float):  # the digits of a long number are not to be lost
            with contextlib.suppress(ValueError):
                return read(value)
    return value


def _as_number(value: object, kind: str) -> float | int | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if kind == "float":
        try:
            return float(value)
        except OverflowError:  # of very many digits
            return math.inf
    return int(value) if isinstance(value, int) or value.is_integer() else None


def read_cell(source: str) -> list[Parameter]:
    """Parameters of a cell of lines ``name: type = default  # help [unit]``.

    Raises
    ------
    InputError
        When a line is anything else.
    """
    try:
        nodes, comments = ast.parse(source).body, _comments(source)
    except (SyntaxError, ValueError, tokenize.TokenError) as error:
        raise InputError(f"the parameters cell is not Python: {error}") from error
    found = []
    for node in nodes:
        if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name) or node.value is None:
            raise InputError(
                f"line {node.lineno} of the parameters cell is not 'name: type = default  # help'"
            )
        name, kind = node.target.id, ast.unparse(node.annotation).strip("'\"")
        optional = kind.endswith("| None")
        kind = kind.removesuffix("| None").strip()
        if kind not in TYPES:
            raise InputError(f"parameter {name} has the type '{kind}'", hint=f"one of {', '.join(TYPES)}")
        text = comments.get(node.end_lineno or node.lineno, "")
        unit = _UNIT.search(text)
        found.append(
            Parameter(
                name,
                kind,
                _default(name, node.value),
                help=_UNIT.sub("", text).strip(),
                unit=unit.group(1) if unit else "",
                optional=optional,
            )
        )
    return found


def _default(name: str, value: ast.expr) -> object:
    try:
        return ast.literal_eval(value)
    except (ValueError, TypeError, SyntaxError):
        raise InputError(
            f"the default of parameter {name}, '{ast.unparse(value)}', is not a plain value",
            hint="write a number, a text, a list or a map, not a computation",
        ) from None


def _comments(source: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {t.start[0]: t.string.lstrip("# ").strip() for t in tokens if t.type == tokenize.COMMENT}


def check_all(
    declared: Sequence[Parameter], values: Mapping[str, object], defaults: Mapping[str, object] | None = None
) -> dict[str, object]:
    """Every declared parameter with its checked value; those not given have their default.

    Raises
    ------
    InputError
        For an unknown name, a wrong type or a value that is not allowed.
    """
    names = [p.name for p in declared]
    unknown = [name for name in values if name not in names]
    if unknown:
        near = difflib.get_close_matches(unknown[0], names, 1, 0.5)
        meant = f"did you mean {near[0]}? " if near else ""
        raise InputError(
            f"there is no parameter '{unknown[0]}'",
            hint=f"{meant}parameters: {', '.join(names)}",
            code="unknown_parameter",
        )
    start = {p.name: p.default for p in declared} | dict(defaults or {}) | dict(values)
    return {p.name: p.check(start[p.name]) for p in declared}


def parse_assignments(declared: Sequence[Parameter], assignments: Sequence[str]) -> dict[str, object]:
    """Values of ``name=value`` texts, each parsed by its parameter's type."""
    by_name = {p.name: p for p in declared}
    values: dict[str, object] = {}
    for text in assignments:
        name, equals, value = text.partition("=")
        name = name.strip()
        if not equals or not name:
            raise InputError(f"'-p {text}' is not name=value", hint="write -p name=value")
        if name in values:
            raise InputError(f"the parameter {name} is given twice", hint="give it once")
        values[name] = by_name[name].parse(value) if name in by_name else value
    return values
