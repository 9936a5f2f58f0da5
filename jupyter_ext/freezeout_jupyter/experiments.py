"""The experiments: listed for cards and commands, and opened."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from freezeout.errors import FreezeoutError
from freezeout_jupyter.base import Api, describe
from freezeout_jupyter.copies import Opened, open_notebook, path_below

if TYPE_CHECKING:
    from freezeout.experiments.folder import Experiment

# the library is imported when it is asked for: a server that starts does not wait for numpy


class Experiments(Api):
    """``GET /freezeout/api/experiments``."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer all experiments; a folder that is not in order is a problem, not the end."""
        self.finish(await self.in_thread(lambda: catalogue(self.root)))


class OpenExperiment(Api):
    """``POST /freezeout/api/experiments/<id>/open``."""

    @web.authenticated
    @authorized
    async def post(self, id: str) -> None:
        """Answer where Lab finds the experiment's notebook."""
        opened = await self.in_thread(lambda: _opened(id, self.root))
        self.finish(dataclasses.asdict(opened))


def catalogue(root: Path) -> dict[str, list[dict[str, Any]]]:
    """All experiments as the API shows them, and what is wrong with those that cannot be read."""
    from freezeout.experiments.folder import experiment_folders, read_experiment

    found, problems = [], []
    for name, folder in experiment_folders().items():
        try:
            found.append(card(read_experiment(folder), root))
        except FreezeoutError as error:
            problems.append({"id": name, **describe(error, 400)})
    return {"experiments": found, "problems": problems}


def card(experiment: Experiment, root: Path) -> dict[str, Any]:
    """What a launcher card says about an experiment."""
    description = experiment.description
    return {
        "id": experiment.id,
        "title": experiment.title,
        "experiment": description["experiment"],
        "method": experiment.method,
        "summary": description.get("summary", ""),
        "environment": experiment.environment,
        "plane": description["results"]["plane"],  # type: ignore[index]
        "presets": list(experiment.presets),
        "notebook": path_below(root, experiment.notebook),
    }


def _opened(id: str, root: Path) -> Opened:
    from freezeout.experiments.folder import experiment

    return open_notebook(root, experiment(id).notebook, id)
