"""What workflows were made of, as their workspaces say; looked up once for each, behind the lists."""

from __future__ import annotations

import asyncio
import contextlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from freezeout.errors import FreezeoutError

if TYPE_CHECKING:
    from freezeout.reana.client.workflow import Workflow
    from freezeout_jupyter.reana.clients import Reana

_LARGEST = 1_000_000
_PATIENCE = 20.0
_MOST = 5000
_MADE_BY_US = ("experiment", "notebook", "scan")


@dataclass(frozen=True)
class About:
    """What a workflow was made of.

    Attributes
    ----------
    kind : str
        experiment, notebook, scan, or other when it is not of Freezeout.
    experiment, environment : str or None
        Of Freezeout's.
    runs : int or None
        How many points a scan has; 1 for an experiment.
    """

    kind: str = "other"
    experiment: str | None = None
    environment: str | None = None
    runs: int | None = None


OTHER = About()


class Abouts:
    """Remembers what workflows were made of."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, str], About] = {}
        self._wanted: dict[tuple[int, str], tuple[Reana, Workflow]] = {}
        self._looking: asyncio.Task[None] | None = None

    def of(self, reana: Reana, workflow: Workflow) -> About:
        """What is known now; what is not known yet is looked up for the next time."""
        key = reana.generation, workflow.id
        if key not in self._known and workflow.status != "deleted":
            self._wanted[key] = reana, workflow
            if self._looking is None or self._looking.done():
                self._looking = asyncio.create_task(self._look())
        return self._known.get(key, OTHER)

    async def find(self, reana: Reana, workflow: Workflow) -> About:
        """The same, looked up now when it is not known yet."""
        key = reana.generation, workflow.id
        if key not in self._known:
            with contextlib.suppress(FreezeoutError):
                await self._ask(reana, workflow)
        return self._known.get(key, OTHER)

    def close(self) -> None:
        """Look for nothing more."""
        self._wanted.clear()
        if self._looking is not None:
            self._looking.cancel()

    async def _look(self) -> None:
        while self._wanted:
            _, (reana, workflow) = self._wanted.popitem()
            with contextlib.suppress(FreezeoutError):
                await self._ask(reana, workflow)

    async def _ask(self, reana: Reana, workflow: Workflow) -> None:
        from freezeout.executors.reana.submission import ABOUT

        key = reana.generation, workflow.id
        try:
            data = await reana.ask(lambda client: client.read(workflow.id, ABOUT, _LARGEST), _PATIENCE)
        except FreezeoutError as error:
            if error.code not in ("unknown_file", "unknown_workflow"):
                raise
            if workflow.status == "created":  # its files may be on their way
                return
            data = b""
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[key] = read(data)


def read(data: bytes) -> About:
    """What a workspace says of itself; it may say anything."""
    try:
        said = json.loads(data)
        if said["kind"] not in _MADE_BY_US:
            return OTHER
        points = said.get("points")
        return About(
            said["kind"],
            _text(said.get("experiment")),
            _text((said.get("environment") or {}).get("name")),
            len(points) if isinstance(points, list) else 1 if said["kind"] == "experiment" else None,
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return OTHER


def _text(said: Any) -> str | None:
    return said[:100] if isinstance(said, str) else None
