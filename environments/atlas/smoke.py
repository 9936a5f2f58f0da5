"""A deep test of the environment for collider physics: files, histograms, statistics, events."""

import numpy as np


def main() -> None:
    """Raise when something that the environment offers does not work."""
    check_files()
    check_masses()
    check_statistics()
    check_generator()
    import pyhf
    import uproot

    print(f"atlas: in order (uproot {uproot.__version__}, pyhf {pyhf.__version__})")


def check_files() -> None:
    """A ROOT file there and back, and a coffea processor over it."""
    import atlasopenmagic
    import awkward
    import hist
    import uproot
    from coffea import processor
    from coffea.nanoevents import BaseSchema

    random = np.random.default_rng(1)
    energy = awkward.unflatten(random.exponential(50, 3000), random.permutation(np.tile([1, 2, 3], 500)))
    with uproot.recreate("events.root") as file:
        file["events"] = {"pt": energy}
        file["met"] = hist.Hist.new.Reg(20, 0, 400, name="met").Double().fill(awkward.sum(energy, axis=1))
    with uproot.open("events.root") as file:
        assert awkward.all(file["events"]["pt"].array() == energy)
        assert file["met"].to_hist().sum(flow=True) == 1500

    class Counter(processor.ProcessorABC):
        def process(self, events):
            return {"events": len(events), "jets": int(awkward.sum(awkward.num(events.pt)))}

        def postprocess(self, accumulator):
            return accumulator

    runner = processor.Runner(processor.IterativeExecutor(status=False), schema=BaseSchema)
    counted = runner({"toy": {"files": {"events.root": "events"}}}, processor_instance=Counter())
    assert counted == {"events": 1500, "jets": 3000}, counted
    assert callable(atlasopenmagic.get_urls)


def check_masses() -> None:
    """Two leptons back to back have twice the energy of one as their mass; a histogram finds them."""
    import hist
    import matplotlib
    import vector

    matplotlib.use("agg")
    import mplhep

    flat = {"pt": np.array([45.6, 500.0]), "eta": np.zeros(2), "mass": np.zeros(2)}
    first, second = (
        vector.array({**flat, "phi": phi}) for phi in (np.array([0.3, 1.0]), np.array([0.3, 1.0]) - np.pi)
    )
    mass = (first + second).mass
    assert np.allclose(mass, [91.2, 1000])
    counts = hist.Hist.new.Reg(30, 0, 1500, name="mass").Double().fill(mass)
    assert counts[hist.loc(91.2)] == counts[hist.loc(1000.0)] == 1
    mplhep.style.use(mplhep.style.ATLAS)
    assert len(mplhep.histplot(counts)) == 1


def check_statistics() -> None:
    """CLs of the example in pyhf's own documentation, with both of its optimisers."""
    import pyhf

    model = pyhf.simplemodels.uncorrelated_background([12.0, 11.0], [50.0, 52.0], [3.0, 7.0])
    data = [51, 48, *model.config.auxdata]
    for optimiser in ("scipy", "minuit"):
        pyhf.set_backend("numpy", optimiser)
        cls = float(pyhf.infer.hypotest(1.0, data, model, test_stat="qtilde"))
        assert abs(cls - 0.05251497) < 1e-4, (optimiser, cls)


def check_generator() -> None:
    """PYTHIA makes Drell-Yan pairs; charge and momentum are conserved in each event."""
    import pythia8mc

    pythia = pythia8mc.Pythia("", False)
    for line in (
        "Beams:eCM = 13000", "WeakSingleBoson:ffbar2gmZ = on", "PhaseSpace:mHatMin = 60",
        "23:onMode = off", "23:onIfAny = 13", "Print:quiet = on", "Random:setSeed = on", "Random:seed = 1",
    ):  # fmt: skip
        assert pythia.readString(line), line
    assert pythia.init()
    made = 0
    for _ in range(20):
        if not pythia.next():
            continue
        made += 1
        last = [particle for particle in pythia.event if particle.isFinal()]
        assert abs(sum(one.e() for one in last) - 13000) < 0.1
        assert round(sum(one.charge() for one in last)) == 2  # two protons collided
        assert sum(abs(one.id()) == 13 for one in last) >= 2
    assert made >= 18


if __name__ == "__main__":
    main()
