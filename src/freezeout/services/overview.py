"""All services of this home, and how each of them is."""

from __future__ import annotations

import contextlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from freezeout.services import gateway, identity
from freezeout.services.lake.place import place
from freezeout.services.lake.status import LakeStatus, read_status
from freezeout.services.memory import family, memory
from freezeout.services.process import answers


@dataclass(frozen=True)
class ServiceView:
    """One process.

    Attributes
    ----------
    name : str
        jupyter, lake (its supervisor), postgres, rucio or daemons.
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
    up, lake = gateway.running(), read_status(place())
    wanted = up is None or up.lake_state != "off"
    found = [_jupyter(up), *_of_lake(lake, wanted)]
    return {
        "ok": any(one.state == "ready" for one in found) and all(one.well for one in found),
        "pid": up and up.pid,
        "started_at": up and up.started_at,
        "addresses": up and up.addresses(),
        "lake": {"state": lake.state, "url": lake.url, "account": lake.account, "message": lake.message,
                 "hint": lake.hint, "progress": lake.progress, "inputs": lake.inputs},
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


def _of_lake(lake: LakeStatus, wanted: bool) -> list[ServiceView]:
    where = place()
    if lake.state == "down" and not wanted:
        return [ServiceView("lake", "off")]
    children = [one.pid for one in lake.services.values() if one.pid is not None]
    found = [
        ServiceView(
            "lake", lake.state, lake.pid, _memory([lake.pid], children), since=lake.started_at,
            log=_existing(where.log("supervisor")), message=lake.message,
        )
    ]  # fmt: skip
    for name, one in lake.services.items():
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
