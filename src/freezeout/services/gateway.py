"""What one ``freezeout up`` tells the others: that it runs, where, and how to stop it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from freezeout.errors import FreezeoutError, InputError
from freezeout.files import disk_errors, write_atomically
from freezeout.jobs.store import now
from freezeout.services import identity, ownership
from freezeout.services.folders import private_folder
from freezeout.settings import home

SCHEMA_VERSION = 1
_LOCK = ".up"


@dataclass(frozen=True)
class Gateway:
    """One ``freezeout up``.

    Attributes
    ----------
    pid, born, host :
        Its process, what tells that from another, and its machine.
    started_at : str
        ISO 8601, UTC.
    root : str
        The folder that Lab shows.
    lab, dashboard, token_file : str
        Addresses, and the file with the token; empty until the server answers.
    jupyter : int or None
        The server's process.
    log : str
        The server's log.
    lake : str
        Address of the embedded lake; empty until it is usable.
    lake_state : str
        off (it is not wanted), starting, ready, or failed.
    lake_message : str
        Why it failed.
    reana, reana_state, reana_message : str
        The same of the embedded REANA server.
    """

    pid: int
    born: str | None
    host: str
    started_at: str
    root: str = ""
    lab: str = ""
    dashboard: str = ""
    token_file: str = ""
    jupyter: int | None = None
    log: str = ""
    lake: str = ""
    lake_state: str = "off"
    lake_message: str = ""
    reana: str = ""
    reana_state: str = "off"
    reana_message: str = ""

    @property
    def settled(self) -> bool:
        """Whether Lab answers, and the lake and REANA do too, or never will."""
        return bool(self.lab) and "starting" not in (self.lake_state, self.reana_state)

    def addresses(self) -> dict[str, Any]:
        """What a program wants to know."""
        return {
            "lab": self.lab, "dashboard": self.dashboard, "token_file": self.token_file,
            "lake": self.lake or None, "lake_state": self.lake_state, "lake_message": self.lake_message,
            "reana": self.reana or None, "reana_state": self.reana_state, "reana_message": self.reana_message,
        }  # fmt: skip

    @classmethod
    def of_this_process(cls, **more: Any) -> Gateway:
        """The one that is just being started here."""
        pid = os.getpid()
        return cls(pid, identity.born(pid), identity.host(), now(), **more)


def take() -> int | None:
    """The lock of the one ``freezeout up`` of a home, or None when another has it."""
    return ownership.take(own_folder() / _LOCK)


def own_folder() -> Path:
    """The folder of what runs, for nobody else to look into; made when it is not there."""
    with disk_errors(_folder()):
        home().mkdir(mode=0o700, parents=True, exist_ok=True)
    return private_folder(_folder())


def is_taken() -> bool:
    """Whether a ``freezeout up`` runs for this home."""
    with contextlib.suppress(InputError):  # in a folder that cannot be opened none does
        return ownership.is_taken(_folder() / _LOCK)
    return False


def publish(gateway: Gateway) -> Gateway:
    """Tell the others."""
    text = json.dumps({"schema_version": SCHEMA_VERSION, **asdict(gateway)}, indent=1)
    write_atomically(_file(), text)
    return gateway


def forget() -> None:
    """It runs no more."""
    _file().unlink(missing_ok=True)


def running() -> Gateway | None:
    """The ``freezeout up`` of this home; None when there is none, or it has not said anything yet."""
    if not is_taken():
        return None
    try:
        data = json.loads(_file().read_text(encoding="utf-8"))
        if data.pop("schema_version") != SCHEMA_VERSION:
            return None
        found = Gateway(**data)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    # of one before it, which was killed
    known = found.host != identity.host() or identity.is_alive(found.pid, found.born)
    return found if known else None


def stop(seconds: float) -> bool:
    """Stop the ``freezeout up`` of this home, and say whether there was one.

    Raises
    ------
    FreezeoutError
        When it runs on another machine, or does not end.
    """
    if not is_taken():
        return False
    # one that has only just begun says who it is in a moment
    identity.until(lambda: running() is not None or not is_taken(), 5)
    found = running()
    if found is None:
        if not is_taken():
            return True
        raise FreezeoutError("something holds the lock of 'freezeout up' and does not say who it is",
                             hint="freezeout doctor", code="not_ours")  # fmt: skip
    if found.host != identity.host():
        raise FreezeoutError(f"it runs on {found.host}", hint="stop it there", code="other_host")
    identity.send(found.pid, found.born, signal.SIGTERM)
    if not identity.until(lambda: not is_taken(), seconds):
        identity.send(found.pid, found.born, signal.SIGKILL)  # all that it started ends with it
        if not identity.until(lambda: not is_taken(), 10):
            raise FreezeoutError(f"process {found.pid} does not end", code="busy")
    return True


def _folder() -> Path:
    return home() / "services"


def _file() -> Path:
    return _folder() / "up.json"
