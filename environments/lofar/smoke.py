"""A deep test of the environment for LOFAR: tables, solutions, flags, beams, sources."""

import subprocess
import sys
import warnings
from importlib.metadata import version

import numpy as np

STEP = """
import dp3
parameters = dp3.parameterset.ParameterSet()
parameters.add("phasecenter", "[10deg, 50deg]")
print(dp3.make_step("phaseshift", parameters, "", dp3.MsType.regular))
"""


def main() -> None:
    """Raise when something that the environment offers does not work."""
    check_tables()
    check_solutions()
    check_flags()
    check_steps()
    check_sources()
    print(f"lofar: in order (losoto {version('losoto')}, dp3 {version('dp3')})")


def check_tables() -> None:
    """A table of visibilities there and back, sorted and asked by casacore's own language."""
    from casacore import tables

    wanted = tables.maketabdesc([
        tables.makescacoldesc("TIME", 0.0),
        tables.makescacoldesc("ANTENNA1", 0),
        tables.makearrcoldesc("DATA", 0j, ndim=2, shape=[4, 2]),
    ])  # fmt: skip
    data = np.arange(48).reshape(6, 4, 2) * (1 + 1j)
    with tables.table("small.ms", wanted, nrow=6, ack=False) as table:
        table.putcol("TIME", np.arange(6.0)[::-1])
        table.putcol("ANTENNA1", np.array([0, 1, 0, 1, 0, 1]))
        table.putcol("DATA", data)
    with tables.table("small.ms", ack=False) as table:
        assert np.array_equal(table.getcol("DATA"), data)
        chosen = tables.taql("select from $table where ANTENNA1 == 1 orderby TIME", locals={"table": table})
        assert np.array_equal(chosen.getcol("TIME"), [0, 2, 4])


def check_solutions() -> None:
    """Phases of four stations in an H5parm; losoto smooths the steady ones to what they were."""
    from losoto.h5parm import h5parm
    from losoto.operations import smooth

    with h5parm("solutions.h5", readonly=False) as file:
        group = file.makeSolset("sol000")
        values = np.full((4, 8, 5), 0.5)
        values[2, 3, 1] = 9.0
        times, frequencies = np.arange(8.0), np.linspace(120e6, 160e6, 5)
        group.makeSoltab(
            "amplitude", "amplitude000", axesNames=["ant", "time", "freq"],
            axesVals=[["CS001", "CS002", "RS106", "DE601"], times, frequencies],
            vals=values, weights=np.ones_like(values),
        )  # fmt: skip
        # the operations work on a cached table
        table = group.getSoltab("amplitude000", useCache=True)
        smooth.run(table, axesToSmooth=["time"], size=[3], mode="median")
    with h5parm("solutions.h5") as file:
        table = file.getSolset("sol000").getSoltab("amplitude000")
        assert table.getAxesNames() == ["ant", "time", "freq"] and table.getType() == "amplitude"
        assert np.allclose(table.getValues(retAxesVals=False), 0.5)


def check_flags() -> None:
    """AOFlagger flags a strong line and leaves most of the noise."""
    import aoflagger

    flagger = aoflagger.AOFlagger()
    strategy = flagger.load_strategy_file(flagger.find_strategy_file(aoflagger.TelescopeId.LOFAR))
    images = flagger.make_image_set(100, 64, 8)
    random = np.random.default_rng(1)
    for index in range(8):
        noise = random.normal(0, 1, (64, 100))
        noise[20] += 100
        images.set_image_buffer(index, noise)
    flags = strategy.run(images).get_buffer()
    assert flags[20].mean() > 0.95 and np.delete(flags, 20, axis=0).mean() < 0.2, flags.mean(axis=1)


def check_steps() -> None:
    """DP3 makes a step for phase shifts from its parameters; EveryBeam knows its angles."""
    import everybeam

    # in a process of its own: what it brings of casacore does not bear python-casacore beside it
    told = subprocess.run([sys.executable, "-c", STEP], capture_output=True, text=True)
    assert told.returncode == 0 and "PhaseShift" in told.stdout, told
    theta, phi = everybeam.cart2thetaphi(np.array([0.0, 1.0, 0.0]))
    assert abs(theta - np.pi / 2) < 1e-12 and abs(phi - np.pi / 2) < 1e-12


def check_sources() -> None:
    """A sky model is read and cut by lsmtool; PyBDSF can be imported with its compiled parts."""
    import bdsf._cbdsm
    import lsmtool

    lines = ["FORMAT = Name, Type, Ra, Dec, I, ReferenceFrequency='150e6', SpectralIndex='[]'", ""]
    lines += [f"s{n}, POINT, 10:00:{n:02d}.0, +50.00.00.0, {n}.0, 150e6, [-0.7]" for n in range(1, 6)]
    with open("sky.txt", "w") as file:
        file.write("\n".join(lines) + "\n")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = lsmtool.load("sky.txt")
    assert len(model) == 5 and abs(sum(model.getColValues("I")) - 15) < 1e-9
    model.select("I > 2.5 Jy")
    assert len(model) == 3 and bdsf._cbdsm


if __name__ == "__main__":
    main()
