"""A deep test of the environment for KM3NeT: events read, response functions made and used."""

import warnings
from pathlib import Path

import numpy as np


def main() -> None:
    """Raise when something that the environment offers does not work."""
    with warnings.catch_warnings():
        # both say that pkg_resources will go; setuptools is held below the version without it
        warnings.simplefilter("ignore")
        import km3io
        import km3irf.build_irf
        import km3irf.utils
        import km3pipe.math
    from astropy.utils import iers

    iers.conf.auto_download = False
    check_events(km3io)
    check_geometry(km3io, km3pipe)
    check_response(km3irf)
    import gammapy

    print(f"km3net: in order (km3io {km3io.__version__}, gammapy {gammapy.__version__})")


def check_events(km3io) -> None:
    """A file of simulated events that km3io's own test data hold."""
    from km3net_testdata import data_path

    with km3io.OfflineReader(data_path("offline/km3net_offline.root")) as reader:
        assert len(reader) == len(reader.events) == 10
        hits = reader.events.n_hits
        assert [len(ids) for ids in reader.events.hits.dom_id] == list(hits)
        best = km3io.tools.best_jmuon(reader.tracks)
        length = np.sqrt(best.dir_x**2 + best.dir_y**2 + best.dir_z**2)
        assert len(best) == 10 and np.allclose(length, 1)


def check_geometry(km3io, km3pipe) -> None:
    """A track that goes down comes from the zenith; a right angle is a right angle."""
    assert np.allclose(km3io.tools.zenith([[0, 0, -1], [0, 0, 1]]), [0, np.pi])
    assert abs(km3pipe.math.angle_between([1, 0, 0], [0, 2, 0]) - np.pi / 2) < 1e-12


def check_response(km3irf) -> None:
    """The effective area of ten simulated events, against its formula; gammapy reads what km3irf writes."""
    import astropy.units as u
    from gammapy.irf import load_irf_dict_from_file
    from gammapy.maps import MapAxis

    folder = Path(km3irf.utils.data_dir)
    events = km3irf.build_irf.DataContainer(folder / "test_10events.dst.root")
    assert abs(events.weight_calc("nu", weight_factor=-2.0)["nu"].sum() - 10) < 1e-9
    events.build_aeff(weight_factor=-2.5, output="aeff.fits")
    km3irf.utils.merge_fits(
        aeff_fits="aeff.fits",
        psf_fits=folder / "psf.fits",
        edisp_fits=folder / "edisp.fits",
        bkg_fits=folder / "bkg_nu.fits",
        output_path=".",
        output_file="all.fits",
    )
    response = load_irf_dict_from_file("all.fits")
    area = response["aeff"]
    assert {"psf", "edisp", "bkg"} < set(response)
    edges = np.logspace(2, 8, 49)
    energy = events.df.E_mc.to_numpy()
    index = np.searchsorted(edges, energy) - 1
    # w2 E^-2.5, over a year, the bin's solid angle, the spectrum's integral and two building blocks
    spectrum = (edges[index + 1] ** -1.5 - edges[index] ** -1.5) / -1.5
    solid = 2 * np.pi * 2 / 12
    weights = 2 * events.df.weight_w2.to_numpy() * energy**-2.5
    expected = (weights / (365 * 24 * 3600 * solid * spectrum * 10)).sum()
    found = area.quantity.to_value("m2").sum()
    assert abs(found / expected - 1) < 1e-6, (found, expected)
    assert area.axes["energy_true"].nbin == 48 and area.axes["offset"].nbin == 12

    bins = MapAxis.from_energy_bounds("100 GeV", "1 PeV", nbin=8, name="energy_true")
    kernel = response["edisp"].to_edisp_kernel(offset=30 * u.deg, energy_axis_true=bins)
    assert np.all(kernel.pdf_matrix.sum(axis=1) < 1 + 1e-6) and kernel.pdf_matrix.sum() > 1


if __name__ == "__main__":
    main()
