from __future__ import annotations

import numpy as np
import pytest

from freezeout import InputError
from freezeout.physics.direct.targets import elements, mixture, target


@pytest.mark.parametrize("name", elements())
def test_isotopes_of_every_element_average_to_its_atomic_weight(name: str) -> None:
    isotopes, mean = target(name), target(name, "mean")
    assert isotopes.mass_fraction.sum() == pytest.approx(1, abs=1e-12)
    # nuclei per mass, inverted, is the mean mass; sulphur's tabulated weight is the centre of an interval
    average = 1 / np.sum(isotopes.mass_fraction / isotopes.atomic_mass)
    assert average == pytest.approx(float(mean.atomic_mass[0]), rel=3e-4)
    assert np.all(np.abs(isotopes.atomic_mass - isotopes.mass_number) < 0.1)
    assert isotopes.has_spin == mean.has_spin


def test_even_even_nuclei_have_no_spin_and_odd_ones_have() -> None:
    spinless = {name for name in elements() if not target(name).has_spin}
    assert spinless == {"Ar"}
    xenon = target("Xe")
    assert xenon.mass_number[xenon.spin > 0].tolist() == [129, 131]


def test_a_mixture_keeps_the_shares_of_its_elements() -> None:
    cesium_iodide = mixture({"Cs": 0.5115, "I": 0.4885})
    assert cesium_iodide.mass_fraction.tolist() == pytest.approx([0.5115, 0.4885])
    assert len(mixture({"He": 0.3, "F": 0.7})) == 3
    assert mixture({"Ar": 0.5, "He": 0.5}, "mean").mass_number.tolist() == [39.948, 4.002602]


def test_unknown_elements_modes_and_shares_are_refused() -> None:
    with pytest.raises(InputError, match="no target 'Unobtainium'"):
        target("Unobtainium")
    with pytest.raises(InputError, match="no target mode 'average'"):
        target("Ar", "average")
    with pytest.raises(InputError, match="sum to 1"):
        mixture({"He": 0.6, "F": 0.6})
    with pytest.raises(InputError, match="sum to 1"):
        mixture({})
