"""A deep test of the environment for direct detection: a rate, a fit, a limit."""

import numpy as np


def main() -> None:
    """Raise when something that the environment offers does not work."""
    import iminuit
    import iminuit.cost
    import numericalunits as nu
    import pyhf
    import wimprates

    # Both are linear in the cross-section, so a ratio must be exact
    energies = np.array([2.0, 5.0, 10.0, 20.0])
    rates = [
        wimprates.rate_wimp_std(energies, mw=100, sigma_nucleon=sigma, material="Xe")
        for sigma in (1e-45, 1e-46)
    ]
    assert np.all(rates[0] > 0) and np.all(np.diff(rates[0]) < 0)
    assert np.allclose(rates[0] / rates[1], 10, rtol=1e-9)
    # the heaviest recoil that a WIMP can give: 2 mu^2 v^2 / M with v = v_esc + v_earth
    halo = wimprates.StandardHaloModel()
    fastest = float(wimprates.v_max(None, halo.v_esc) / (nu.km / nu.s))
    mass, nucleus = 10.0, 131.293 * 0.93149
    reduced = mass * nucleus / (mass + nucleus)
    edge = 2e6 * (reduced * fastest / 299792.458) ** 2 / nucleus
    below, above = wimprates.rate_wimp_std(np.array([0.9, 1.1]) * edge, mw=mass, sigma_nucleon=1e-45)
    assert below > 0 and above == 0, (edge, below, above)

    # the maximum-likelihood estimate of the scale of an exponential is the mean
    events = np.random.default_rng(1).exponential(10, 5000)
    cost = iminuit.cost.UnbinnedNLL(events, lambda x, scale: np.exp(-x / scale) / scale)
    fit = iminuit.Minuit(cost, scale=5).migrad()
    assert fit.valid and abs(fit.values["scale"] - events.mean()) < 1e-3 * events.mean()

    # the example of pyhf's own documentation and its number
    model = pyhf.simplemodels.uncorrelated_background([12.0, 11.0], [50.0, 52.0], [3.0, 7.0])
    cls = float(pyhf.infer.hypotest(1.0, [51, 48, *model.config.auxdata], model, test_stat="qtilde"))
    assert abs(cls - 0.05251497) < 1e-6, cls
    print(f"direct: in order (wimprates {wimprates.__version__}, pyhf {pyhf.__version__})")


if __name__ == "__main__":
    main()
