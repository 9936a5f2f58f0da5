"""The embedded lake, for those who start it: the command line, the Jupyter server, tests."""

from __future__ import annotations

from dataclasses import dataclass

from freezeout.jobs.reporter import Reporter
from freezeout.services.lake.place import Place, place
from freezeout.services.lake.status import LakeStatus
from freezeout.services.supervised import Supervised


@dataclass
class Lake(Supervised[LakeStatus]):
    """An embedded lake that runs or is about to."""

    place: Place
    title = "the lake"
    word = "lake"
    module = "freezeout.services.lake.supervisor"
    kind = LakeStatus

    @classmethod
    def start(cls, inputs: bool = True) -> Lake:
        """Start the lake of this user's home, or find the one that runs; returns at once.

        It ends with this process, however this process ends. The first start builds Rucio's
        environment; `wait` tells how far it is.

        Parameters
        ----------
        inputs : bool
            Register the experiments' inputs once it is ready; nobody waits for that.
        """
        lake = cls(place())
        lake.begin(["--inputs"] if inputs else [])
        return lake


def await_lake(reporter: Reporter, pid: int | None = None, birth: str | None = None) -> dict[str, str]:
    """The work of a job that follows the start of a lake to its end; its result is the lake's address."""
    return {"url": Lake(place()).await_ready(reporter, pid, birth)}
