"""What a supervisor says of itself, for all who ask: ``state.json`` in its folder."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, TypeVar

from freezeout.errors import InputError
from freezeout.files import disk_errors, write_atomically
from freezeout.services import ownership
from freezeout.services.folders import Place, private_folder
from freezeout.services.identity import host, is_alive

SCHEMA_VERSION = 1
_LOCK = ".owner"
_ROOM = 8192
State = Literal["down", "starting", "ready", "degraded", "stopping", "failed"]
ServiceState = Literal["waiting", "starting", "ready", "restarting", "stopped"]


@dataclass(frozen=True)
class ServiceStatus:
    """One process that is kept alive.

    Attributes
    ----------
    state : str
        waiting (its turn has not come), starting, ready, restarting (it died) or stopped.
    pid : int or None
        Its process.
    born : str or None
        What tells that process from another with its id.
    restarts : int
        How often it died and was started again.
    since : str or None
        Since when it is in this state; ISO 8601, UTC.
    message : str
        Why it is not ready.
    """

    state: ServiceState
    pid: int | None = None
    born: str | None = None
    restarts: int = 0
    since: str | None = None
    message: str = ""


@dataclass(frozen=True)
class Status:
    """A supervisor with what it looks after.

    Attributes
    ----------
    state : str
        down, starting, ready, degraded (a process is missing), stopping or failed.
    url : str
        Where its server answers.
    pid, born, host :
        The supervisor: its process, what tells it from another, and its machine.
    started_at : str or None
        ISO 8601, UTC.
    progress : float or None
        Of the start, from 0 to 1, when it is known.
    message : str
        The step that is under way, or what is wrong.
    code, hint : str
        Of the error, when it failed.
    services : mapping
        Its processes by name, and what they are doing.
    """

    state: State
    url: str = ""
    pid: int | None = None
    born: str | None = None
    host: str = ""
    started_at: str | None = None
    progress: float | None = None
    message: str = ""
    code: str = ""
    hint: str = ""
    services: Mapping[str, ServiceStatus] = field(default_factory=dict)

    @property
    def remark(self) -> str:
        """What is worth knowing although all is ready."""
        return ""

    def serves(self, name: str) -> bool:
        """Whether one of the processes does its work."""
        one = self.services.get(name)
        return self.state in ("ready", "degraded") and one is not None and one.state == "ready"

    def to_dict(self) -> dict[str, Any]:
        """All of it as JSON."""
        return {"schema_version": SCHEMA_VERSION, **asdict(self)}


AnyStatus = TypeVar("AnyStatus", bound=Status)


def write(place: Place, status: Status) -> None:
    """Keep it for others.

    On a full disk it is written over the old one, which has the room: that the disk is full is not the
    least that there is to say.
    """
    text = json.dumps(status.to_dict(), indent=1).encode().ljust(_ROOM)
    try:
        write_atomically(place.state_file, text)
    except InputError:
        with disk_errors(place.state_file):
            handle = os.open(place.state_file, os.O_WRONLY)
        try:
            with disk_errors(place.state_file):
                os.pwrite(handle, text, 0)
        finally:
            os.close(handle)


def read(place: Place, kind: type[AnyStatus]) -> AnyStatus:
    """What the supervisor says, or that there is none.

    What is left of one that was killed counts as down; why a start failed is kept.
    """
    owned = is_owned(place)
    kept = last(place, kind)
    if kept is None:
        return kind("starting" if owned else "down")
    if owned:
        # of one before it, until the new owner has written its own
        fresh = kept.host != host() or is_alive(kept.pid, kept.born)
        return kept if fresh else kind("starting")
    if kept.state == "failed":
        return kept
    return kind("down")


def last(place: Place, kind: type[AnyStatus]) -> AnyStatus | None:
    """What was written last, be it true or not any more."""
    try:
        data = json.loads(place.state_file.read_text(encoding="utf-8"))
        if data.pop("schema_version") != SCHEMA_VERSION:
            return None
        services = {name: ServiceStatus(**one) for name, one in data.pop("services").items()}
        return kind(**data, services=services)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def take(place: Place) -> int | None:
    """The lock of the one who owns the place, or None when another has it; it lasts until it is closed."""
    return ownership.take(private_folder(place.root) / _LOCK)


def is_owned(place: Place) -> bool:
    """Whether a supervisor runs."""
    return ownership.is_taken(place.root / _LOCK)
