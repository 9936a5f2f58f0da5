"""What the supervisor says of itself, for all who ask: ``<lake>/state.json``."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from freezeout.errors import InputError
from freezeout.files import disk_errors, write_atomically
from freezeout.services import ownership
from freezeout.services.identity import host, is_alive
from freezeout.services.lake.place import Place, private_folder

SCHEMA_VERSION = 1
_LOCK = ".owner"
_ROOM = 8192
State = Literal["down", "starting", "ready", "degraded", "stopping", "failed"]
ServiceState = Literal["waiting", "starting", "ready", "restarting", "stopped"]


@dataclass(frozen=True)
class ServiceStatus:
    """One process of the lake.

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
class LakeStatus:
    """The embedded lake.

    Attributes
    ----------
    state : str
        down, starting, ready, degraded (it serves, but a process is missing), stopping or failed.
    url : str
        Where Rucio's server answers.
    account : str
        The user's account.
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
    inputs : str
        Of the experiments' inputs: empty, registering, registered, or what is wrong with them.
    services : mapping
        ``postgres``, ``rucio``, ``daemons``, and what they are doing.
    """

    state: State
    url: str = ""
    account: str = ""
    pid: int | None = None
    born: str | None = None
    host: str = ""
    started_at: str | None = None
    progress: float | None = None
    message: str = ""
    code: str = ""
    hint: str = ""
    inputs: str = ""
    services: Mapping[str, ServiceStatus] = field(default_factory=dict)

    @property
    def usable(self) -> bool:
        """Whether Rucio's server answers."""
        rucio = self.services.get("rucio")
        return self.state in ("ready", "degraded") and rucio is not None and rucio.state == "ready"

    def to_dict(self) -> dict[str, Any]:
        """All of it as JSON."""
        return {"schema_version": SCHEMA_VERSION, **asdict(self)}


def write_status(place: Place, status: LakeStatus) -> None:
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


def read_status(place: Place) -> LakeStatus:
    """What the supervisor says, or that there is none.

    What is left of one that was killed counts as down; why a start failed is kept.
    """
    owned = is_owned(place)
    kept = _kept(place)
    if kept is None:
        return LakeStatus("starting" if owned else "down")
    if owned:
        # of one before it, until the new owner has written its own
        fresh = kept.host != host() or is_alive(kept.pid, kept.born)
        return kept if fresh else LakeStatus("starting")
    if kept.state == "failed":
        return kept
    return LakeStatus("down")


def _kept(place: Place) -> LakeStatus | None:
    try:
        data = json.loads(place.state_file.read_text(encoding="utf-8"))
        if data.pop("schema_version") != SCHEMA_VERSION:
            return None
        services = {name: ServiceStatus(**one) for name, one in data.pop("services").items()}
        return LakeStatus(**data, services=services)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def last_status(place: Place) -> LakeStatus | None:
    """What was written last, be it true or not any more."""
    return _kept(place)


def take(place: Place) -> int | None:
    """The lock of the one who owns the lake, or None when another has it; it lasts until it is closed."""
    return ownership.take(private_folder(place.root) / _LOCK)


def is_owned(place: Place) -> bool:
    """Whether a supervisor runs."""
    return ownership.is_taken(place.root / _LOCK)
