"""Every environment that ships, built from its lock with an empty cache, built again, and tested.

``python -m freezeout.environments.report`` writes the table in ``environments/README.md``.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any

from freezeout.environments import uv
from freezeout.environments.build import run_build, size
from freezeout.environments.folder import GATEWAY, Environment, environment, scan_environments
from freezeout.environments.installation import require
from freezeout.environments.smoke import check
from freezeout.errors import FreezeoutError
from freezeout.files import write_atomically
from freezeout.jobs import child
from freezeout.jobs.reporter import Reporter
from freezeout.jobs.store import now
from freezeout.settings import shared_folder

BEGIN, END = "<!-- report -->", "<!-- /report -->"
_FAILED = "FAILED: "
_HEADER = (
    "Environment", "Status", "Python", "Cold, s", "Warm, s", "MB", "Smoke test says", "Lock", "Date", "uv",
    "Cores",
)  # fmt: skip
_ABOUT = """\
*Cold*: with an empty cache, everything downloaded, the smoke test included; *warm*: built anew from the cache
that this left; *MB*: on disk, before files are shared with the cache. One environment after the other.
"""


@dataclass(frozen=True)
class Row:
    """One environment that was measured, as text."""

    name: str
    status: str
    python: str
    cold: str
    warm: str
    megabytes: str
    result: str
    lock: str
    date: str
    uv: str
    cores: str

    @property
    def passed(self) -> bool:
        """Whether it was built and passed its test."""
        return not self.result.startswith(_FAILED)


def main(words: Sequence[str] | None = None) -> int:
    """Measure, and write the table after each environment; 1 when one of them failed."""
    options = _parser().parse_args(words)
    path: Path = options.readme or shared_folder("environments") / "README.md"
    shipped = [one for one in scan_environments()[0] if not one.own]
    chosen = shipped if options.only is None else [environment(name) for name in options.only]
    known_names = {one.name for one in [*shipped, *chosen]}
    rows = {} if options.fresh else {n: row for n, row in read_rows(path).items() if n in known_names}
    for one in chosen:
        known = rows.get(one.name)
        lock = one.lock.sha256[:12] if one.lock else "-"
        if known is not None and known.passed and known.lock == lock and options.only is None:
            _say(f"{one.name}: measured already")
        elif one.obstacle() is not None:
            _say(f"{one.name}: {one.obstacle()}")
            rows.pop(one.name, None)
        else:
            rows[one.name] = measure(one, options.place)
            remember(one, rows[one.name])
            _say(f"{one.name}: {' | '.join(astuple(rows[one.name])[3:7])}")
        write_table(path, rows, shipped)
    failed = [name for name, row in rows.items() if not row.passed]
    write_table(path, rows, shipped)
    _say(f"{path}: {len(rows)} environments, {len(failed)} failed{': ' if failed else ''}{', '.join(failed)}")
    return 1 if failed else 0


def measure(found: Environment, place: Path | None = None) -> Row:
    """Build an environment twice in a folder that is removed afterwards, and test it."""
    said = found.description
    without = ", ".join(entry["name"] for entry in said.get("missing", []))
    base = {
        "name": found.name,
        "status": found.status + (f", without {without}" if without else ""),
        "lock": found.lock.sha256[:12] if found.lock else "-",
        "date": now()[:10],
        "uv": _uv_version(),
        "cores": str(os.cpu_count()),
    }
    folder = Path(tempfile.mkdtemp(prefix="freezeout-report-", dir=place))
    before = dict(os.environ)
    os.environ |= {"FREEZEOUT_HOME": str(folder / "home"), "UV_CACHE_DIR": str(folder / "cache")}
    if found.own:
        os.environ["FREEZEOUT_ENVIRONMENTS_PATH"] = str(found.folder.parent)
    try:
        return Row(**base, **(_tested(found) if found.builder == GATEWAY else _built(found)))
    except FreezeoutError as error:
        none = dict.fromkeys(("python", "cold", "warm", "megabytes"), "-")
        return Row(**base, **none, result=_FAILED + _cell(str(error)))
    finally:
        os.environ.clear()
        os.environ.update(before)
        shutil.rmtree(folder, ignore_errors=True)


def remember(found: Environment, row: Row) -> None:
    """Keep size and time of a cold build in environment.yaml, where cards find their estimates."""
    if not row.passed or row.cold == "-":
        return
    path = found.folder / "environment.yaml"
    kept = [
        line
        for line in path.read_text(encoding="utf-8").splitlines()
        if not line.startswith(("megabytes:", "seconds:"))
    ]
    kept += [f"megabytes: {row.megabytes}", f"seconds: {float(row.cold):.0f}"]
    write_atomically(path, "\n".join(kept) + "\n")


def _built(found: Environment) -> dict[str, str]:
    cold: Mapping[str, Any] = run_build(found.name, watch=_watch(f"{found.name} cold")).result
    warm: Mapping[str, Any] = run_build(found.name, force=True, watch=_watch(f"{found.name} warm")).result
    return {
        "python": str(cold["python_version"]),
        "cold": f"{cold['seconds']:.1f}",
        "warm": f"{warm['seconds']:.1f}",
        "megabytes": f"{warm['bytes'] / 1e6:.0f}",
        "result": _cell(str(warm["smoke"]["message"])),
    }


def _tested(found: Environment) -> dict[str, str]:
    """The gateway runs already."""
    built = require(found)
    smoke = check(found, built.python, None, Reporter())
    return {
        "python": str(built.data["python_version"]),
        "cold": "-",
        "warm": "-",
        "megabytes": f"{size(built.prefix) / 1e6:.0f}",
        "result": ("" if smoke["ok"] else _FAILED) + _cell(str(smoke["message"])),
    }


def read_rows(path: Path) -> dict[str, Row]:
    """The rows of an earlier report by name."""
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    _, _, table = text.partition(BEGIN)
    rows = {}
    for line in table.partition(END)[0].splitlines():
        cells = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) == len(fields(Row)) and cells[0] != _HEADER[0] and set(cells[0]) != {"-"}:
            rows[cells[0]] = Row(*cells)
    return rows


def write_table(path: Path, rows: Mapping[str, Row], shipped: Iterable[Environment]) -> None:
    """Put the tables between their markers, or at the end of the file."""
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    names = [one.name for one in shipped]
    measured = [rows[name] for name in sorted(rows, key=lambda n: (n not in names, n))]
    absent = [(one, obstacle) for one in shipped if one.name not in rows and (obstacle := one.obstacle())]
    parts = [BEGIN, _ABOUT, _table(_HEADER, map(astuple, measured))]
    if absent:
        lines = [
            (one.name, _cell(e.message), str(one.description.get("substitute", "-"))) for one, e in absent
        ]
        parts += ["", "Not built:", "", _table(("Environment", "Why", "Nearest"), lines)]
    new = "\n".join([*parts, END])
    before, found, rest = text.partition(BEGIN)
    after = rest.partition(END)[2] if found else "\n"
    write_atomically(path, (before if found else before.rstrip() + "\n\n") + new + after)


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split())[:200]


def _uv_version() -> str:
    status, said = child.run([uv.find(), "--version"], lambda line: None, cwd=Path(tempfile.gettempdir()))
    return said[0].split()[1] if status == 0 and said else "-"


class _watch:
    """Says each new step."""

    def __init__(self, label: str) -> None:
        self._label, self._step = label, ""

    def __call__(self, fraction: float | None, message: str) -> None:
        step = message.partition(":")[0]
        if step != self._step:
            self._step = step
            _say(f"{self._label}: {message}")


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m freezeout.environments.report", description=__doc__)
    parser.add_argument("--only", nargs="+", metavar="NAME", help="measure these, though they were before")
    parser.add_argument("--fresh", action="store_true", help="forget what was measured before")
    parser.add_argument("--place", type=Path, metavar="DIR", help="build below DIR (needs some GB of room)")
    parser.add_argument("--readme", type=Path, metavar="FILE", help="write into this file")
    return parser


if __name__ == "__main__":
    sys.exit(main())
