"""Curves to draw."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from freezeout.limits.curve import LimitCurve, Reference

Make = Callable[..., LimitCurve]


@pytest.fixture
def make() -> Make:
    """A function that makes a curve with some fields changed."""

    def made(**changes: Any) -> LimitCurve:
        values: dict[str, Any] = {
            "plane": "si",
            "mass": np.array([10.0, 100.0, 1000.0]),
            "limit": np.array([1e-44, 1e-46, 1e-45]),
            "label": "A limit",
            "experiment": "A",
            "confidence_level": 0.9,
            "kind": "observed",
            "provenance": "collaboration",
            "references": (Reference(arxiv="1802.07198"),),
        }
        return LimitCurve(**(values | changes))

    return made
