"""A table or histogram of a ROOT file as JSON; run by an interpreter that has uproot.

python root_reader.py FILE ROWS [NAME]
"""

from __future__ import annotations

import json
import resource
import sys
from typing import Any

_MEMORY, _SECONDS = 3 << 30, 20
_COLUMNS, _NAMES = 100, 200
_TABLES = ("TTree", "TNtuple", "TNtupleD", "ROOT::RNTuple")


def main(path: str, most: int, wanted: str = "") -> None:
    """Write what there is: the one that is wanted, or the first."""
    # others wrote the file: what it says of its sizes need not be so
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    import uproot  # type: ignore[import-not-found]

    with uproot.open(path) as file:
        kinds = {name: kind for name, kind in file.classnames().items() if _is_shown(kind)}
        found: dict[str, Any] = {"names": list(kinds)[:_NAMES], "columns": [], "rows": [], "total": 0}
        name = wanted if wanted in kinds else next(iter(kinds), "")
        if name:
            shown = _table(file[name], most) if kinds[name] in _TABLES else _histogram(file[name])
            found.update(zip(("columns", "rows", "total"), shown, strict=True))
        sys.stdout.write(json.dumps(found | {"name": name}))


def _is_shown(kind: str) -> bool:
    return kind in _TABLES or kind.startswith("TH1") or kind == "TProfile"


def _table(table: Any, most: int) -> tuple[list[str], list[list[Any]], int]:
    total, columns = int(table.num_entries), {}
    for name in list(table.keys(recursive=False))[:_COLUMNS]:
        try:
            columns[name] = table[name].array(entry_stop=most).tolist()
        except Exception as error:  # a branch that uproot cannot read does not hide the others
            columns[name] = [f"({type(error).__name__})"] * min(most, total)
    rows = [list(map(_plain, row)) for row in zip(*columns.values(), strict=False)]
    return list(columns), rows, total


def _histogram(histogram: Any) -> tuple[list[str], list[list[Any]], int]:
    values, edges = histogram.to_numpy()
    rows = [[float(a), float(b), float(v)] for a, b, v in zip(edges, edges[1:], values, strict=False)]
    return ["from", "to", "content"], [list(map(_plain, row)) for row in rows], len(rows)


def _plain(value: Any) -> Any:
    if isinstance(value, bool | int | str) or value is None:
        return value
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else str(value)
    return str(value)[:300]


if __name__ == "__main__":
    try:
        main(sys.argv[1], int(sys.argv[2]), *sys.argv[3:4])
    except Exception as error:
        sys.exit(f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0]}")
