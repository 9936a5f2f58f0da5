from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from freezeout.errors import InputError
from freezeout.physics.collider.resonance import FiducialLimits, UnitCrossSections, grid

MASS = np.geomspace(250.0, 6000.0, 12)
PERCENT = np.array([0.1, 0.5, 1.2, 3.0, 6.0, 10.0])


def power_law() -> UnitCrossSections:
    """F = M^-3 / w for up-type quarks, half of it for down-type ones."""
    up = MASS[:, None] ** -3 / (PERCENT / 100)
    return UnitCrossSections(MASS, PERCENT / 100, up, up / 2)


def limits() -> FiducialLimits:
    width = np.array([0.0, 0.5, 1.2, 3.0, 6.0, 10.0]) / 100
    return FiducialLimits(MASS, width, np.exp(-MASS[:, None] / 1000 + 10 * width))


@settings(deadline=None)  # the first example imports scipy's splines
@given(st.floats(250.0, 6000.0), st.floats(1e-5, 0.1))
def test_a_power_law_is_interpolated_exactly_also_below_the_narrowest_width(
    mass: float, width: float
) -> None:
    found = power_law().fiducial(mass, width, 1.0, 1.0, 1.0)
    assert found == pytest.approx(1.5 * mass**-3 / width, rel=1e-9)


@settings(deadline=None)
@given(st.floats(0.0, 2.0), st.floats(0.0, 2.0), st.floats(0.0, 2.0))
def test_couplings_are_folded_in(up2: float, down2: float, lepton2: float) -> None:
    table = power_law()
    up, down = table.fiducial(1000.0, 0.03, 1.0, 0.0, 1.0), table.fiducial(1000.0, 0.03, 0.0, 1.0, 1.0)
    found = table.fiducial(1000.0, 0.03, up2, down2, lepton2)
    assert found == pytest.approx(lepton2 * (up2 * up + down2 * down), rel=1e-12, abs=1e-30)


def test_a_limit_is_straight_in_its_logarithm_and_exact_at_its_points() -> None:
    table = limits()
    assert table.at(table.mass[3], table.relative_width[2]) == pytest.approx(table.limit[3, 2], rel=1e-12)
    assert table.at(table.mass[-1], table.relative_width[-1]) == pytest.approx(table.limit[-1, -1], rel=1e-12)
    middle = table.at((MASS[4] + MASS[5]) / 2, 0.045)
    assert middle == pytest.approx(np.exp(-(MASS[4] + MASS[5]) / 2000 + 0.45), rel=1e-12)


def test_masses_and_widths_broadcast() -> None:
    masses, widths = np.array([300.0, 500.0, 700.0]), np.array([[0.01], [0.02]])
    assert limits().at(masses, widths).shape == (2, 3)
    assert power_law().fiducial(masses, widths, 1.0, 1.0, 1.0).shape == (2, 3)


@pytest.mark.parametrize(
    ("mass", "width", "what"),
    [
        (249.0, 0.01, "mass 249 GeV"),
        (6001.0, 0.01, "mass 6001 GeV"),
        (1000.0, 0.101, "relative width 0.101"),
        (1000.0, -0.1, "width"),
        (float("nan"), 0.01, "mass nan"),
    ],
)
def test_nothing_is_extrapolated(mass: float, width: float, what: str) -> None:
    for call in (lambda: limits().at(mass, width), lambda: power_law().fiducial(mass, width, 1.0, 1.0, 1.0)):
        with pytest.raises(InputError, match=what):
            call()


def test_a_resonance_without_width_is_refused() -> None:
    with pytest.raises(InputError, match="no width"):
        power_law().fiducial(1000.0, 0.0, 1.0, 1.0, 1.0)


def test_a_table_that_is_no_full_grid_is_refused() -> None:
    good = {
        "m": np.array([1.0, 1.0, 2.0, 2.0]),
        "w": np.array([0.0, 1.0, 0.0, 1.0]),
        "y": np.arange(1.0, 5.0),
    }
    rows, places, matrix = grid(good, "m", "w", "y")
    assert (rows.tolist(), places.tolist(), matrix.tolist()) == ([1, 2], [0, 1], [[1, 2], [3, 4]])
    hole = {name: values[:3] for name, values in good.items()}
    for bad in (
        hole,
        good | {"y": np.array([1.0, 0.0, 1.0, 1.0])},
        good | {"y": np.array([1.0, np.nan, 1.0, 1.0])},
    ):
        with pytest.raises(InputError, match="not a full grid"):
            grid(bad, "m", "w", "y")
    twice = {name: np.append(values, values[0]) for name, values in good.items()}
    with pytest.raises(InputError, match="not a full grid"):
        grid(twice, "m", "w", "y")
    with pytest.raises(InputError, match="no column 'z'"):
        grid(good, "m", "w", "z")
