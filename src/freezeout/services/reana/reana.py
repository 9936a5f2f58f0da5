"""The embedded REANA server, for those who start it: the command line, the Jupyter server, tests."""

from __future__ import annotations

from dataclasses import dataclass

from freezeout.jobs.reporter import Reporter
from freezeout.reana.sites.place import Place, place
from freezeout.services.reana.status import ReanaStatus
from freezeout.services.supervised import Supervised


@dataclass
class Reana(Supervised[ReanaStatus]):
    """An embedded REANA server that runs or is about to."""

    place: Place
    title = "the REANA server"
    word = "reana"
    module = "freezeout.services.reana.supervisor"
    kind = ReanaStatus

    @classmethod
    def start(cls) -> Reana:
        """Start the server of this user's home, or find the one that runs; returns at once.

        It ends with this process, however this process ends.
        """
        reana = cls(place())
        reana.begin()
        return reana


def await_reana(reporter: Reporter, pid: int | None = None, birth: str | None = None) -> dict[str, str]:
    """The work of a job that follows the start of a server to its end; its result is the address."""
    return {"url": Reana(place()).await_ready(reporter, pid, birth)}
