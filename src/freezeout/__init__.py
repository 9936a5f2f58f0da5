"""Freezeout: dark-matter limits with their data, code, environment and parameters.

The rooms of the library, from the ground up:

`physics`
    Signal models: pure functions of arrays (`direct`, `indirect`, `collider`).
`stats`
    Upper limits and likelihoods: pure functions of arrays.
`limits`
    `LimitCurve`, the planes it lives in, its file format, the published curves.
`plots`
    One description of a summary plot, drawn by Bokeh or by Matplotlib.
`experiments`
    An experiment's folder, its parameters, a run and its record.
`lake`
    The data lake: `lake.open`, `lake.get`, `lake.put`, `lake.search`, `lake.info`.
`services`
    Supervised processes: JupyterLab with Voila.
`cli`
    The command ``freezeout``.

A notebook needs three names: `experiment`, which finds an experiment's folder; `LimitCurve`,
what every analysis ends in; and `keep`, which stores a result in the folder of the run.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from freezeout.version import __version__

if TYPE_CHECKING:
    from freezeout import lake
    from freezeout.errors import FreezeoutError, InputError
    from freezeout.experiments.folder import Experiment, experiment
    from freezeout.experiments.result import Likelihood, Result, keep
    from freezeout.limits.curve import LimitCurve, Reference
    from freezeout.limits.published import published_curves

_HOMES = {
    "Experiment": "freezeout.experiments.folder",
    "FreezeoutError": "freezeout.errors",
    "InputError": "freezeout.errors",
    "Likelihood": "freezeout.experiments.result",
    "LimitCurve": "freezeout.limits.curve",
    "Reference": "freezeout.limits.curve",
    "Result": "freezeout.experiments.result",
    "experiment": "freezeout.experiments.folder",
    "keep": "freezeout.experiments.result",
    "published_curves": "freezeout.limits.published",
}

__all__ = [
    "Experiment",
    "FreezeoutError",
    "InputError",
    "Likelihood",
    "LimitCurve",
    "Reference",
    "Result",
    "__version__",
    "experiment",
    "keep",
    "lake",
    "published_curves",
]


def __getattr__(name: str) -> object:
    """Import a public name when it is first asked for, so that the package stays light."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    if name == "lake":
        return import_module("freezeout.lake")
    raise AttributeError(f"module 'freezeout' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES, "lake"})
