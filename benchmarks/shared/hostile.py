"""Steps that mean harm, each a workflow of its own; and whether they came to what they should."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Hostile:
    """A command, what its step asks for, and how its workflow has to end."""

    command: str
    ends: str
    says: str = ""
    hints: Mapping[str, Any] = field(default_factory=dict)


STEPS = {
    "prints": Hostile(
        "yes 'many a word of no weight' | head -c 100000000", "finished", "bytes are left out here"
    ),
    "forks": Hostile("bomb() { bomb | bomb & }; bomb; sleep 600", "failed", "processes exceeded"),
    "fills": Hostile(
        "python -c '\nx = []\nwhile True: x.append(bytearray(1 << 20))'", "failed",
        "memory limit of 512 MiB exceeded", {"kubernetes_memory_limit": "512Mi"},
    ),
    "deaf": Hostile(
        "trap '' TERM HUP INT; while true; do sleep 0.1; done", "failed", "time limit of 1 s exceeded",
        {"kubernetes_job_timeout": 1},
    ),
    "leaves": Hostile("ln -s / way; echo x > ../../x; echo x > way/x; exit 3", "failed"),
}  # fmt: skip


def left_behind(reana: Path) -> list[Path]:
    """What the last of them has written where it must not."""
    return [path for path in (reana / "x", Path("/x")) if path.exists()]
