"""Curves to test with."""

from __future__ import annotations

import numpy as np
import pytest

from freezeout.limits.curve import LimitCurve, Reference


@pytest.fixture
def curve() -> LimitCurve:
    """A computed limit with a band and a gap."""
    mass = np.array([10.0, 100.0, 1000.0])
    return LimitCurve(
        plane="si",
        mass=mass,
        limit=np.array([1e-44, np.nan, 1e-43]),
        label="An experiment",
        experiment="Experiment",
        confidence_level=0.9,
        kind="observed",
        provenance="computed",
        references=(Reference(arxiv="1802.07198"),),
        bands={"sensitivity_median": np.array([2e-44, 3e-45, 2e-43])},
        columns={"events [cm2]": np.array([1.0, 2.0, 3.0]), "fraction": np.array([0.1, 0.2, 0.3])},
        assumptions={"rho_dm": 0.3, "v_0": 220.0},
        exposure="16660 kg day",
        id="an-experiment",
    )
