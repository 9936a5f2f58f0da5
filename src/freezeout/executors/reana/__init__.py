"""An experiment, a scan of it, or any notebook on REANA: one folder, submitted, followed, brought home.

`planning`
    What is submitted, with everything checked.
`submission`, `specification`, `carried`, `recipe`, `values`, `points`, `notebook`
    The folder: ``reana.yaml`` and all that its steps need.
`prepare`, `step`
    What runs in a step.
`sending`, `job`, `home`
    To the server, along with it, and back.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from freezeout.executors.reana.planning import plan
    from freezeout.executors.reana.submission import Submission

_HOMES = {"plan": "planning", "Submission": "submission"}

__all__ = ["Submission", "plan"]


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module '{__name__}' has no attribute {name!r}")
