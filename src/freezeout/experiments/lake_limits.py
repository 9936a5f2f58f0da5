"""Limits of runs that are stored in the lake and are not among the runs here.

What was seen is remembered in a file, so that limits are shown at once, and when the lake is away; a
thread looks for new ones, and nobody waits for it longer than a moment.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from freezeout.errors import FreezeoutError
from freezeout.experiments.stored import lake_is_up, scope_of
from freezeout.files import write_atomically
from freezeout.limits import hepdata
from freezeout.limits.curve import LimitCurve
from freezeout.settings import home

GROUP = "lake"
"""The group of these curves."""

_SCHEMA_VERSION = 1
_FRESH = 20.0
_MOST = 500
_looking = threading.Lock()


def lake_curves(
    known: Iterable[str] = (), patience: float = 3.0
) -> tuple[tuple[LimitCurve, ...], tuple[str, ...]]:
    """Limits of runs in the lake, newest first, and what is wrong with those that cannot be read.

    Parameters
    ----------
    known : iterable of str
        Ids of runs that are here and need not be shown twice.
    patience : float
        Seconds to wait for what is new; what comes later is there the next time.
    """
    seen = _read()
    if time.time() - float(seen["looked_at"]) > _FRESH and lake_is_up():
        thread = threading.Thread(target=_look, name="limits-of-lake", daemon=True)
        thread.start()
        thread.join(patience)
        seen = _read()
    here, curves, problems = set(known), [], []
    for run_id, entry in sorted(seen["runs"].items(), reverse=True):
        if run_id in here:
            continue
        try:
            curve = hepdata.read(Path(entry["path"]))
        except FreezeoutError as error:
            if Path(entry["path"]).is_file():
                problems.append(f"{entry['did']}: {error}")
            continue  # cleared from the cache: the next look brings it
        curves.append(curve.with_(run_id=run_id, group=GROUP, label=f"{curve.label} (lake)"))
    return tuple(curves), tuple(problems)


def _look() -> None:
    """Find runs in the lake and bring the limits of those that are new."""
    if not _looking.acquire(blocking=False):
        return
    try:
        with contextlib.suppress(FreezeoutError, OSError):
            _look_now()
    finally:
        _looking.release()


def _look_now() -> None:
    from freezeout.lake import get, search
    from freezeout.lake.sites.known import connection

    where = connection()
    lake = where.identity
    before = _read()["runs"]
    runs: dict[str, Any] = {}
    hits = search("name=runs.*", type="dataset", scope=scope_of(where))
    for hit in sorted(hits, key=lambda hit: str(hit["name"]).rpartition(".")[2], reverse=True)[:_MOST]:
        did, run_id = str(hit["did"]), str(hit["name"]).rpartition(".")[2]
        earlier = before.get(run_id)
        if earlier and earlier["did"] == did and earlier["lake"] == lake and Path(earlier["path"]).is_file():
            runs[run_id] = earlier
            continue
        with contextlib.suppress(FreezeoutError):
            (path,) = get(f"{did}/limit.yaml")
            runs[run_id] = {"did": did, "lake": lake, "path": str(path)}
            _write(before | runs, 0.0)  # so far: whoever does not wait sees it all the same
    _write(runs, time.time())


def _file() -> Path:
    return home() / "lake-cache" / "limits.json"


def _read() -> dict[str, Any]:
    empty: dict[str, Any] = {"looked_at": 0.0, "runs": {}}
    try:
        found = json.loads(_file().read_text(encoding="utf-8"))
        sound = found["schema_version"] == _SCHEMA_VERSION and isinstance(found["looked_at"], int | float)
        rows = found["runs"].values()
        sound = sound and all({"did", "lake", "path"} <= set(row) for row in rows)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return empty
    return found if sound else empty


def _write(runs: dict[str, Any], looked_at: float) -> None:
    with contextlib.suppress(FreezeoutError):
        text = json.dumps({"schema_version": _SCHEMA_VERSION, "looked_at": looked_at, "runs": runs}, indent=1)
        write_atomically(_file(), text)
