"""A deep test of the environment for gamma rays with Sherpa: the same fit by Sherpa, alone and in gammapy."""

import warnings

import numpy as np


def main() -> None:
    """Raise when something that the environment offers does not work."""
    from astropy.utils import iers

    iers.conf.auto_download = False
    check_sherpa()
    check_backends()
    check_others()
    import gammapy
    import sherpa

    print(f"gamma-sherpa: in order (sherpa {sherpa.__version__}, gammapy {gammapy.__version__})")


def check_sherpa() -> None:
    """A straight line by least squares, whose solution is known, and its errors."""
    from sherpa.data import Data1D
    from sherpa.fit import Fit
    from sherpa.models.basic import Polynom1D
    from sherpa.optmethods import LevMar
    from sherpa.stats import Chi2

    x = np.arange(20.0)
    y = 2 + 3 * x + np.random.default_rng(1).normal(0, 0.5, 20)
    line = Polynom1D()
    line.c1.thaw()
    fit = Fit(Data1D("line", x, y, staterror=np.full(20, 0.5)), line, Chi2(), LevMar())
    assert fit.fit().succeeded
    (slope, offset), covariance = np.polyfit(x, y, 1, cov="unscaled")
    assert np.allclose([line.c0.val, line.c1.val], [offset, slope], atol=1e-4)
    errors = fit.est_errors()
    assert np.allclose(errors.parmaxes, 0.5 * np.sqrt(np.diag(covariance))[::-1], rtol=0.01)


def check_backends() -> None:
    """A power law through a flat exposure is fitted back by Sherpa's optimisers as by iminuit's."""
    from gammapy.datasets import SpectrumDataset
    from gammapy.irf import EDispKernelMap
    from gammapy.maps import MapAxis, RegionGeom, RegionNDMap
    from gammapy.modeling import Fit
    from gammapy.modeling.models import PowerLawSpectralModel, SkyModel

    true = MapAxis.from_energy_bounds("0.5 TeV", "50 TeV", nbin=40, name="energy_true")
    energy = MapAxis.from_energy_bounds("1 TeV", "20 TeV", nbin=12)
    geom = RegionGeom.create("icrs;circle(83.6, 22, 0.1)", axes=[true])
    dataset = SpectrumDataset(
        exposure=RegionNDMap.from_geom(geom, data=2e10, unit="m2 s"),
        edisp=EDispKernelMap.from_diagonal_response(energy, true, geom.to_image()),
        counts=RegionNDMap.from_geom(geom.to_image().to_cube([energy])),
    )
    law = PowerLawSpectralModel(index=2.5, amplitude="3e-12 cm-2 s-1 TeV-1", reference="1 TeV")
    dataset.models = [SkyModel(law, name="source")]
    dataset.counts.data = dataset.npred().data
    for backend, options in (("sherpa", {"method": "simplex"}), ("minuit", {})):
        law.index.value, law.amplitude.value = 2.2, 2e-12
        with warnings.catch_warnings():
            # that covariances come from iminuit
            warnings.simplefilter("ignore")
            Fit(backend=backend, optimize_opts=options).optimize(dataset)
        assert abs(law.index.value - 2.5) < 0.01, (backend, law.index.value)
        assert abs(law.amplitude.value / 3e-12 - 1) < 0.01, (backend, law.amplitude.value)


def check_others() -> None:
    """What gamma has is here too; its own test goes deeper."""
    import agnpy
    import astropy.units as u
    import naima

    blob = agnpy.Blob(R_b=1e16 * u.cm, z=0.1, delta_D=10, Gamma=10, B=1 * u.G)
    assert abs(blob.mu_s - (1 - 1 / (10 * 10)) / blob.Beta) < 1e-12
    assert naima.models.PowerLaw(1e36 / u.eV, 1 * u.TeV, 2.0)(1 * u.TeV).to_value("1/eV") == 1e36


if __name__ == "__main__":
    main()
