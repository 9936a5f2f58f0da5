"""What the supervisor says of the lake, for all who ask: ``<lake>/state.json``."""

from __future__ import annotations

from dataclasses import dataclass

from freezeout.services import status
from freezeout.services.lake.place import Place
from freezeout.services.status import Status, is_owned

__all__ = ["LakeStatus", "is_owned", "last_status", "read_status", "write_status"]


@dataclass(frozen=True)
class LakeStatus(Status):
    """The embedded lake: ``postgres``, ``rucio``, ``daemons``.

    Attributes
    ----------
    account : str
        The user's account.
    inputs : str
        Of the experiments' inputs: empty, registering, registered, or what is wrong with them.
    """

    account: str = ""
    inputs: str = ""

    @property
    def remark(self) -> str:
        """That inputs are missing."""
        if self.inputs in ("", "registering", "registered"):
            return ""
        return f"not all inputs of the experiments are in it: {self.inputs}"

    @property
    def usable(self) -> bool:
        """Whether Rucio's server answers."""
        return self.serves("rucio")


def write_status(place: Place, told: LakeStatus) -> None:
    """Keep it for others."""
    status.write(place, told)


def read_status(place: Place) -> LakeStatus:
    """What the supervisor says, or that there is none."""
    return status.read(place, LakeStatus)


def last_status(place: Place) -> LakeStatus | None:
    """What was written last, be it true or not any more."""
    return status.last(place, LakeStatus)
