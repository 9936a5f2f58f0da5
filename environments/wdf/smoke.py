"""A deep test of the environment for the wavelet detection filter: transforms, spectra, a search."""

from importlib.metadata import version
from types import SimpleNamespace

import numpy as np


def main() -> None:
    """Raise when something that the environment offers does not work."""
    check_transform()
    check_series()
    check_search()
    print(f"wdf: in order (wdflow {version('wdflow')}, gwpy {version('gwpy')})")


def view(samples: np.ndarray, rate: float):
    """Samples as p4TSA takes them."""
    from py4tsa.tsa import SeqView_double_t

    made = SeqView_double_t(0.0, 1 / rate, len(samples))
    for index, value in enumerate(samples):
        made.FillPoint(0, index, float(value))
    return made


def check_transform() -> None:
    """An orthogonal wavelet transform keeps the energy, and its inverse brings the samples back."""
    from py4tsa.tsa import WaveletTransform

    samples = np.random.default_rng(1).normal(size=256)
    made = view(samples, 256)
    transform = WaveletTransform(256, WaveletTransform.WaveletType.Daub8)
    transform.Forward(made)
    coefficients = np.array([made.GetY(0, index) for index in range(256)])
    assert not np.allclose(coefficients, samples)
    assert abs((coefficients**2).sum() / (samples**2).sum() - 1) < 1e-9
    transform.Inverse(made)
    assert np.allclose([made.GetY(0, index) for index in range(256)], samples)


def check_series() -> None:
    """A tone is found by gwpy, written, read and cut out by a band around it."""
    from gwpy.timeseries import TimeSeries

    times = np.arange(0, 8, 1 / 1024)
    noise = np.random.default_rng(2).normal(0, 0.1, len(times))
    series = TimeSeries(np.sin(2 * np.pi * 60 * times) + noise, sample_rate=1024, name="X1:TONE")
    spectrum = series.asd(fftlength=2)
    assert abs(spectrum.frequencies[int(np.argmax(spectrum.value))].value - 60) <= 0.5
    series.write("tone.hdf5", path="tone")
    again = TimeSeries.read("tone.hdf5", path="tone")
    assert np.array_equal(again.value, series.value) and again.sample_rate.value == 1024
    cut = series.bandpass(50, 70).crop(2, 6)
    # the root mean square of a tone is its amplitude over sqrt 2
    assert abs(np.sqrt((cut.value**2).mean()) * np.sqrt(2) - 1) < 0.05


def check_search() -> None:
    """The filter finds the one burst in white noise, where it was put."""
    from wdf.observers.observer import Observer
    from wdf.processes.wdf import wdf

    rate, length = 1024, 16 * 1024
    samples = np.random.default_rng(3).normal(size=length)
    at = 9.0
    times = np.arange(length) / rate
    samples += 12 * np.exp(-(((times - at) / 0.02) ** 2)) * np.sin(2 * np.pi * 100 * (times - at))

    found = []

    class Keeper(Observer):
        def update(self, event) -> None:
            found.append((event.mTime, event.mSNR))

    parameters = SimpleNamespace(
        window=256, overlap=192, threshold=5.0, sigma=1.0, Ncoeff=256, resampling=rate, ThresholdRule="block"
    )
    search = wdf(parameters)
    search.register(Keeper())
    search.SetData(view(samples, rate))
    search.Process()
    assert found, "no event"
    loudest = max(found, key=lambda event: event[1])
    assert abs(loudest[0] - at) < 0.3, loudest


if __name__ == "__main__":
    main()
