"""A deep test of the environment for KM3NeT with CTA: both experiments' responses end in gammapy."""

import warnings
from importlib.metadata import version
from pathlib import Path

import numpy as np


def main() -> None:
    """Raise when something that the environment offers does not work."""
    with warnings.catch_warnings():
        # pkg_resources will go; setuptools is held below the version without it
        warnings.simplefilter("ignore")
        import km3io
        import km3irf.utils
    from astropy.utils import iers

    iers.conf.auto_download = False
    check_km3net(km3io, km3irf)
    check_shower()
    check_cta()
    print(f"km3net-cta: in order (ctapipe {version('ctapipe')}, pyirf {version('pyirf')})")


def check_km3net(km3io, km3irf) -> None:
    """Events are read, and gammapy reads the effective area that km3irf ships."""
    from gammapy.irf import EffectiveAreaTable2D
    from km3net_testdata import data_path

    with km3io.OfflineReader(data_path("offline/km3net_offline.root")) as reader:
        assert len(reader.events) == 10
    area = EffectiveAreaTable2D.read(Path(km3irf.utils.data_dir) / "aeff.fits")
    assert area.quantity.to_value("m2").max() > 0


def check_shower() -> None:
    """The ellipse that was painted into a camera is found by ctapipe."""
    import astropy.units as u
    from ctapipe.image import hillas_parameters
    from ctapipe.image.toymodel import Gaussian
    from ctapipe.instrument import CameraGeometry

    camera = CameraGeometry.make_rectangular(81, 81, range_x=(-1, 1), range_y=(-1, 1))
    painted = Gaussian(x=0.2 * u.m, y=0.1 * u.m, length=0.16 * u.m, width=0.08 * u.m, psi=30 * u.deg)
    image = 1e4 * painted.pdf(camera.pix_x, camera.pix_y)
    found = hillas_parameters(camera, image)
    values = [found.x, found.y, found.length, found.width]
    assert np.allclose([v.to_value("m") for v in values], [0.2, 0.1, 0.16, 0.08], rtol=0.01), found
    assert abs(found.psi.to_value("deg") - 30) < 0.5


def check_cta() -> None:
    """With every second shower seen, the area is half of that they fell on; gammapy reads it."""
    import astropy.units as u
    import pyirf.io
    from astropy.io import fits
    from astropy.table import QTable
    from gammapy.irf import EffectiveAreaTable2D
    from pyirf.irf import effective_area_per_energy
    from pyirf.simulations import SimulatedEventsInfo

    thrown = 100_000
    simulated = SimulatedEventsInfo(
        n_showers=thrown, energy_min=0.1 * u.TeV, energy_max=10 * u.TeV, max_impact=500 * u.m,
        spectral_index=-2, viewcone_min=0 * u.deg, viewcone_max=0 * u.deg,
    )  # fmt: skip
    # the quantiles of E^-2 between 0.1 and 10 TeV, every second shower seen
    share = (np.arange(thrown // 2) + 0.5) / (thrown // 2)
    energy = 1 / (1 / 0.1 - share * (1 / 0.1 - 1 / 10)) * u.TeV
    edges = np.geomspace(0.1, 10, 5) * u.TeV
    area = effective_area_per_energy(QTable({"true_energy": energy}), simulated, edges)
    disc = np.pi * 500**2
    assert np.allclose(area.to_value("m2"), disc / 2, rtol=0.01), area
    table = pyirf.io.create_aeff2d_hdu(area[:, np.newaxis], edges, [0, 2] * u.deg, extname="EFFECTIVE AREA")
    fits.HDUList([fits.PrimaryHDU(), table]).writeto("cta.fits")
    read = EffectiveAreaTable2D.read("cta.fits", hdu="EFFECTIVE AREA")
    assert abs(read.evaluate(energy_true=1 * u.TeV, offset=1 * u.deg).to_value("m2") / disc - 0.5) < 0.01


if __name__ == "__main__":
    main()
