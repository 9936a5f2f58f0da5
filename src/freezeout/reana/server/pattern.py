"""Patterns of paths, as a shell has them: ``*``, ``?``, ``[a-z]`` within a name, ``**`` over folders."""

from __future__ import annotations

import re
from collections.abc import Callable

_MOST_STARS = 12
_PIECES = re.compile(r"\*\*/|\*+|\?|\[[!^]?\]?[^\]/]*\]|[^*?\[]+|\[")


def matcher(pattern: str) -> Callable[[str], bool] | None:
    """What tells whether a path matches; None when the pattern is a plain name.

    Examples
    --------
    >>> [path for path in ("a.txt", "b/c.txt", "b/d/e.txt") if matcher("**/*.txt")(path)]
    ['a.txt', 'b/c.txt', 'b/d/e.txt']
    >>> matcher("b/*")("b/d/e.txt")
    False
    """
    if not re.search(r"[*?\[]", pattern):
        return None
    pieces = _PIECES.findall(re.sub(r"(\*\*/)+", "**/", pattern))
    if sum(piece.startswith("*") for piece in pieces) > _MOST_STARS:
        return lambda _path: False  # no sensible one has as many, and trying all ways would take for ever
    try:
        compiled = re.compile("".join(map(_translated, pieces)), re.DOTALL)
    except re.error:
        return lambda _path: False
    return lambda path: compiled.fullmatch(path) is not None


def _translated(piece: str) -> str:
    if piece == "**/":
        return "(?:[^/]+/)*"
    if piece == "*":
        return "[^/]*"
    if piece.startswith("**"):
        return ".*"
    if piece == "?":
        return "[^/]"
    if piece.startswith("[") and len(piece) > 2:
        inside = piece[1:-1]
        negated = inside[0] in "!^"
        inside = inside[negated:].replace("\\", "\\\\").replace("[", "\\[").replace("&", "\\&")
        inside = inside.replace("]", "\\]").replace("~", "\\~").replace("|", "\\|")
        return f"(?!/)[{'^' if negated else ''}{inside}]"
    return re.escape(piece)
