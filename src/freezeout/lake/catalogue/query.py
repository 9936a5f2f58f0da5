"""The one grammar of searches, for the command line, the panel and the library.

``key=value`` (also ``!= > >= < <=``), ``name=glob*``, a bare word (part of the name); AND, a blank or a
comma; OR; parentheses. A number, ``true`` and ``false`` are what they look like; in quotes they are text.
A star stands for anything; a backslash takes the next sign as it is. ``type=`` and ``scope=`` are those
of the DID.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Literal, NoReturn

from freezeout.errors import InputError

Operator = Literal["=", "!=", ">", ">=", "<", "<="]
Value = str | int | float | bool

_LONGEST = 4000
_MOST_ALTERNATIVES = 64
_DEEPEST = 40
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_PLAIN = re.compile(r"[^\s,()\"'=<>!\\]+")
_TOKEN = re.compile(
    r"""(?P<blank>[\s,]+)|(?P<open>\()|(?P<close>\))|(?P<operator>!=|>=|<=|==|=|>|<)"""
    r"""|(?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<word>(?:[^\s,()"'=<>!\\]|\\.|!(?!=))+)""",
    re.DOTALL,
)
_TYPES = ("container", "dataset", "file")


@dataclass(frozen=True)
class Term:
    """One condition. Text is a pattern: ``*`` is anything, and a backslash makes ``*`` and itself plain."""

    key: str
    operator: Operator
    value: Value

    def __str__(self) -> str:
        return f"{_written(self.key, key=True)}{self.operator}{_written(self.value)}"


@dataclass(frozen=True)
class All:
    """Conditions that must all hold."""

    parts: tuple[Part, ...]

    def __str__(self) -> str:
        return " AND ".join(f"({part})" if isinstance(part, Any_) else str(part) for part in self.parts)


@dataclass(frozen=True)
class Any_:
    """Conditions of which one must hold."""

    parts: tuple[Part, ...]

    def __str__(self) -> str:
        return " OR ".join(map(str, self.parts))


Part = Term | All | Any_


@dataclass(frozen=True)
class Query:
    """A search; ``str`` gives it in its normal form, which reads as the same search.

    Attributes
    ----------
    tree : Term, All, Any_ or None
        The conditions; None asks for everything.
    """

    tree: Part | None = None

    def __str__(self) -> str:
        return "" if self.tree is None else str(self.tree)

    def alternatives(self) -> list[tuple[Term, ...]]:
        """The search as alternatives of conditions that must all hold."""
        return [()] if self.tree is None else [tuple(dict.fromkeys(one)) for one in _flat(self.tree)]


def parse(text: str) -> Query:
    """Read a search.

    Raises
    ------
    InputError
        Points at the place that cannot be read.

    Examples
    --------
    >>> str(parse('experiment=darkside50, (rho_dm=0.3 or rho_dm=0.4) limit'))
    'experiment=darkside50 AND (rho_dm=0.3 OR rho_dm=0.4) AND name=*limit*'
    """
    if len(text) > _LONGEST:
        raise InputError(f"the search is longer than {_LONGEST} signs", code="bad_query")
    reader = _Reader(text)
    if not reader.tokens:
        return Query()
    found = Query(reader.any_of(0))
    if reader.now is not None:
        reader.fail("a ')' without its '('" if reader.now.kind == "close" else "something is left over")
    if _count(found.tree) > _MOST_ALTERNATIVES:
        raise InputError(
            f"the search has more than {_MOST_ALTERNATIVES} alternatives", code="bad_query",
            hint="search in several steps",
        )  # fmt: skip
    return found


def glob(pattern: str) -> re.Pattern[str]:
    """What text must match to fit the text of a term."""
    parts, index = [], 0
    while index < len(pattern):
        sign = pattern[index]
        if sign == "\\" and index + 1 < len(pattern):
            index += 1
            parts.append(re.escape(pattern[index]))
        else:
            parts.append(".*" if sign == "*" else re.escape(sign))
        index += 1
    return re.compile("".join(parts), re.DOTALL)


def plain(pattern: str) -> str | None:
    """The text itself when it has no star that stands for anything, else None."""
    out, index = [], 0
    while index < len(pattern):
        sign = pattern[index]
        if sign == "*":
            return None
        if sign == "\\" and index + 1 < len(pattern):
            index += 1
            sign = pattern[index]
        out.append(sign)
        index += 1
    return "".join(out)


def quoted(text: str) -> str:
    """A text as the pattern that fits nothing else."""
    return text.replace("\\", "\\\\").replace("*", "\\*")


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    place: int

    def says(self, word: str) -> bool:
        return self.kind == "word" and self.text.upper() == word


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(self._tokens())
        self.index = 0

    def _tokens(self) -> Iterator[_Token]:
        place = 0
        while place < len(self.text):
            found = _TOKEN.match(self.text, place)
            if found is None:
                what = "a quote without its end" if self.text[place] in "\"'" else f"'{self.text[place]}'"
                self._point(place, f"{what} cannot be read")
            if found.lastgroup != "blank":
                yield _Token(str(found.lastgroup), found.group(), place)
            place = found.end()

    @property
    def now(self) -> _Token | None:
        return self.tokens[self.index] if self.index < len(self.tokens) else None

    def fail(self, what: str) -> NoReturn:
        self._point(self.now.place if self.now else len(self.text), what)

    def _point(self, place: int, what: str) -> NoReturn:
        shown = f"{self.text[:place]}▸{self.text[place:]}"
        if len(shown) > 120:
            start = max(0, place - 60)
            shown = f"…{shown[start : start + 120]}…"
        raise InputError(
            f"the search cannot be read at ▸: {shown} – {what}",
            hint="write it like: experiment=darkside50 AND (rho_dm=0.3 OR rho_dm>0.4) AND name=*limit*",
            code="bad_query",
        )

    def any_of(self, deep: int) -> Part:
        if deep > _DEEPEST:
            self.fail("it is nested too deeply")
        parts = [self.all_of(deep)]
        while self._joins("OR"):
            self.index += 1
            parts.append(self.all_of(deep))
        return _joined(Any_, parts)

    def all_of(self, deep: int) -> Part:
        parts = [self.one(deep)]
        while self.now is not None and not self._joins("OR") and self.now.kind != "close":
            if self._joins("AND"):
                self.index += 1
            parts.append(self.one(deep))
        return _joined(All, parts)

    def _joins(self, word: str) -> bool:
        """Whether the word stands here to join conditions, and not as a key."""
        after = self.tokens[self.index + 1] if self.index + 1 < len(self.tokens) else None
        return self.now is not None and self.now.says(word) and not (after and after.kind == "operator")

    def one(self, deep: int) -> Part:
        token = self.now
        if token is None:
            self.fail("a condition is missing")
        if token.kind == "open":
            self.index += 1
            inside = self.any_of(deep + 1)
            if self.now is None or self.now.kind != "close":
                self.fail("a ')' is missing")
            self.index += 1
            return inside
        if token.kind == "operator":
            self.fail("the key before it is missing")
        after = self.tokens[self.index + 1] if self.index + 1 < len(self.tokens) else None
        if after is not None and after.kind == "operator" and token.kind != "close":
            return self._term(token, after)
        if token.kind == "close" or token.says("AND") or token.says("OR"):
            self.fail("a condition is missing")
        if token.says("NOT"):
            self.fail("NOT is not known; use !=")
        self.index += 1
        return _named(_pattern(token))

    def _term(self, key: _Token, operator: _Token) -> Term:
        name = plain(_pattern(key))
        if not name:
            self.fail("a key has no star in it" if name is None else "the key is empty")
        if "." in name:
            self.fail("a key has no dot in it")
        self.index += 2
        token = self.now
        if token is None or token.kind not in ("word", "quoted"):
            self.fail("the value is missing")
        value = _value(token)
        sign: Operator = "=" if operator.text == "==" else operator.text  # type: ignore[assignment]
        if sign not in ("=", "!="):
            if name in ("name", "scope", "type"):
                self.fail(f"'{name}' is compared by = and != only")
            if isinstance(value, bool):
                self.fail("true and false are compared by = and != only")
            if isinstance(value, str) and plain(value) is None:
                self.fail("a star goes with = and != only")
        if isinstance(value, float) and not math.isfinite(value):
            self.fail("the number is too large")
        if name in ("name", "scope", "type"):
            value = _pattern(token)
        if name == "type":
            value = str(value).lower()
            if value not in _TYPES:
                self.fail(f"types are {', '.join(_TYPES)}")
        self.index += 1
        return Term(name, sign, value)


def _named(word: str) -> Part:
    """What a word alone asks for: a part of the name, or of scope and name."""
    scope, colon, name = word.partition(":")
    if colon and scope and name and "\\" not in scope:
        return All((Term("scope", "=", scope), Term("name", "=", name)))
    return Term("name", "=", word if plain(word) is None else f"*{word}*")


def _pattern(token: _Token) -> str:
    text = token.text[1:-1] if token.kind == "quoted" else token.text
    return re.sub(r"\\(.)", lambda found: found[0] if found[1] in "*\\" else found[1], text, flags=re.DOTALL)


def _value(token: _Token) -> Value:
    if token.kind == "word":
        if token.text.lower() in ("true", "false"):
            return token.text.lower() == "true"
        if len(token.text) <= 100 and _NUMBER.fullmatch(token.text):
            digits = re.fullmatch(r"[+-]?\d+", token.text)
            return int(token.text) if digits else float(token.text)
    return _pattern(token)


def _joined(kind: type[All] | type[Any_], parts: list[Part]) -> Part:
    flat: list[Part] = []
    for part in parts:
        flat += part.parts if isinstance(part, kind) else (part,)
    return flat[0] if len(flat) == 1 else kind(tuple(flat))


def _written(value: Value, key: bool = False) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str):
        return repr(value)
    pattern = quoted(value) if key else value
    looks = value.lower() in ("true", "false") or _NUMBER.fullmatch(value) is not None
    if key and value.upper() in ("AND", "OR"):
        looks = True
    elif key:
        looks = False
    if _PLAIN.fullmatch(pattern) and not looks:
        return pattern
    return '"' + pattern.replace('"', '\\"') + '"'


def _count(part: Part | None) -> int:
    if isinstance(part, Any_):
        return sum(_count(one) for one in part.parts)
    if isinstance(part, All):
        return math.prod(_count(one) for one in part.parts)
    return 1


def _flat(part: Part) -> list[tuple[Term, ...]]:
    if isinstance(part, Term):
        return [(part,)]
    if isinstance(part, Any_):
        return [one for inner in part.parts for one in _flat(inner)]
    return [sum(some, ()) for some in product(*(_flat(inner) for inner in part.parts))]
