"""What the request under way says of files, and where files lie."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import has_request_context, request  # type: ignore[import-not-found]
from rucio.common.types import InternalScope
from rucio.core.rse import get_rse_protocols
from rucio.db.sqla import models
from rucio.rse import rsemanager
from sqlalchemy import select

_STATES = ("A", "U")


def asked() -> dict[str, Any]:
    """The body of the request that is being answered; empty when it is no object."""
    if not has_request_context():
        return {}
    body = request.get_json(force=True, silent=True)
    return body if isinstance(body, dict) else {}


def files() -> list[tuple[str, str, int]]:
    """Scope, name and size of the files that the request is about."""
    found = asked().get("files")
    return [
        (str(one.get("scope")), str(one.get("name")), _size(one.get("bytes")))
        for one in (found if isinstance(found, list) else [])
        if isinstance(one, dict)
    ]


def states_are_true(rse_id: str, session: Any) -> bool | str:
    """Whether the states that the request gives to replicas can be true; else what is wrong.

    A file that is said to be available has to be there, in its full size.
    """
    found = asked().get("files")
    row = models.RSEFileAssociation
    for one in found if isinstance(found, list) else []:
        if one.get("state") not in _STATES:
            return "Only 'A' (available) and 'U' (unavailable) can be set."
        if one["state"] != "A":
            continue
        scope = InternalScope(one["scope"])
        replica = session.execute(
            select(row.bytes, row.path).where(
                row.rse_id == rse_id, row.scope == scope, row.name == one["name"]
            )
        ).one_or_none()
        if replica is None:
            continue
        where = path(rse_id, scope, one["name"], replica.path, session)
        try:
            there = where.stat().st_size
        except OSError:
            return f"The file of {one['scope']}:{one['name']} is not there."
        if there != replica.bytes:
            return f"The file of {one['scope']}:{one['name']} has {there} bytes, not {replica.bytes}."
    return True


def path(rse_id: str, scope: Any, name: str, relative: str | None, session: Any) -> Path:
    """Where a replica's file lies."""
    info = get_rse_protocols(rse_id, session=session)
    lfn = {"scope": scope.external, "name": name, "path": relative}
    protocol = rsemanager.create_protocol(info, "read", domain="lan")
    (pfn,) = protocol.lfns2pfns(lfn).values()
    return Path(protocol.pfn2path(pfn))


def _size(value: Any) -> int:
    return value if isinstance(value, int) and value > 0 else 0
