"""Data of the lake that a workflow needs: fetched in a step of its own, and found again by the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from freezeout.environments.folder import GATEWAY
from freezeout.errors import FreezeoutError, InputError
from freezeout.executors.reana import carried
from freezeout.executors.reana.recipe import Recipe, recipe_of
from freezeout.experiments.lake_parameters import data_of, named
from freezeout.experiments.parameters import Parameter
from freezeout.lake.did import DID
from freezeout.lake.sites.known import connection

_NEEDED = ("httpx", "rucio-clients")
_MODULES = ("httpx", "rucio", "yaml", "platformdirs")
_CLIENTS = ("rucio", GATEWAY)
"""Environments that can talk to the lake, the smallest first."""


@dataclass(frozen=True)
class Fetching:
    """How a workflow gets its data out of the lake.

    Attributes
    ----------
    recipe : Recipe
        The environment of the step that fetches.
    apart : bool
        Whether that is not the environment of the notebook, which gets to know the lake by the files alone.
    hints : mapping
        What REANA is to lend that step.
    """

    recipe: Recipe
    apart: bool
    hints: Mapping[str, object]

    @property
    def about(self) -> dict[str, object]:
        """What the workspace is told of an environment apart, or of any interpreter that does as well."""
        return {"lake": {**self.recipe.describe(), "suffices": _MODULES}} if self.apart else {}

    @property
    def files(self) -> carried.Files:
        """What the workspace carries for it."""
        return carried.of_environment(self.recipe) if self.apart else {}

    @property
    def hints_afterwards(self) -> Mapping[str, object]:
        """What is lent the notebook too, which may ask the lake itself where it can."""
        return {} if self.apart else self.hints


def fetching(recipe: Recipe) -> Fetching:
    """How data of the lake gets to a notebook that runs in an environment.

    Raises
    ------
    InputError
        When there is no environment that can talk to the lake.
    """
    if _talks(recipe):
        return Fetching(recipe, False, lake_hints())
    faults = []
    for name in _CLIENTS:
        try:
            client = recipe_of(name)
        except FreezeoutError as error:
            faults.append(f"'{name}': {error.message}")
            continue
        if _talks(client):
            return Fetching(client, True, lake_hints())
        faults.append(f"'{name}' lacks {' and '.join(one for one in _NEEDED if one not in client.packages)}")
    raise InputError(
        f"no environment can fetch data of the lake for '{recipe.name}': {'; '.join(faults)}",
        hint=f"lock one of them anew, or give '{recipe.name}' {' and '.join(_NEEDED)}",
        code="environment_unavailable",
    )


def _talks(recipe: Recipe) -> bool:
    return all(name in recipe.packages for name in _NEEDED)


def lake_hints() -> dict[str, object]:
    """They depend on how one signs in to the lake."""
    try:
        proxy = connection().auth in ("x509", "x509_proxy")
    except InputError:
        proxy = False
    return {"rucio": True, **({"voms_proxy": True} if proxy else {})}


def require_data(declared: Sequence[Parameter], values: Mapping[str, object]) -> list[str]:
    """The parameters that name data, which is in the lake.

    Raises
    ------
    InputError
        When the lake has no such data.
    """
    return sorted(data_of(declared, values))


def require_points(declared: Sequence[Parameter], points: Sequence[Mapping[str, object]]) -> list[str]:
    """The same for the points of a scan; what several name is looked up once."""
    names = sorted({name for point in points for name in named(declared, point)})
    kinds = {one.name: one for one in declared}
    for name in names:
        for did in dict.fromkeys(str(point[name]) for point in points if point[name] is not None):
            data_of([kinds[name]], {name: did})
    return names


def split_inputs(inputs: Sequence[str | Path]) -> tuple[list[str], list[str | Path]]:
    """Which inputs are data of the lake, and which are files here."""
    of_lake, here = [], []
    for one in inputs:
        try:
            of_lake.append(str(DID.parse(str(one))))
        except InputError:
            here.append(one)
    return of_lake, here


def require_inputs(dids: Sequence[str]) -> None:
    """See that the lake has what a notebook is to find beside itself.

    Raises
    ------
    InputError
        When it has no such data.
    """
    data_of([Parameter(did, "did", None) for did in dids], {did: did for did in dids})
