"""Run every benchmark, peer and ours in one process, and keep the figures in ``results/``."""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

HERE = Path(__file__).resolve().parent


def main(wanted: list[str]) -> int:
    """Measure the benchmarks of these names, or all."""
    sys.path.insert(0, str(HERE))
    modules = [p for p in sorted(HERE.glob("*.py")) if p.stem not in ("run", "stopwatch")]
    unknown = set(wanted) - {p.stem for p in modules}
    if unknown:
        print(f"no benchmark {sorted(unknown)[0]}; there are {', '.join(p.stem for p in modules)}")
        return 2
    for path in modules:
        if wanted and path.stem not in wanted:
            continue
        figures = _load(path).measure()
        figures["machine"] = (
            f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
        )
        figures["measured_at"] = datetime.now(UTC).isoformat(timespec="seconds")
        kept = HERE / "results" / f"{path.stem}.json"
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(json.dumps(figures, indent=1) + "\n")
        print(json.dumps(figures, indent=1))
    return 0


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
