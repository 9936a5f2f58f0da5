"""DarkSide-50's limit at 100 masses: ours and wimprates, in CPU seconds for the same grid.

Both compute the rate at the same masses and energies, weigh it with the acceptance and turn the
events into a limit. The halo is wimprates' default one, the only one for which it is right. The whole
analysis is also timed: reading the inputs, three isotopes, toys and likelihood included.
"""

from __future__ import annotations

import numpy as np
from peers import wimprates_curve
from stopwatch import cpu_seconds

import freezeout
from freezeout.physics.direct.elastic import differential_rate
from freezeout.physics.direct.halo import StandardHalo
from freezeout.physics.direct.targets import target
from freezeout.stats import poisson

MASSES = np.geomspace(30.0, 1e4, 100)
EXPOSURE = 16660.0
WANTED_RATIO = 5000


def measure(repeats: int = 200) -> dict[str, object]:
    """CPU seconds of both, their ratio, and the largest relative difference of the two curves."""
    experiment = freezeout.experiment("darkside50")
    acceptance = experiment.analysis.read_acceptance(experiment.inputs["acceptance"])
    energies, weights = acceptance.quadrature()
    version, v_earth = wimprates_curve.versions()
    argon, halo = target("Ar", "mean"), StandardHalo(wimprates_curve.V_0, wimprates_curve.V_ESC, v_earth, 0.3)

    def limits(rate: np.ndarray) -> np.ndarray:
        return 1e-45 * float(poisson.upper_limit(0, 0.9)) / (EXPOSURE * (rate @ weights))

    peer_s, theirs = cpu_seconds(lambda: limits(wimprates_curve.rates(MASSES, energies)), 1)
    ours_s, ours = cpu_seconds(lambda: limits(differential_rate(energies, MASSES, argon, halo)), repeats)
    parameters = experiment.check({"wimp_masses": MASSES.tolist()})
    inputs = experiment.inputs
    whole_s, _ = cpu_seconds(lambda: experiment.analysis.limit(inputs, **parameters).curve.limit, repeats)
    difference = float(np.max(np.abs(ours / theirs - 1)))
    if difference > 1e-3:
        raise RuntimeError(f"the curves differ by {difference:.1e}")
    return {
        "name": "DarkSide-50 limit curve",
        "peer": "wimprates",
        "peer_version": version,
        "peer_cpu_s": peer_s,
        "ours_cpu_s": ours_s,
        "ratio": peer_s / ours_s,
        "wanted_ratio": WANTED_RATIO,
        "whole_analysis_cpu_s": whole_s,
        "grid": f"{MASSES.size} masses x {energies.size} energies",
        "max_relative_difference": difference,
    }


if __name__ == "__main__":
    for name, value in measure().items():
        print(f"{name}: {value}")
