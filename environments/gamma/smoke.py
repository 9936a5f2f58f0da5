"""A deep test of the environment for gamma rays: maps, spectra, dark matter, blazars.

Astropy's tables of the Earth's rotation would come from the network: they are told to stay as shipped.
"""

import os
from importlib.metadata import version
from pathlib import Path

import numpy as np


def main() -> None:
    """Raise when something that the environment offers does not work."""
    from astropy.utils import iers

    iers.conf.auto_download = False
    check_maps()
    check_fit()
    check_dark_matter()
    check_radiation()
    import gammapy
    import naima

    versions = f"gammapy {gammapy.__version__}, agnpy {version('agnpy')}, naima {naima.__version__}"
    print(f"gamma: in order ({versions})")


def check_maps() -> None:
    """A map of the sky, its axis, what a circle of it holds, and the file that it is kept in."""
    import astropy.units as u
    import gammapy.makers
    from astropy.coordinates import SkyCoord
    from gammapy.maps import Map, MapAxis, WcsGeom
    from regions import CircleSkyRegion

    assert gammapy.makers.SpectrumDatasetMaker.tag == "SpectrumDatasetMaker"
    axis = MapAxis.from_energy_bounds("1 TeV", "10 TeV", nbin=2)
    geom = WcsGeom.create(skydir=(0, 0), frame="galactic", width=4, binsz=0.02, axes=[axis])
    sky = Map.from_geom(geom, data=1.0)
    sky.write("sky.fits")
    again = Map.read("sky.fits")
    assert again.geom.data_shape == (2, 200, 200) and np.all(again.data == 1)
    circle = CircleSkyRegion(SkyCoord(0, 0, unit="deg", frame="galactic"), 1 * u.deg)
    inside = again.geom.to_image().region_mask([circle]).data.sum() * 0.02**2
    assert abs(inside - np.pi) < 0.02


def check_fit() -> None:
    """A power law through a flat effective area is fitted back."""
    import astropy.units as u
    from gammapy.datasets import SpectrumDataset
    from gammapy.estimators import FluxPointsEstimator
    from gammapy.irf import EDispKernelMap, EffectiveAreaTable2D
    from gammapy.maps import MapAxis, RegionGeom, RegionNDMap
    from gammapy.modeling import Fit
    from gammapy.modeling.models import PowerLawSpectralModel, SkyModel

    true = MapAxis.from_energy_bounds("0.5 TeV", "50 TeV", nbin=40, name="energy_true")
    energy = MapAxis.from_energy_bounds("1 TeV", "20 TeV", nbin=12)
    offset = MapAxis.from_edges([0, 3], unit="deg", name="offset")
    area = EffectiveAreaTable2D(axes=[true, offset], data=np.full((40, 1), 1e5), unit="m2")
    metres = area.evaluate(energy_true=2 * u.TeV, offset=1 * u.deg)
    assert abs(metres.to_value("m2") - 1e5) < 1e-6

    geom = RegionGeom.create("icrs;circle(83.6, 22, 0.1)", axes=[true])
    exposure = RegionNDMap.from_geom(geom, data=1e5 * 180_000, unit="m2 s")
    dataset = SpectrumDataset(
        name="flat",
        exposure=exposure,
        edisp=EDispKernelMap.from_diagonal_response(energy, true, geom.to_image()),
        counts=RegionNDMap.from_geom(geom.to_image().to_cube([energy])),
    )
    law = PowerLawSpectralModel(index=2.5, amplitude="3e-12 cm-2 s-1 TeV-1", reference="1 TeV")
    dataset.models = [SkyModel(law, name="source")]
    dataset.counts.data = dataset.npred().data
    # A / 1.5 (1 - 20^-1.5) photons per area, over 1e9 cm2 and 180000 s
    expected = 3e-12 / 1.5 * (1 - 20**-1.5) * 1e9 * 180_000
    assert abs(dataset.counts.data.sum() / expected - 1) < 0.01
    law.index.value, law.amplitude.value = 2.0, 1e-12
    assert Fit().run(dataset).success
    assert abs(law.index.value - 2.5) < 1e-3 and abs(law.amplitude.value / 3e-12 - 1) < 1e-3
    points = FluxPointsEstimator(energy_edges=[1, 4, 20] * u.TeV, source="source", selection_optional=[])
    assert np.allclose(points.run([dataset]).norm.data.squeeze(), 1, atol=0.01)


