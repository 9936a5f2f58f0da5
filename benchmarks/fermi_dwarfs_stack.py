"""25 dwarfs, 50 masses, every J-factor profiled: ours and loops over SciPy, in CPU seconds.

Both get the same counts, backgrounds and expected signals, and their densities of log10 J tabulated
beforehand. The whole analysis is also timed: reading the inputs, spectra and densities included.
"""

from __future__ import annotations

import numpy as np
from peers import scipy_loops_stack
from stopwatch import cpu_seconds

import freezeout
from freezeout.stats.upper_limit import upper_limit

MASSES = np.geomspace(10.0, 1000.0, 50)
THRESHOLD = 2.71
WANTED_RATIO = 60


def measure(repeats: int = 20) -> dict[str, object]:
    """CPU seconds of both, their ratio, and the largest relative difference of the two curves."""
    experiment = freezeout.experiment("fermi_dwarfs")
    inputs, analysis = experiment.inputs, experiment.analysis
    dwarfs = analysis.read_dwarfs(inputs)
    likelihood = analysis.stack(dwarfs, MASSES, "bb")
    known = scipy_loops_stack.densities(
        dwarfs.log10_jfactor,
        dwarfs.log10_jfactor_sigma,
        [dwarfs.samples.get(name) for name in dwarfs.names],
    )
    peer_s, theirs = cpu_seconds(
        lambda: scipy_loops_stack.limits(
            likelihood.observed, likelihood.background, likelihood.signal, known, THRESHOLD
        ),
        1,
    )
    ours_s, ours = cpu_seconds(lambda: upper_limit(likelihood, THRESHOLD).limit, repeats)
    parameters = experiment.check({"dm_masses": MASSES.tolist(), "threshold": THRESHOLD, "toys": 0})
    whole_s, _ = cpu_seconds(lambda: analysis.limit(inputs, **parameters).curve.limit, repeats)
    difference = float(np.max(np.abs(ours / theirs - 1)))
    if difference > 2e-3:
        raise RuntimeError(f"the curves differ by {difference:.1e}")
    return {
        "name": "Fermi-LAT dwarfs, stacked limit",
        "peer": "loops over scipy.optimize",
        "peer_version": scipy_loops_stack.version(),
        "peer_cpu_s": peer_s,
        "ours_cpu_s": ours_s,
        "ratio": peer_s / ours_s,
        "wanted_ratio": WANTED_RATIO,
        "whole_analysis_cpu_s": whole_s,
        "grid": f"{len(dwarfs.names)} dwarfs x {dwarfs.edges.size - 1} bins x {MASSES.size} masses",
        "max_relative_difference": difference,
    }


if __name__ == "__main__":
    for name, value in measure().items():
        print(f"{name}: {value}")
