from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freezeout import InputError
from freezeout.stats.threshold import level_of, threshold_of


def test_the_usual_pairs() -> None:
    assert threshold_of(0.95) == pytest.approx(2.7055, abs=1e-4)
    assert threshold_of(0.9) == pytest.approx(1.6424, abs=1e-4)
    assert level_of(3.84) == pytest.approx(0.97498, abs=1e-5)
    assert level_of(2.71) == pytest.approx(0.9501, abs=1e-4)


@given(st.floats(0.501, 0.999999))
def test_a_level_comes_back_from_its_threshold(level: float) -> None:
    assert level_of(threshold_of(level)) == pytest.approx(level, rel=1e-9)


@pytest.mark.parametrize("level", [0.5, 0.3, 0.0, 1.0, -1.0, float("nan")])
def test_a_level_of_no_upper_limit_is_refused(level: float) -> None:
    with pytest.raises(InputError, match="confidence_level"):
        threshold_of(level)


@pytest.mark.parametrize("threshold", [0.0, -1.0, 1e4, float("nan")])
def test_a_threshold_of_no_level_is_refused(threshold: float) -> None:
    with pytest.raises(InputError, match="threshold"):
        level_of(threshold)
