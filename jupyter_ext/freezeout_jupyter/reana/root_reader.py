"""The first table or histogram of a ROOT file as JSON; run by an interpreter that has uproot.

python root_reader.py FILE ROWS
"""

from __future__ import annotations

import json
import resource
import sys
from typing import Any

_MEMORY, _SECONDS = 3 << 30, 20
_COLUMNS = 100


def main(path: str, most: int) -> None:
    """Print what there is."""
    # others wrote the file: what it says of its sizes need not be so
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    import uproot  # type: ignore[import-not-found]

    with uproot.open(path) as file:
        kinds = {name: kind for name, kind in file.classnames().items() if _is_shown(kind)}
        found: dict[str, Any] = {"names": list(kinds)[:200], "columns": [], "rows": [], "total": 0}
        for name, kind in list(kinds.items())[:1]:
            shown = _tree(file[name], most) if kind in ("TTree", "TNtuple") else _histogram(file[name])
            found.update(zip(("columns", "rows", "total"), shown, strict=True))
        sys.stdout.write(json.dumps(found))


def _is_shown(kind: str) -> bool:
    return kind in ("TTree", "TNtuple") or kind.startswith("TH1") or kind == "TProfile"


def _tree(tree: Any, most: int) -> tuple[list[str], list[list[Any]], int]:
    names = [one for one in tree.keys(recursive=False) if tree[one].interpretation is not None][:_COLUMNS]
    columns = {}
    for name in names:
        try:
            columns[name] = tree[name].array(entry_stop=most, library="np").tolist()
        except Exception as error:  # a branch that uproot cannot read does not hide the others
            columns[name] = [f"({type(error).__name__})"] * min(most, tree.num_entries)
    rows = [list(map(_plain, row)) for row in zip(*columns.values(), strict=False)]
    return list(columns), rows, int(tree.num_entries)


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
    main(sys.argv[1], int(sys.argv[2]))
