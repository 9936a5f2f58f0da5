"""A deep test of ROOT: data frames, fits, limits, files that other tools read, and the C++ kernel's parts."""

import warnings

import numpy as np

with warnings.catch_warnings():
    # "this distribution is in alpha stage", says ROOT's wheel
    warnings.simplefilter("ignore")
    import ROOT


def main() -> None:
    """Raise when something that the environment offers does not work."""
    ROOT.gROOT.SetBatch(True)
    ROOT.RooMsgService.instance().setGlobalKillBelow(ROOT.RooFit.WARNING)
    check_interpreter()
    check_data_frame()
    check_fit()
    check_limit()
    check_files()
    check_kernel()
    print(f"root: in order (ROOT {ROOT.gROOT.GetVersion()})")


def check_interpreter() -> None:
    """C++ that is compiled while it runs."""
    assert ROOT.gInterpreter.Declare("double half_life(double mean) { return mean * std::log(2.); }")
    assert abs(ROOT.half_life(10.0) - 10 * np.log(2)) < 1e-12


def check_data_frame() -> None:
    """RDataFrame counts, defines and filters; it writes a file and takes arrays."""
    frame = ROOT.RDataFrame(1000).Define("x", "double(rdfentry_)").Define("even", "int(x) % 2 == 0")
    even = frame.Filter("even")
    assert even.Count().GetValue() == 500 and even.Sum("x").GetValue() == 249_500
    even.Snapshot("tree", "frame.root", ["x"])
    assert ROOT.RDataFrame("tree", "frame.root").Max("x").GetValue() == 998
    columns = ROOT.RDF.FromNumpy({"y": np.arange(10.0)}).AsNumpy()
    assert np.all(columns["y"] == np.arange(10))


def check_fit() -> None:
    """RooFit's slope of an exponential is one over the mean of the events."""
    energy = ROOT.RooRealVar("energy", "recoil energy", 0, 1e6)
    slope = ROOT.RooRealVar("slope", "slope", -0.2, -10, -1e-3)
    model = ROOT.RooExponential("model", "recoils", energy, slope)
    values = np.random.default_rng(1).exponential(10, 5000)
    data = ROOT.RooDataSet.from_numpy({"energy": values}, ROOT.RooArgSet(energy))
    result = model.fitTo(data, ROOT.RooFit.Save(), ROOT.RooFit.PrintLevel(-1))
    assert result.status() == 0
    assert abs(-1 / slope.getVal() / values.mean() - 1) < 1e-3
    # its relative error is 1 / sqrt(events)
    assert abs(slope.getError() / abs(slope.getVal()) * np.sqrt(5000) - 1) < 0.02


def check_limit() -> None:
    """RooStats: the profile-likelihood limit on a Poisson mean is where -2 ln L has risen by 2.71."""
    space = ROOT.RooWorkspace("space")
    space.factory("Poisson::model(seen[0, 100], sum::mean(signal[5, 0, 50], background[3]))")
    seen, signal = space.var("seen"), space.var("signal")
    seen.setVal(10)
    data = ROOT.RooDataSet("data", "data", ROOT.RooArgSet(seen))
    data.add(ROOT.RooArgSet(seen))
    calculator = ROOT.RooStats.ProfileLikelihoodCalculator(data, space.pdf("model"), ROOT.RooArgSet(signal))
    calculator.SetConfidenceLevel(0.90)
    upper = calculator.GetInterval().UpperLimit(signal)
    mean = upper + 3
    # 2.705543 is the 90 % quantile of chi squared with one degree of freedom
    assert abs(2 * (mean - 10 + 10 * np.log(10 / mean)) - 2.705543) < 0.02, upper


def check_files() -> None:
    """ROOT and uproot read each other's files; hist and Dask do with them what they should."""
    import awkward
    import dask_awkward
    import hist
    import mplhep
    import uproot
    from dask.distributed import Client

    assert np.all(uproot.open("frame.root")["tree"]["x"].array() == np.arange(0, 1000, 2))
    counts = hist.Hist.new.Reg(10, 0, 10, name="x").Double().fill([1.5, 1.5, 7.5])
    with uproot.recreate("uproot.root") as file:
        file["counts"] = counts
    with ROOT.TFile.Open("uproot.root") as file:
        assert file.Get("counts").GetBinContent(2) == 2 and file.Get("counts").GetEntries() == 3
    parts = dask_awkward.from_awkward(awkward.Array([[1, 2], [], [3]]), npartitions=2)
    assert list(awkward.sum(parts, axis=1).compute(scheduler="threads")) == [3, 0, 3]
    assert mplhep.style.ROOT and Client


def check_kernel() -> None:
    """What the C++ kernel is made of, and a canvas as an image."""
    from metakernel import ExceptionWrapper
    from ROOT._jupyroot.helpers.handlers import display_drawables
    from ROOT._jupyroot.kernel.rootkernel import ROOTKernel

    assert ExceptionWrapper and display_drawables and ROOTKernel.language == "c++"
    canvas = ROOT.TCanvas("canvas", "canvas", 400, 300)
    counts = ROOT.TH1D("recoils", "recoils", 10, 0, 10)
    counts.Fill(3.5)
    counts.Draw()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        canvas.SaveAs("canvas.png")
    with open("canvas.png", "rb") as file:
        assert file.read(8) == b"\x89PNG\r\n\x1a\n"


if __name__ == "__main__":
    main()
