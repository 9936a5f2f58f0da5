"""What the supervisor says of the embedded REANA server: ``<home>/reana/state.json``."""

from __future__ import annotations

from dataclasses import dataclass

from freezeout.reana.sites.place import Place, place
from freezeout.services import status
from freezeout.services.status import Status

SERVICE = "reana-server"


@dataclass(frozen=True)
class ReanaStatus(Status):
    """The embedded REANA server: ``reana-server``."""

    @property
    def usable(self) -> bool:
        """Whether it answers."""
        return self.serves(SERVICE)


def read_status(where: Place | None = None) -> ReanaStatus:
    """What the supervisor says, or that there is none."""
    return status.read(where or place(), ReanaStatus)
