from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from freezeout.errors import InputError
from freezeout.files import read_yaml
from freezeout.physics.collider.zprime import ALPHA_MZ, SINE2_THETA_W, zprime


def test_psi_is_axial_for_all_but_the_neutrinos() -> None:
    psi = zprime("psi")
    for coupling in (psi.up, psi.down, psi.lepton):
        assert coupling.vector == 0
        assert coupling.squared == pytest.approx(psi.lepton.squared, rel=1e-12)
    assert psi.neutrino.right == 0
    assert psi.neutrino.left == psi.lepton.left


def test_ssm_couples_as_the_z() -> None:
    ssm = zprime("ssm")
    weak = np.sqrt(4 * np.pi * ALPHA_MZ / (SINE2_THETA_W * (1 - SINE2_THETA_W)))
    # v = T3 / 2 - Q sin^2, a = T3 / 2 in units of e / (sin cos)
    assert ssm.up.axial == pytest.approx(weak / 4)
    assert ssm.down.axial == pytest.approx(-weak / 4)
    assert ssm.lepton.vector == pytest.approx(weak * (-0.25 + SINE2_THETA_W))
    assert ssm.up.vector == pytest.approx(weak * (0.25 - 2 / 3 * SINE2_THETA_W))


def test_ssm_at_the_mass_of_the_z_has_its_width_without_tops() -> None:
    # 2.4955 GeV with QCD corrections (PDG); 1 + alpha_s/pi is 3.8 % of the hadronic 70 %
    assert zprime("ssm").width(91.1876) == pytest.approx(2.4955 / 1.027, rel=0.01)


@pytest.mark.parametrize("model", ["psi", "ssm"])
def test_the_widths_are_those_that_the_search_names(model: str, root: Path) -> None:
    named = read_yaml(root / "tests/reference/atlas_dilepton.yaml")["relative_widths"]  # type: ignore[index]
    assert zprime(model).relative_width(4000.0) == pytest.approx(named[model], rel=0.07)


def test_another_model_is_refused() -> None:
    with pytest.raises(InputError, match="psi or ssm"):
        zprime("chi")
