"""Parameters on their way through a workflow: written where no shell can stumble over them.

REANA puts the text of a value into a step's command, whatever is in it. So the values stand in a quoted
here-document, each after a marker that is nowhere else::

    python3 freezeout/prepare.py run <<'@4f1c2a end'
    @4f1c2a rho_dm = ${rho_dm}
    @4f1c2a end

What the shell would take for its own is then only text, and comes to the step as it is.
"""

from __future__ import annotations

import ast
import json
import math
import re
from collections.abc import Mapping, Sequence

from freezeout.errors import InputError, quoted
from freezeout.experiments.parameters import Parameter

LONGEST = 100_000
"""Bytes of a command: operating systems take 131072 for one word."""

_DEEPEST = 50
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def document(names: Sequence[str], marker: str) -> str:
    """The here-document that a command ends with; the values come in when the workflow is started.

    Examples
    --------
    >>> print(document(["rho_dm"], "4f1c2a"))
    <<'@4f1c2a end'
    @4f1c2a rho_dm = ${rho_dm}
    @4f1c2a end
    """
    lines = [f"@{marker} {name} = ${{{name}}}" for name in names]
    return "\n".join([f"<<'@{marker} end'", *lines, f"@{marker} end"])


def read_document(text: str, marker: str) -> dict[str, str]:
    r"""Texts by name, from what such a document became.

    Examples
    --------
    >>> read_document("@4f1c2a a = it's $HOME\n@4f1c2a b = 1\n2\n", "4f1c2a")
    {'a': "it's $HOME", 'b': '1\n2'}
    """
    pattern = re.compile(rf"^@{re.escape(marker)} (\w+) = (.*?)\n(?=@{re.escape(marker)} |\Z)", re.M | re.S)
    return {found[1]: found[2] for found in pattern.finditer(text)}


def parsed(declared: Sequence[Parameter], texts: Mapping[str, str]) -> dict[str, object]:
    """The values that the texts mean, each by its parameter's type, or as what it looks like."""
    by_name = {one.name: one for one in declared}
    return {
        name: _parsed(by_name[name], text) if name in by_name else _guessed(text)
        for name, text in texts.items()
    }


def _guessed(text: str) -> object:
    if text.strip().lower() in ("true", "false"):
        return text.strip().lower() == "true"
    for read in (json.loads, ast.literal_eval):
        try:
            return read(text)
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            continue
    return text


def _parsed(parameter: Parameter, text: str) -> object:
    if parameter.type.startswith("list") or parameter.type == "dict":
        # REANA writes lists and maps as Python does; who starts a workflow by hand writes JSON or YAML
        for read in (json.loads, ast.literal_eval):
            try:
                value = read(text)
            except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
                continue
            if isinstance(value, list | dict):
                return value
    return parameter.parse(text)


def require_passable(declared: Sequence[Parameter], values: Mapping[str, object]) -> None:
    """See that every value comes to the step as it is given here.

    Raises
    ------
    InputError
        Naming the parameter that REANA cannot pass on.
    """
    total = 0
    for name, value in values.items():
        if not _NAME.fullmatch(name):
            raise InputError(
                f"REANA cannot pass on a parameter of the name '{name}'",
                hint="its names are of the letters a to z, digits and _",
                code="bad_parameter",
            )
        obstacle = fault(value)
        text = "" if obstacle else str(value)
        total += len(text.encode(errors="replace"))
        loose = next((one for one in declared if one.name == name), None)
        try:
            text.encode()
            there = _guessed(text) if loose is None else _parsed(loose, text)
            arrives = not obstacle and not _CONTROLS.search(text) and same(there, value)
        except (InputError, UnicodeEncodeError):
            arrives = False
        if not arrives:
            raise InputError(
                f"REANA cannot pass on the value of {name}, {quoted(value)}",
                hint=obstacle or "it puts values into a command as text: leave out control characters",
                code="bad_parameter",
            )
    if total > LONGEST:
        raise InputError(
            f"the parameters are {total} bytes of text, and a command of REANA's holds {LONGEST}",
            hint="put long lists into a file, or into the lake",
            code="bad_parameter",
        )


def fault(value: object, depth: int = 0) -> str:
    """What to do about a value that no text stands for, however deep that is in it."""
    if depth > _DEEPEST:
        return "nest lists and maps less deeply"
    if isinstance(value, float) and not math.isfinite(value):
        return "give finite numbers"
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return next(filter(None, (fault(one, depth + 1) for one in inner)), "")


def same(one: object, other: object) -> bool:
    """Whether two values are equal and of one type, as deep as they go; a whole float may be an int."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return one == other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    return type(one) is type(other) and one == other
