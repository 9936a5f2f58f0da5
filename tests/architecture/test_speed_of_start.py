"""Starting is quick: what a user waits for at every command."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time

import pytest

pytestmark = pytest.mark.alone


def seconds(*command: str, times: int = 7) -> float:
    """Median wall time of a command, with compiled bytecode."""
    env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    found = []
    for _ in range(times + 1):
        start = time.perf_counter()
        subprocess.run([sys.executable, *command], check=True, capture_output=True, env=env)
        found.append(time.perf_counter() - start)
    return statistics.median(found[1:])


@pytest.mark.slow
def test_importing_freezeout_takes_at_most_twice_the_time_of_numpy() -> None:
    assert seconds("-c", "import freezeout") <= 2 * seconds("-c", "import numpy")


@pytest.mark.slow
def test_importing_what_a_notebook_needs_takes_at_most_twice_the_time_of_numpy() -> None:
    used = "import freezeout; freezeout.LimitCurve; freezeout.experiment"
    assert seconds("-c", used) <= 2 * seconds("-c", "import numpy")


@pytest.mark.slow
def test_help_is_shown_in_half_a_second() -> None:
    assert seconds("-m", "freezeout.cli", "--help") < 0.5
