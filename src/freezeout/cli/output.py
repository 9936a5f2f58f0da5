"""What commands print: tables for people, JSON for programs."""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import sys
from collections.abc import Sequence


def add_json(command: argparse.ArgumentParser) -> None:
    """Give a command the option ``--json``."""
    command.add_argument("--json", action="store_true", help="print JSON instead of a table")


def print_json(value: object) -> None:
    """Print a value as JSON on standard output."""
    print(json.dumps(value, indent=1, allow_nan=False))


def print_table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows under a header; on a terminal a last column that is too long is cut."""
    if not rows:
        return
    texts = [[str(cell) for cell in row] for row in [header, *rows]]
    widths = [max(len(row[i]) for row in texts) for i in range(len(header))]
    room = shutil.get_terminal_size((120, 24)).columns if sys.stdout.isatty() else 0
    for row in texts:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        print(line[: room - 1] + "…" if 0 < room < len(line) else line)


def say(text: str, end: str = "\n") -> None:
    """Tell the user something that is not a result; work does not fail because nobody listens."""
    with contextlib.suppress(OSError):
        print(text, end=end, file=sys.stderr, flush=True)


def number(value: float) -> str:
    """A short number for tables."""
    return f"{value:.4g}"


def count(how_many: int, of_what: str) -> str:
    """A number with its noun.

    Examples
    --------
    >>> count(1, "mass"), count(2, "mass")
    ('1 mass', '2 masses')
    """
    plural = of_what + ("es" if of_what.endswith("s") else "s")
    return f"{how_many} {of_what if how_many == 1 else plural}"
