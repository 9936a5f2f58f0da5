"""The local density scales direct limits, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freezeout import InputError, LimitCurve, Reference
from freezeout.limits.conversions import rescale_all, rescale_density
from freezeout.limits.published import published_curve, published_curves

DENSITY = st.floats(0.05, 2.0)


def curve_at(rho_dm: float) -> LimitCurve:
    """A limit that states its density."""
    return LimitCurve(
        "si", np.array([10.0, 20.0]), np.array([1e-44, np.nan]), "a", "A", 0.9, "observed", "computed",
        (Reference(text="a"),), bands={"sensitivity_median": np.array([1e-44, 2e-44])},
        columns={"edge [cm2]": np.array([3.0, 4.0]), "fraction": np.array([0.1, 0.2])},
        assumptions={"rho_dm": rho_dm},
    )  # fmt: skip


@given(first=DENSITY, second=DENSITY)
def test_the_product_of_limit_and_density_is_kept(first: float, second: float) -> None:
    before = curve_at(first)
    after = rescale_density(before, second)
    np.testing.assert_allclose(after.limit * second, before.limit * first, rtol=1e-14)
    np.testing.assert_allclose(
        after.bands["sensitivity_median"] * second, before.bands["sensitivity_median"] * first, rtol=1e-14
    )
    np.testing.assert_allclose(after.columns["edge [cm2]"] * second, before.columns["edge [cm2]"] * first)
    np.testing.assert_array_equal(after.columns["fraction"], before.columns["fraction"])
    assert after.assumptions["rho_dm"] == second
    np.testing.assert_allclose(rescale_density(after, first).limit, before.limit, rtol=1e-14)


@pytest.mark.parametrize(
    ("id", "reason"),
    [
        ("si-neutrino-floor-xe", "theory curve"),
        ("sigmav-veritas-bb", "scattering only"),
        ("si-cosine-100", "does not state the rho_dm"),
    ],
)
def test_what_cannot_be_rescaled_says_why(id: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        rescale_density(published_curve(id), 0.4)


@pytest.mark.parametrize("rho_dm", [0.0, -0.3, float("nan"), float("inf"), True])
def test_a_density_is_a_positive_number(rho_dm: float) -> None:
    with pytest.raises(InputError, match="rho_dm is"):
        rescale_density(curve_at(0.3), rho_dm)


def test_none_is_lost_when_all_are_rescaled() -> None:
    curves = (*published_curves("si"), curve_at(0.3))
    found = rescale_all(curves, 0.4)
    assert len(found.curves) + len(found.refused) == len(curves)
    assert all(reason for _, reason in found.refused)
