"""From an experiment or a notebook and its parameters to a REANA folder; everything is checked here."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from freezeout.errors import InputError
from freezeout.executors.reana import carried, points
from freezeout.executors.reana.data import Fetching, fetching, require_data, require_inputs, split_inputs
from freezeout.executors.reana.engines import Chain, fetch_step, write
from freezeout.executors.reana.notebook import Notebook, read_notebook
from freezeout.executors.reana.recipe import Recipe, recipe_of
from freezeout.executors.reana.resources import Resources
from freezeout.executors.reana.specification import PREPARE, environment_step, serial, step, whole
from freezeout.executors.reana.submission import ABOUT, FOLDER, Submission, about_json, name_of
from freezeout.executors.reana.values import document, require_passable
from freezeout.experiments.folder import Experiment, experiment
from freezeout.version import __version__

RUNS, RESULTS = "runs", "results"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,119}")


def plan(
    what: str | Path,
    values: Mapping[str, object] | None = None,
    *,
    preset: str = "default",
    environment: str | None = None,
    inputs: Sequence[str | Path] = (),
    resources: Mapping[str, object] | None = None,
    scan: Mapping[str, Sequence[object]] | Sequence[str] | None = None,
    name: str | None = None,
    engine: str = "serial",
    summary: bool = False,
    from_lake: bool = False,
) -> Submission:
    """What is submitted to run an experiment, a scan of it, or any notebook on REANA.

    Parameters
    ----------
    what : str or Path
        The id of an experiment, or the path of a notebook.
    values : mapping, optional
        Parameters by name; the others have the preset's value or the notebook's default.
    preset : str
        A named set of parameters of the experiment.
    environment : str, optional
        For a notebook, when it is not the one of its kernel.
    inputs : sequence of str or Path
        Files and folders beside a notebook that it reads, or data of the lake (``scope:name``) that a
        step puts there.
    resources : mapping, optional
        ``memory``, ``time``, ``backend``, ``retention_days``.
    scan : mapping of str to sequence, or sequence of str, optional
        Values of some parameters, or texts such as ``rho_dm=0.2,0.3`` and ``v_0=200:240:5``: every
        combination is a run.
    name : str, optional
        Of the workflow.
    engine : str
        serial, snakemake, cwl or yadage, for one run of an experiment.
    summary : bool
        Whether the last step draws the limit into a summary plot.
    from_lake : bool
        Whether a step fetches the experiment's inputs from the lake, in place of carrying them.

    Raises
    ------
    InputError
        When anything cannot be used; nothing was written.
    """
    wanted = Resources.of(resources)
    path = _as_notebook(what)
    chained = engine != "serial" or summary or from_lake
    if chained and (scan or path is not None):
        raise InputError(
            "another engine, a summary plot and inputs from the lake are for one run of an experiment",
            hint="leave them out",
            code="bad_engine",
        )
    if path is not None:
        if scan:
            raise InputError("only experiments can be scanned", hint="submit the notebook several times",
                             code="bad_scan")  # fmt: skip
        return _of_notebook(read_notebook(path), values or {}, environment, inputs, wanted, name)
    found = experiment(str(what))
    if environment not in (None, found.environment):
        raise InputError(
            f"{found.id} runs in '{found.environment}', not in '{environment}'",
            hint="experiment.yaml says where it runs", code="bad_environment",
        )  # fmt: skip
    if inputs:
        raise InputError(f"{found.id} has its own inputs", hint="experiment.yaml lists them")
    _ = found.inputs  # are verified
    recipe = recipe_of(found.environment)
    if scan:
        return points.plan_scan(found, recipe, values or {}, preset, wanted, scan, _name(name, found.id))
    asked = _Asked(preset, wanted, _name(name, found.id), engine, summary, from_lake)
    return _of_experiment(found, recipe, values or {}, asked)


@dataclass(frozen=True)
class _Asked:
    """What a run of an experiment is asked for, beside its parameters."""

    preset: str
    resources: Resources
    name: str
    engine: str
    summary: bool
    from_lake: bool


def _of_experiment(
    found: Experiment, recipe: Recipe, values: Mapping[str, object], asked: _Asked
) -> Submission:
    parameters = found.check(values, asked.preset)
    require_passable(found.parameters, parameters)
    marker = marker_of(found.id, parameters)
    dids = require_data(found.parameters, parameters)
    lake = fetching(recipe) if dids or asked.from_lake else None
    hints = asked.resources.hints()
    chain = Chain(recipe.image, hints, lake, tuple(dids), asked.from_lake, asked.summary, marker)
    written = write(asked.engine, chain, found.parameters, parameters)
    files, library = carried.of_library()
    environments = carried.of_environment(recipe) | (lake.files if lake else {})
    about = {
        "kind": "experiment",
        "freezeout": __version__,
        "experiment": found.id,
        "title": found.title,
        "preset": asked.preset,
        "marker": marker,
        "environment": recipe.describe(),
        "library": library,
        "data": dids,
        **(lake.about if lake else {}),
    }
    beside = sorted(path for path in written.files if not path.startswith(f"{FOLDER}/"))
    inputs = {"files": beside, "directories": [FOLDER]}
    return Submission(
        kind="experiment",
        name=asked.name,
        title=found.title,
        specification=whole(
            {**inputs, "parameters": written.parameters}, written.workflow, written.outputs, asked.resources
        ),
        files={
            ABOUT: about_json(about), **files, **environments,
            **carried.of_experiment(found, inputs=not asked.from_lake), **written.files,
        },
        about=about,
        steps=written.steps,
    )  # fmt: skip


def _of_notebook(
    found: Notebook,
    values: Mapping[str, object],
    environment: str | None,
    inputs: Sequence[str | Path],
    resources: Resources,
    name: str | None,
) -> Submission:
    recipe = recipe_of(environment or found.environment)
    parameters = found.check(values)
    require_passable(found.declared(parameters), parameters)
    marker = marker_of(found.path.name, parameters)
    dids = require_data(found.parameters, parameters)
    of_lake, beside = split_inputs(inputs)
    require_inputs(of_lake)
    lake = fetching(recipe) if dids or of_lake else None
    steps = _steps(recipe, parameters, marker, dids, bool(of_lake), resources, lake)
    files, library = carried.of_library()
    environments = carried.of_environment(recipe) | (lake.files if lake else {})
    about = {
        "kind": "notebook",
        "freezeout": __version__,
        "notebook": found.path.name,
        "title": found.path.name,
        "marker": marker,
        "environment": recipe.describe(),
        "library": library,
        "data": dids,
        "inputs_of_lake": of_lake,
        **(lake.about if lake else {}),
    }
    return Submission(
        kind="notebook",
        name=_name(name, found.path.stem),
        title=found.path.name,
        specification=serial(parameters, steps, [RESULTS], resources),
        files={
            ABOUT: about_json(about), **files, **environments,
            **carried.of_notebook(found.path, found.beside(beside)),
        },
        about=about,
        steps=len(steps),
    )  # fmt: skip


def _steps(
    recipe: Recipe,
    parameters: Mapping[str, object],
    marker: str,
    dids: Sequence[str],
    inputs: bool,
    resources: Resources,
    lake: Fetching | None,
) -> list[dict[str, Any]]:
    """The environment, the data, the notebook."""
    said = f" {document(list(parameters), marker)}" if parameters else ""
    hints = resources.hints()
    steps = [environment_step(recipe.image, hints)]
    if lake:
        steps.append(fetch_step(lake, hints, dids, inputs, marker))
    # what a parameter names may be asked for again by the notebook itself
    more = lake.hints_afterwards if lake and dids else {}
    return [*steps, step("run", recipe.image, f"{PREPARE} notebook{said}", {**hints, **more})]


def marker_of(what: str, parameters: Mapping[str, Any]) -> str:
    """What no value contains: it is made of all of them."""
    return hashlib.sha256(repr((what, sorted(parameters.items()))).encode(errors="replace")).hexdigest()[:12]


def _as_notebook(what: str | Path) -> Path | None:
    path = Path(what).expanduser()
    return path.absolute() if path.suffix == ".ipynb" else None


def _name(asked: str | None, otherwise: str) -> str:
    """A workflow's name: dots would be taken for run numbers."""
    if asked is None:
        return name_of(otherwise)
    if not _NAME.fullmatch(asked) or _looks_like_id(asked):
        raise InputError(
            f"'{asked:.130}' cannot be the name of a workflow",
            hint="letters, digits, - and _, at most 120; a dot would begin the number of a run",
            code="bad_name",
        )
    return asked


def _looks_like_id(text: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}", text) is not None
