"""Data of the lake that a workflow needs: fetched in a step of its own, and found again by the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from freezeout.errors import InputError
from freezeout.executors.reana.recipe import Recipe
from freezeout.experiments.lake_parameters import data_of, named
from freezeout.experiments.parameters import Parameter
from freezeout.lake.did import DID
from freezeout.lake.sites.known import connection

_NEEDED = ("httpx", "rucio-clients")


def require_data(recipe: Recipe, declared: Sequence[Parameter], values: Mapping[str, object]) -> list[str]:
    """The parameters that name data, which is in the lake, and which a step can fetch.

    Raises
    ------
    InputError
        When the lake has no such data, or the environment cannot talk to it.
    """
    dids = sorted(named(declared, values))
    if not dids:
        return []
    require_fetching(recipe, f"data of {dids[0]}")
    data_of(declared, values)
    return dids


def split_inputs(inputs: Sequence[str | Path]) -> tuple[list[str], list[str | Path]]:
    """Which inputs are data of the lake, and which are files here."""
    of_lake, here = [], []
    for one in inputs:
        try:
            of_lake.append(str(DID.parse(str(one))))
        except InputError:
            here.append(one)
    return of_lake, here


def require_inputs(recipe: Recipe, dids: Sequence[str]) -> None:
    """See that the lake has what a notebook is to find beside itself.

    Raises
    ------
    InputError
        When it has no such data, or the environment cannot talk to it.
    """
    if dids:
        require_fetching(recipe, f"input {dids[0]}")
        data_of([Parameter(did, "did", None) for did in dids], {did: did for did in dids})


def require_fetching(recipe: Recipe, what: str) -> None:
    """See that a step in this environment can talk to the lake.

    Raises
    ------
    InputError
        When it lacks what that needs.
    """
    missing = [name for name in _NEEDED if name not in recipe.packages]
    if missing:
        raise InputError(
            f"the {what} cannot be fetched from the lake in the environment '{recipe.name}': it has no "
            f"{missing[0]}",
            hint="give files beside the notebook instead, or take the environment 'gateway'",
            code="environment_unavailable",
        )


def lake_hints() -> dict[str, object]:
    """What REANA is to lend a step that talks to the lake, which depends on how one signs in there."""
    try:
        proxy = connection().auth in ("x509", "x509_proxy")
    except InputError:
        proxy = False
    return {"rucio": True, **({"voms_proxy": True} if proxy else {})}
