"""A deep test of the environment for plain Python: tables, fits, plots, learning, Rucio's client."""

import io

import numpy as np


def main() -> None:
    """Raise when something that the environment offers does not work."""
    import bokeh.embed
    import bokeh.plotting
    import ipywidgets
    import matplotlib.figure
    import nbformat
    import pandas
    import papermill
    import scipy.optimize
    import sklearn.linear_model
    from rucio.client.didclient import DIDClient
    from rucio.common.checksum import adler32

    # a recoil spectrum that falls as exp(-E / 10): integral and slope are known
    energy = np.linspace(0, 200, 4001)
    rate = np.exp(-energy / 10)
    assert abs(np.trapezoid(rate, energy) - 10) < 1e-3
    (scale,), _ = scipy.optimize.curve_fit(lambda e, s: np.exp(-e / s), energy, rate, p0=[5])
    assert abs(scale - 10) < 1e-6
    fit = sklearn.linear_model.LinearRegression().fit(energy[:100, None], np.log(rate[:100]))
    assert abs(fit.coef_[0] + 0.1) < 1e-12

    table = pandas.DataFrame({"bin": (energy // 50).astype(int), "rate": rate})
    assert table.groupby("bin").rate.sum().idxmax() == 0
    assert pandas.read_csv(io.StringIO(table.to_csv(index=False))).shape == (4001, 2)

    figure = matplotlib.figure.Figure()
    figure.subplots().semilogy(energy, rate)
    figure.savefig(io.BytesIO(), format="pdf")
    plot = bokeh.plotting.figure(y_axis_type="log")
    plot.line(energy, rate)
    assert "bk-" in bokeh.embed.file_html(plot, "inline")
    assert ipywidgets.FloatSlider(value=0.3).value == 0.3

    # RFC 1950 gives the checksum; "Wikipedia" -> 11e60398 is the known example
    with open("word", "wb") as file:
        file.write(b"Wikipedia")
    assert adler32("word") == "11e60398"
    assert callable(DIDClient.list_dids)

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("answer = 6 * 7\nanswer")])
    done = papermill.execute_notebook(notebook, None, kernel_name="python3", progress_bar=False)
    assert done.cells[0].outputs[0].data["text/plain"] == "42"
    print(f"base: in order (numpy {np.__version__}, pandas {pandas.__version__})")


if __name__ == "__main__":
    main()
