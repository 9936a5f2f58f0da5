"""A deep test of the environment for Fermi-LAT, of what can be had without fermitools."""

import warnings
from importlib.metadata import version

import numpy as np


def main() -> None:
    """Raise when something that the environment offers does not work."""
    with warnings.catch_warnings():
        # fermipy says that fermitools are missing; so does environment.yaml
        warnings.simplefilter("ignore")
        check_profile()
        check_spectrum()
    check_sky()
    check_joint_limit()
    print(f"fermi: in order but for fermitools (fermipy {version('fermipy')}, gammapy {version('gammapy')})")


def check_profile() -> None:
    """The limit from a parabola: -ln L rises by 2.706 / 2 at 1.645 sigma (one-sided 95 %)."""
    from fermipy.castro import LnLFn

    flux = np.linspace(0, 10, 400)
    curve = LnLFn(flux, 0.5 * ((flux - 3) / 0.8) ** 2)
    assert abs(curve.mle() - 3) < 1e-2
    assert abs(curve.getLimit(0.05) - (3 + 1.6449 * 0.8)) < 0.01
    assert abs(curve.TS() - (3 / 0.8) ** 2) < 0.05


def check_spectrum() -> None:
    """The integral of a power law."""
    from fermipy.spectrum import PowerLaw

    found = PowerLaw.eval_flux(100.0, 1e5, [1e-11, -2.0], scale=1000.0)
    expected = 1e-11 * 1000**2 * (1 / 100 - 1 / 1e5)
    assert np.allclose(found, expected, rtol=1e-6), (found, expected)


def check_sky() -> None:
    """A circle of the sky in HEALPix has its area; a dipole is in the multipole l = 1 alone."""
    import healpy

    sides = 128
    centre = healpy.ang2vec(260.05, 57.92, lonlat=True)
    inside = healpy.query_disc(sides, centre, np.deg2rad(10))
    assert abs(len(inside) / healpy.nside2npix(sides) / ((1 - np.cos(np.deg2rad(10))) / 2) - 1) < 0.01
    dipole = healpy.pix2vec(sides, np.arange(healpy.nside2npix(sides)))[2]
    power = healpy.anafast(dipole, lmax=8)
    # C_1 of cos(theta) is 4 pi / 9
    assert abs(power[1] / (4 * np.pi / 9) - 1) < 1e-3 and power[[0, 2, 3]].max() < 1e-6
    healpy.write_map("dipole.fits", dipole)
    assert np.allclose(healpy.read_map("dipole.fits"), dipole)


def check_joint_limit() -> None:
    """Two dwarfs in one fit with iminuit: the weighted mean; gammapy's Fermi models are there."""
    import astropy.units as u
    from gammapy.catalog import SourceCatalog4FGL
    from gammapy.modeling.models import PowerLawSpectralModel
    from iminuit import Minuit

    measured, errors = np.array([1.0, 2.0]), np.array([0.5, 1.0])
    fit = Minuit(lambda flux: (((flux - measured) / errors) ** 2).sum(), flux=0.0).migrad()
    weights = 1 / errors**2
    assert fit.valid and abs(fit.values["flux"] - (weights * measured).sum() / weights.sum()) < 1e-6
    assert abs(fit.errors["flux"] - weights.sum() ** -0.5) < 1e-6
    law = PowerLawSpectralModel(index=2, amplitude="1e-11 cm-2 s-1 MeV-1", reference="1 GeV")
    assert (
        abs(law.integral(100 * u.MeV, 100 * u.GeV).to_value("cm-2 s-1") - 1e-11 * 1e6 * (0.01 - 1e-5)) < 1e-12
    )
    assert SourceCatalog4FGL.tag == "4fgl"


if __name__ == "__main__":
    main()
