"""A deep test of the gateway's environment: what users touch, imported and used."""

import io

import numpy as np


def main() -> None:
    """Raise when something that the gateway offers does not work."""
    import bokeh.plotting
    import hepdata_validator
    import ipywidgets
    import jupyter_bokeh
    import jupyterlab
    import jupyterlab.labapp
    import matplotlib.figure
    import nbformat
    import nbval
    import papermill
    import rucio_jupyterlab
    import scipy.stats
    import voila.app

    assert abs(scipy.stats.norm.cdf(1.96) - 0.975) < 1e-4
    figure = matplotlib.figure.Figure()
    figure.subplots().loglog(np.arange(1, 4), np.arange(1, 4))
    figure.savefig(io.BytesIO(), format="pdf")
    plot = bokeh.plotting.figure(y_axis_type="log")
    plot.line([1, 2], [1, 2])
    jupyter_bokeh.BokehModel(plot)
    assert ipywidgets.FloatSlider(value=0.3).value == 0.3
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("answer = 6 * 7\nanswer")])
    done = papermill.execute_notebook(notebook, None, kernel_name="python3", progress_bar=False)
    assert done.cells[0].outputs[0].data["text/plain"] == "42"
    for module in (hepdata_validator, jupyterlab, nbval, rucio_jupyterlab, voila):
        assert module.__name__
    print("gateway: in order")


if __name__ == "__main__":
    main()