def check_dark_matter() -> None:
    """The J-factor of a halo with a known profile, and a spectrum of annihilation."""
    import astropy.units as u
    from gammapy.astro.darkmatter import DarkMatterAnnihilationSpectralModel, JFactory
    from gammapy.astro.darkmatter.profiles import NFWProfile
    from gammapy.maps import WcsGeom

    # rho(r_s) = rho_s / 4 by the definition of the profile of Navarro, Frenk and White
    halo = NFWProfile(r_s=20 * u.kpc, rho_s=1 * u.Unit("GeV / cm3"))
    assert abs(halo(20 * u.kpc).to_value("GeV / cm3") - 0.25) < 1e-9
    halo.scale_to_local_density()
    assert abs(halo(halo.DISTANCE_GC) / halo.LOCAL_DENSITY - 1) < 1e-9
    geom = WcsGeom.create(skydir=(0, 0), frame="galactic", width=0.4, binsz=0.2)
    factory = JFactory(geom=geom, profile=halo, distance=halo.DISTANCE_GC)
    factors = factory.compute_differential_jfactor(ndecade=1e5)
    # the same integral of rho^2 along one line of sight, straight from the definition
    angle, far = geom.separation(geom.center_skydir)[0, 0].rad, halo.DISTANCE_GC.to_value("kpc")
    line = far + np.geomspace(1e-6, 3.9 * far, 100_001)
    line = np.concatenate([far - (line - far)[line < 2 * far][::-1], line])
    radius = np.sqrt(far**2 + line**2 - 2 * far * line * np.cos(angle)) * u.kpc
    kept = radius <= 4 * halo.DISTANCE_GC
    density = halo(radius).to_value("GeV / cm3")
    integral = np.trapezoid(np.where(kept, density**2, 0), line) * u.kpc.to("cm")
    assert abs(factors[0, 0].to_value("GeV2 cm-5 sr-1") / integral - 1) < 0.01, (factors[0, 0], integral)

    # the tables of spectra do not come with gammapy: a small one in their format, dN/dlog10(x) = 1
    folder = Path("dark_matter_spectra/PPPC4DMID")
    folder.mkdir(parents=True)
    rows = [f"{mass} {x:.2f} 1.0" for mass in (100, 1000, 10000) for x in np.arange(-8.9, 0.01, 0.1)]
    (folder / "AtProduction_gammas.dat").write_text("\n".join(["mDM Log[10,x] b", *rows]))
    os.environ["GAMMAPY_DATA"] = str(Path.cwd())
    model = DarkMatterAnnihilationSpectralModel(
        mass=1 * u.TeV, channel="b", jfactor=1e19 * u.Unit("GeV2 cm-5")
    )
    flux = model(100 * u.GeV).to_value("cm-2 s-1 GeV-1")
    # <sigma v> J / (8 pi m^2) dN/dE with dN/dE = 1 / (E ln 10)
    expected = 3e-26 * 1e19 / (8 * np.pi * 1000**2) / (100 * np.log(10))
    assert abs(flux / expected - 1) < 0.01, (flux, expected)


def check_radiation() -> None:
    """Synchrotron radiation from naima, and the blob of a blazar from agnpy."""
    import agnpy
    import astropy.units as u
    import naima

    electrons = naima.models.PowerLaw(1e36 / u.eV, 1 * u.TeV, 2.0)
    radio = np.logspace(-4, -2, 5) * u.eV
    sed = naima.models.Synchrotron(electrons, B=10 * u.uG, Eemin=0.1 * u.GeV).sed(radio, distance=1 * u.kpc)
    slope = np.diff(np.log(sed.value)) / np.diff(np.log(radio.value))
    # electrons of index p radiate E^2 dN/dE ~ E^((3 - p) / 2)
    assert np.allclose(slope, 0.5, atol=0.02), slope
    blob = agnpy.Blob(R_b=1e16 * u.cm, z=0.1, delta_D=10, Gamma=10, B=1 * u.G)
    assert abs(blob.mu_s - (1 - 1 / (10 * 10)) / blob.Beta) < 1e-12


if __name__ == "__main__":
    main()
