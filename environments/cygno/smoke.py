"""A deep test of the environment for CYGNO: a track in the image of a gas chamber is found and measured."""

from importlib.metadata import version

import numpy as np


def main() -> None:
    """Raise when something that the environment offers does not work."""
    import skimage.filters
    import skimage.measure
    import uproot
    from scipy import ndimage
    from sklearn.cluster import DBSCAN

    # a straight track of light, 60 pixels long at 30 degrees, in the noise of a camera
    random = np.random.default_rng(1)
    image = random.normal(100, 2, (200, 200))
    along = np.linspace(-30, 30, 600)
    slope = np.deg2rad(30)
    rows = (100 + along * np.sin(slope)).astype(int)
    columns = (100 + along * np.cos(slope)).astype(int)
    light = np.zeros_like(image)
    np.add.at(light, (rows, columns), 10.0)
    image += ndimage.gaussian_filter(light, 2)

    smooth = skimage.filters.gaussian(image - np.median(image), 1.5, preserve_range=True)
    lit = np.argwhere(smooth > 5 * smooth[:50].std())
    labels = DBSCAN(eps=3, min_samples=8).fit_predict(lit)
    assert set(labels) - {-1} == {0}, set(labels)
    mask = np.zeros(image.shape, int)
    mask[tuple(lit[labels == 0].T)] = 1
    (track,) = skimage.measure.regionprops(mask, intensity_image=image - 100)
    # orientation is measured from the first axis
    assert abs(np.rad2deg(track.orientation) - 60) < 2, np.rad2deg(track.orientation)
    assert np.allclose(track.centroid, [100, 100], atol=1.5) and 55 < track.axis_major_length < 80
    assert abs((image[mask == 1] - 100).sum() / light.sum() - 1) < 0.15

    with uproot.recreate("tracks.root") as file:
        file["tracks"] = {"x": [track.centroid[1]], "light": [float(light.sum())]}
    with uproot.open("tracks.root") as file:
        assert abs(file["tracks"]["light"].array()[0] - 6000) < 1e-6
    print(f"cygno: in order (scikit-image {version('scikit-image')}, uproot {version('uproot')})")


if __name__ == "__main__":
    main()
