"""A deep test of the environment for SKA's data challenge: sources found, a catalogue scored."""

import contextlib
import io
import warnings
from importlib.metadata import version

import numpy as np


def main() -> None:
    """Raise when something that the environment offers does not work."""
    check_finder()
    check_score()
    print(f"sdc1: in order (ska-sdc {version('ska-sdc')}, PyBDSF {version('bdsf')})")


def check_finder() -> None:
    """PyBDSF finds three sources in noise, and their fluxes."""
    import bdsf
    from astropy.io import fits

    pixel, beam = 1 / 3600, 5 / 3600
    y, x = np.mgrid[:200, :200]
    sigma = beam / pixel / np.sqrt(8 * np.log(2))
    image = np.random.default_rng(1).normal(0, 1e-4, (200, 200))
    fluxes = {(50, 60): 0.1, (120, 150): 0.05, (160, 40): 0.02}
    for (row, column), flux in fluxes.items():
        image += flux * np.exp(-((y - row) ** 2 + (x - column) ** 2) / (2 * sigma**2))
    header = fits.Header({
        "CTYPE1": "RA---SIN", "CTYPE2": "DEC--SIN", "CRVAL1": 0.0, "CRVAL2": -30.0, "CRPIX1": 100.5,
        "CRPIX2": 100.5, "CDELT1": -pixel, "CDELT2": pixel, "BUNIT": "JY/BEAM", "BMAJ": beam, "BMIN": beam,
        "BPA": 0.0, "RESTFRQ": 1.4e9,
    })  # fmt: skip
    fits.writeto("sky.fits", image, header)
    with contextlib.redirect_stdout(io.StringIO()):
        found = bdsf.process_image("sky.fits", frequency=1.4e9, quiet=True, ncores=1)
    assert found.nsrc == 3
    measured = sorted((source.total_flux for source in found.sources), reverse=True)
    assert np.allclose(measured, list(fluxes.values()), rtol=0.03), measured


def check_score() -> None:
    """The truth itself scores one a source; without its faint half it scores half."""
    import pandas
    from ska_sdc import Sdc1Scorer

    random = np.random.default_rng(1)
    count = 40
    truth = pandas.DataFrame({
        "id": np.arange(count), "ra_core": random.uniform(-0.5, -0.3, count) % 360,
        "dec_core": random.uniform(-30.3, -30.0, count), "ra_cent": 0.0, "dec_cent": 0.0,
        "flux": np.geomspace(1e-2, 1e-4, count), "core_frac": 0.0, "b_maj": 3.0, "b_min": 2.0, "pa": 45.0,
        "size": 2, "class": 1,
    })  # fmt: skip
    truth[["ra_cent", "dec_cent"]] = truth[["ra_core", "dec_core"]]
    with warnings.catch_warnings():
        # ska-sdc writes into slices of frames; setuptools is held below the version without pkg_resources
        warnings.simplefilter("ignore")
        whole = Sdc1Scorer(truth.copy(), truth.copy(), 1400).run(train=False)
        half = Sdc1Scorer(truth[: count // 2].copy(), truth.copy(), 1400).run(train=False)
    assert whole.n_match == count and whole.n_false == 0 and abs(whole.value - count) < 1e-6, whole.value
    assert half.n_match == count // 2 and abs(half.value - count // 2) < 1e-6


if __name__ == "__main__":
    main()
