"""What two workflows do not have in common: their specifications and their files."""

from __future__ import annotations

import difflib
import json
import os
import re
from collections.abc import Iterator, Mapping
from typing import Any

from freezeout.reana.server.refusal import Refusal
from freezeout.reana.server.workspace import Entry, Workspace

_LARGEST = 500_000
_MOST_LINES = 5_000
_MOST_OF_ALL = 50_000
_CHUNK = 1 << 20
# a client that splits lines at them would see lines that begin with nothing
_BREAKS = re.compile("[\x00-\x08\x0a-\x1f\x85\u2028\u2029]")


def of_specifications(a: Mapping[str, Any], b: Mapping[str, Any], context: int) -> dict[str, list[str]]:
    """The lines that differ, for each section; no lines where none do.

    Examples
    --------
    >>> of_specifications({"version": "1"}, {"version": "2"}, 0)
    {'version': ['@@ -1 +1 @@', '-"1"', '+"2"']}
    """
    sections = dict.fromkeys([*a, *b])
    return {
        section: _lines(_written(a.get(section)), _written(b.get(section)), context) for section in sections
    }


def _written(section: Any) -> list[str]:
    if section is None:
        return []
    return json.dumps(section, indent=2, sort_keys=True, ensure_ascii=False).split("\n")


def _lines(a: list[str], b: list[str], context: int) -> list[str]:
    found = list(difflib.unified_diff(a, b, n=context, lineterm=""))[2:]
    return [_BREAKS.sub("\ufffd", line) for line in found]


def of_workspaces(a: Workspace, b: Workspace, names: tuple[str, str], brief: bool, context: int) -> str:
    """What a listing of the differences of two folders says; text is compared line by line."""
    said: list[str] = []
    for line in _compared(a, b, names, brief, context):
        said.append(line)
        if len(said) >= _MOST_OF_ALL:
            said.append("… there are more differences …")
            break
    return "\n".join(said)


def _compared(a: Workspace, b: Workspace, names: tuple[str, str], brief: bool, context: int) -> Iterator[str]:
    in_a = {entry.path: entry for entry in a.walk() if not entry.is_folder}
    in_b = {entry.path: entry for entry in b.walk() if not entry.is_folder}
    for path in sorted({*in_a, *in_b}):
        shown = _BREAKS.sub("\ufffd", os.fsencode(path).decode("utf-8", "replace"))
        if path not in in_a or path not in in_b:
            yield f"Only in {names[0] if path in in_a else names[1]}: {shown}"
            continue
        both = in_a[path], in_b[path]
        if _same(a, b, path, both):
            continue
        texts = None if brief else _texts(a, b, path, both)
        if texts is None:
            yield f"Files {names[0]}/{shown} and {names[1]}/{shown} differ"
            continue
        yield f"--- {names[0]}/{shown}"
        yield f"+++ {names[1]}/{shown}"
        yield from _lines(*texts, context)


def _same(a: Workspace, b: Workspace, path: str, both: tuple[Entry, Entry]) -> bool:
    if not (both[0].is_file and both[1].is_file):
        return both[0].kind == both[1].kind
    if both[0].size != both[1].size:
        return False
    try:
        with os.fdopen(a.open(path), "rb") as one, os.fdopen(b.open(path), "rb") as other:
            while piece := one.read(_CHUNK):
                if piece != other.read(_CHUNK):
                    return False
            return not other.read(1)
    except (OSError, Refusal):
        return False


def _texts(
    a: Workspace, b: Workspace, path: str, both: tuple[Entry, Entry]
) -> tuple[list[str], list[str]] | None:
    if any(entry.size > _LARGEST or not entry.is_file for entry in both):
        return None
    found = []
    for workspace in (a, b):
        try:
            with os.fdopen(workspace.open(path), "rb") as stream:
                found.append(stream.read(_LARGEST + 1).decode("utf-8").split("\n"))
        except (OSError, Refusal, UnicodeDecodeError):
            return None
    if any(len(lines) > _MOST_LINES or "\0" in "".join(lines) for lines in found):
        return None
    return found[0], found[1]
