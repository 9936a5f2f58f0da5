"""An analysis that only reads and scales a table."""

import contextlib
import os
import time

import numpy as np

import freezeout
from freezeout.files import read_columns


def check(scale, statistic, **_):
    """Two parameters that do not go together."""
    if statistic == "feldman_cousins" and scale > 5:
        raise freezeout.InputError("scale is above 5, which feldman_cousins does not take")


def limit(inputs, masses, scale, statistic, behaviour):
    """Scale the table's limits and interpolate them."""
    if behaviour == "raise":
        raise ValueError("a division of labour by zero")
    if behaviour == "wait":
        time.sleep(60)
    if behaviour == "die":
        os._exit(3)
    if behaviour == "fill":
        with contextlib.suppress(OSError), open("filler", "wb") as stream:
            while stream.write(bytes(1 << 16)):
                stream.flush()
    table = read_columns(inputs["counts"])
    curve = freezeout.LimitCurve(
        plane="si",
        mass=masses,
        limit=scale * np.interp(masses, table["wimp_mass_gev"], table["upper_limit_cm2"]),
        label="Toy",
        experiment="Toy",
        confidence_level=0.9,
        kind="observed",
        provenance="computed",
        references=(freezeout.Reference(text="an invented toy"),),
        assumptions={"rho_dm": 0.3},
        id="toy",
    )
    poi = np.array([0.0, 1e-45])
    likelihood = freezeout.Likelihood(curve.mass, poi, np.ones((len(masses), 1)) * poi)
    return freezeout.Result(curve, likelihood, {"points": {"wimp_mass": curve.mass}})
