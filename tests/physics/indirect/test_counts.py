from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freezeout import InputError
from freezeout.physics.indirect.counts import counts_per_sigma_v, joined_exposure


def test_one_dwarf_in_one_bin_by_hand() -> None:
    # 10 photons, 3e11 cm2 s, 100 GeV, J = 1e19 GeV2/cm5, 3e-26 cm3/s
    found = counts_per_sigma_v([[10.0]], [[3e11]], [100.0], [19.0])[0, 0, 0] * 3e-26
    assert found == pytest.approx(3e-26 / (8 * 3.141592653589793 * 100**2) * 1e19 * 10 * 3e11, rel=1e-12)
    assert found == pytest.approx(3.581, rel=1e-3)


@given(
    mass=st.floats(1, 1e5), factor=st.floats(0.1, 10), log10_jfactor=st.floats(15, 21), dex=st.floats(-2, 2)
)
def test_counts_go_with_exposure_and_j_and_against_the_mass_squared(
    mass: float, factor: float, log10_jfactor: float, dex: float
) -> None:
    one = counts_per_sigma_v([[2.0, 3.0]], [[1e11, 2e11]], [mass], [log10_jfactor])
    np.testing.assert_allclose(
        counts_per_sigma_v([[2.0, 3.0]], [[1e11 * factor, 2e11 * factor]], [mass], [log10_jfactor]),
        one * factor, rtol=1e-9,
    )  # fmt: skip
    np.testing.assert_allclose(
        counts_per_sigma_v([[2.0, 3.0]], [[1e11, 2e11]], [mass * factor], [log10_jfactor + dex]),
        one * 10**dex / factor**2, rtol=1e-9,
    )  # fmt: skip


def test_a_dirac_particle_gives_half_as_many() -> None:
    arguments = ([[2.0, 3.0]], [[1e11, 2e11]], [50.0], [18.0])
    majorana, dirac = (counts_per_sigma_v(*arguments, self_conjugate=c) for c in (True, False))
    np.testing.assert_allclose(dirac, majorana / 2, rtol=1e-14)


def test_shapes_are_mass_by_source_by_bin() -> None:
    found = counts_per_sigma_v(np.ones((4, 6)), np.ones((3, 6)), np.ones(4), np.ones(3))
    assert found.shape == (4, 3, 6)


def test_a_joined_bin_has_the_plain_mean_of_its_fine_bins() -> None:
    fine = np.arange(48.0).reshape(2, 24)
    found = joined_exposure(fine, [0, 1, 2, 3, 4, 6], [0, 1, 2, 3, 5, 23])
    np.testing.assert_allclose(found[0], [0, 1, 2, 3, 4.5, 14.5])
    np.testing.assert_allclose(found[1], found[0] + 24)


@pytest.mark.parametrize(("first", "last"), [([-1], [0]), ([0], [3]), ([2], [1])])
def test_fine_bins_that_are_not_there_are_refused(first: list[int], last: list[int]) -> None:
    with pytest.raises(InputError, match="fine bins"):
        joined_exposure([[1.0, 2.0, 3.0]], first, last)


@pytest.mark.parametrize("wrong", [-1.0, np.nan, np.inf])
def test_a_negative_or_missing_exposure_is_refused(wrong: float) -> None:
    with pytest.raises(InputError, match="exposure"):
        joined_exposure([[1.0, wrong]], [0], [1])
