"""All services of this home, and how each of them is."""

from __future__ import annotations

import contextlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from freezeout.reana.sites.place import place as reana_place
from freezeout.services import gateway, identity
from freezeout.services.folders import Place
from freezeout.services.lake.place import place
from freezeout.services.lake.status import LakeStatus
from freezeout.services.memory import family, memory
from freezeout.services.process import answers
from freezeout.services.reana.status import ReanaStatus
from freezeout.services.status import Status, read


@dataclass(frozen=True)
class ServiceView:
    """One process.

    Attributes
    ----------
    name : str
        jupyter, lake (its supervisor), postgres, rucio, daemons, reana (its supervisor) or reana-server.
    state : str
        off, down, starting, ready, degraded, restarting, waiting, stopping, stopped or failed.
    pid : int or None
        Its process.
    memory_bytes : int or None
        With its children, but not with other services.
    restarts : int
        How often it died and was started again.
    since : str or None
        Since when it is in this state.
    log : str
        The file of its log.
    message : str
        What is wrong with it.
    """

    name: str
    state: str
    pid: int | None = None
    memory_bytes: int | None = None
    restarts: int = 0
    since: str | None = None
    log: str = ""
    message: str = ""

    @property
    def well(self) -> bool:
        """Whether there is nothing to worry about."""
        return self.state in ("ready", "off")


def overview() -> dict[str, Any]:
    """Whether all is well, the addresses, and every service: as JSON."""
    up = gateway.running()
    lake, reana = read(place(), LakeStatus), read(reana_place(), ReanaStatus)
    found = [
        _jupyter(up),
        *_supervised("lake", place(), lake, up is None or up.lake_state != "off"),
        *_supervised("reana", reana_place(), reana, up is None or up.reana_state != "off"),
    ]
    return {
        "ok": any(one.state == "ready" for one in found) and all(one.well for one in found),
        "pid": up and up.pid,
        "started_at": up and up.started_at,
        "addresses": up and up.addresses(),
        "lake": {"state": lake.state, "url": lake.url, "account": lake.account, "message": lake.message,
                 "hint": lake.hint, "progress": lake.progress, "inputs": lake.inputs},
        "reana": {"state": reana.state, "url": reana.url, "message": reana.message, "hint": reana.hint},
        "services": [asdict(one) for one in found],
    }  # fmt: skip


def _jupyter(up: gateway.Gateway | None) -> ServiceView:
    if up is None:
        return ServiceView("jupyter", "starting" if gateway.is_taken() else "down")
    if up.jupyter is None:
        return ServiceView("jupyter", "starting", since=up.started_at)
    here = up.host == identity.host()
    message = "" if here else f"runs on {up.host}"
    url = up.lab.removesuffix("/lab")
    state = "ready" if not here or answers(f"{url}/api", 5) else "degraded"
    return ServiceView(
        "jupyter", state, up.jupyter, _memory([up.jupyter], []) if here else None, since=up.started_at,
        log=up.log, message=message or ("" if state == "ready" else "it does not answer"),
    )  # fmt: skip


def _supervised(name: str, where: Place, status: Status, wanted: bool) -> list[ServiceView]:
    if status.state == "down" and not wanted:
        return [ServiceView(name, "off")]
    children = [one.pid for one in status.services.values() if one.pid is not None]
    found = [
        ServiceView(
            name, status.state, status.pid, _memory([status.pid], children), since=status.started_at,
            log=_existing(where.log("supervisor")), message=status.message,
        )
    ]  # fmt: skip
    for name, one in status.services.items():
        found.append(
            ServiceView(
                name, one.state, one.pid, _memory([one.pid], []), one.restarts, one.since,
                _existing(where.log(name)), one.message,
            )
        )  # fmt: skip
    return found


def _memory(pids: list[int | None], without: list[int]) -> int | None:
    known = [pid for pid in pids if pid is not None]
    if not known:
        return None
    left_out = {below for pid in without for below in family(pid)}
    with contextlib.suppress(OSError):
        return memory([one for pid in known for one in family(pid) if one not in left_out]) or None
    return None


def _existing(log: Path) -> str:
    return str(log) if log.is_file() else ""
