"""Memory of a process with all that it started."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

_PSS = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)


def family(pid: int) -> list[int]:
    """A process and all below it."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=False).stdout
    below: dict[int, list[int]] = {}
    for line in listed.splitlines():
        child, parent = map(int, line.split())
        below.setdefault(parent, []).append(child)
    found = [pid]
    for one in found:  # grows meanwhile
        found += below.get(one, [])
    return found


def memory(pids: list[int]) -> int:
    """Bytes of some processes: what they share counts once (elsewhere than on Linux each time)."""
    if sys.platform == "linux":
        return sum(_pss(pid) for pid in pids)
    words = ["ps", "-o", "rss=", "-p", ",".join(map(str, pids))]
    listed = subprocess.run(words, capture_output=True, text=True, check=False).stdout
    return sum(1024 * int(size) for size in listed.split())


def _pss(pid: int) -> int:
    try:
        found = _PSS.search(Path(f"/proc/{pid}/smaps_rollup").read_text())
    except OSError:  # gone, or another user's
        return 0
    return 1024 * int(found[1]) if found else 0
