"""The files of a data identifier, as the lake tells of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from freezeout.lake.did import DID
from freezeout.lake.files.lakefile import LakeFile, Replica
from freezeout.lake.files.session import Session, address
from freezeout.lake.sites.connection import Connection


def did_type(session: Session, did: DID) -> str:
    """FILE, DATASET or CONTAINER.

    Raises
    ------
    InputError
        When there is no such data identifier.
    """
    return str(session.insist(lambda: session.get(address(did)))["type"])


def files_of(session: Session, did: DID) -> list[LakeFile]:
    """The file, or all files of the dataset or container, sorted by name.

    Raises
    ------
    InputError
        When there is no such data identifier.
    """
    found: dict[DID, dict[str, Any]] = {}
    if did_type(session, did) == "FILE":
        found[did] = dict(session.insist(lambda: session.get(address(did))))
    else:
        for row in session.insist(lambda: session.rows("GET", address(did, "files"))):
            found[DID(row["scope"], row["name"])] = row
    places = _places(session, did) if found else {}
    return [_file(one, {**row, **places.get(one, {})}, session) for one, row in sorted(found.items())]


def _places(session: Session, did: DID) -> dict[DID, dict[str, Any]]:
    body: dict[str, Any] = {"dids": [{"scope": did.scope, "name": did.name}]}
    if session.connection.kind == "embedded":
        body["sort"] = "random"  # by place on the globe takes seconds, and all of ours are here
    rows = session.insist(lambda: session.rows("POST", "replicas/list", body))
    return {DID(row["scope"], row["name"]): row for row in rows}


def _file(did: DID, row: dict[str, Any], session: Session) -> LakeFile:
    pfns = row.get("pfns") or {}
    here = session.connection.here
    order = sorted(
        pfns,
        key=lambda pfn: (
            local_path(pfn, session.connection) is None,
            here != pfns[pfn]["rse"],
            pfns[pfn].get("priority") or 0,
        ),
    )
    return LakeFile(
        did,
        row.get("bytes"),
        (row.get("adler32") or "").lower(),
        (row.get("md5") or "").lower(),
        tuple(Replica(pfns[pfn]["rse"], pfn) for pfn in order),
    )


def local_path(pfn: str, connection: Connection) -> Path | None:
    """Where a replica lies in this machine's own file system, when it does.

    Examples
    --------
    >>> from freezeout.lake.sites.connection import Connection
    >>> site = Connection("s", "settings", "", "", "userpass", "me", mount=Path("/"), begins_at=0)
    >>> local_path("davs://far.example/etc/no-such-file", site) is None
    True
    """
    parts = urlsplit(pfn)
    inside = unquote(parts.path) if parts.scheme != "file" else parts.path
    places = []
    if parts.scheme == "file":
        places.append(Path(inside))
    if connection.mount is not None and connection.kind != "embedded":
        rest = [part for part in inside.split("/") if part][connection.begins_at :]
        if rest and ".." not in rest:
            places.append(connection.mount.joinpath(*rest))
    for place in places:
        try:
            if place.is_file():
                return place
        except OSError:
            continue
    return None
