"""A deep test of the environment for the virtual observatory, without its servers."""

import numpy as np


def main() -> None:
    """Raise when something that the environment offers does not work."""
    from astropy.utils import iers

    iers.conf.auto_download = False
    check_tables()
    check_coverage()
    check_images()
    import pyvo

    print(f"vo: in order (pyvo {pyvo.__version__})")


def check_tables() -> None:
    """A VOTable there and back, as the answer of a service; a query and its address."""
    import io

    import pyvo
    from astropy.coordinates import SkyCoord
    from astropy.io.votable import from_table, parse
    from astropy.table import QTable
    from astropy.units import Unit
    from astroquery.vizier import Vizier

    table = QTable({"name": ["Draco", "Segue 1"], "dec": [57.92, 16.08] * Unit("deg")})
    written = io.BytesIO()
    from_table(table).to_xml(written)
    written.seek(0)
    answer = pyvo.dal.DALResults(parse(written), url="file:dwarfs")
    assert list(answer["name"]) == ["Draco", "Segue 1"] and answer.fieldnames == ("name", "dec")
    assert answer.getdesc("dec").unit == Unit("deg") and np.allclose(answer["dec"], [57.92, 16.08])
    query = pyvo.dal.scs.SCSQuery("https://vo.example/cone?")
    query.pos, query.radius = (260.05, 57.92), 0.5
    assert float(query["RA"]) == 260.05 and float(query["SR"]) == 0.5
    asked = Vizier(columns=["*"], row_limit=3).query_region_async(
        SkyCoord(260.05, 57.92, unit="deg"), radius="1d", catalog="J/ApJ/801/74", get_query_payload=True
    )
    assert "J/ApJ/801/74" in str(asked) and "260.05" in str(asked) and "-out.max" in str(asked)


def check_coverage() -> None:
    """A cone of half-angle a covers 2 pi (1 - cos a) of the sky."""
    import astropy.units as u
    from astropy.coordinates import Angle, Latitude, Longitude, SkyCoord
    from mocpy import MOC
    from regions import CircleSkyRegion, Regions

    lon, lat, radius = Longitude(260.05, u.deg), Latitude(57.92, u.deg), Angle(10, u.deg)
    cone = MOC.from_cone(lon, lat, radius=radius, max_depth=12)
    assert abs(cone.sky_fraction / ((1 - np.cos(radius.rad)) / 2) - 1) < 0.01
    inside = cone.contains_lonlat([260.05, 10] * u.deg, [57.92, -20] * u.deg)
    assert list(inside) == [True, False]
    cone.save("cone.fits", format="fits")
    assert MOC.from_fits("cone.fits") == cone
    assert cone.intersection(cone.complement()).empty()

    circle = CircleSkyRegion(SkyCoord(lon, lat), radius)
    (again,) = Regions.parse(circle.serialize(format="ds9"), format="ds9")
    assert abs(again.radius - radius) < 1 * u.arcsec


def check_images() -> None:
    """Reprojection keeps what an image sums to; Aladin's widget takes a catalogue."""
    import astropy.units as u
    from astropy.coordinates import SkyCoord
    from astropy.wcs import WCS
    from ipyaladin import Aladin
    from reproject import reproject_exact

    def projection(frame: str, longitude: float, latitude: float) -> WCS:
        wcs = WCS(naxis=2)
        wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"] if frame == "icrs" else ["GLON-TAN", "GLAT-TAN"]
        wcs.wcs.crval, wcs.wcs.crpix, wcs.wcs.cdelt = [longitude, latitude], [40.5, 40.5], [-0.05, 0.05]
        return wcs

    centre = SkyCoord(260.05, 57.92, unit="deg")
    galactic = centre.galactic
    y, x = np.mgrid[:80, :80]
    image = np.exp(-((x - 39.5) ** 2 + (y - 39.5) ** 2) / (2 * 5**2))
    turned, covered = reproject_exact(
        (image, projection("icrs", centre.ra.deg, centre.dec.deg)),
        projection("galactic", galactic.l.deg, galactic.b.deg),
        shape_out=(80, 80),
    )
    assert abs(np.nansum(turned) / (2 * np.pi * 5**2) - 1) < 0.01 and abs(np.median(covered) - 1) < 1e-6
    sky = Aladin(target=centre, fov=2)
    assert abs(sky.target.dec - centre.dec) < 1 * u.arcsec


if __name__ == "__main__":
    main()
