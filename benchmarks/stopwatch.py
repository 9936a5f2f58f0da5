"""CPU seconds of a piece of work."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np


def cpu_seconds(work: Callable[[], np.ndarray], repeats: int) -> tuple[float, np.ndarray]:
    """The least CPU time of some calls, after one to warm up where there are several, and the result."""
    result = work() if repeats > 1 else np.empty(0)
    best = float("inf")
    for _ in range(repeats):
        start = time.process_time()
        result = work()
        best = min(best, time.process_time() - start)
    return best, result
