"""Work that a test makes up, done by a real job."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest

Work = Callable[..., Any]


@pytest.fixture
def as_work() -> Iterator[Callable[[Work], str]]:
    """Gives a function the name by which a job of this process finds it."""
    module = ModuleType("freezeout.made_up")
    sys.modules[module.__name__] = module

    def name(work: Work) -> str:
        setattr(module, work.__name__, work)
        return f"{module.__name__}:{work.__name__}"

    yield name
    del sys.modules[module.__name__]


def until(claim: Callable[[], object], seconds: float = 20) -> None:
    """Wait until something holds."""
    limit = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < limit, "it did not come true in time"
        time.sleep(0.02)
