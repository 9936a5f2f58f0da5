"""A storage element that files are put to: how it is called, and where it is in this file system."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from freezeout.errors import FreezeoutError, InputError
from freezeout.lake.did import DID
from freezeout.lake.files.session import Session


@dataclass(frozen=True)
class Storage:
    """One storage element (RSE).

    Attributes
    ----------
    rse : str
        Its name.
    deterministic : bool
        Whether the place of a file there follows from its name.
    settings : dict
        What the lake says of it.
    """

    rse: str
    deterministic: bool
    settings: dict[str, Any]

    def addresses(self, session: Session, dids: list[DID]) -> dict[DID, str]:
        """Where the files of these names go there."""
        first = self._asked(session, dids[:1])
        guessed = {did: self._guess(did) for did in dids}
        # one question instead of ten thousand, where it is laid out as it mostly is
        if all(guessed[did] == pfn for did, pfn in first.items()):
            return {did: str(pfn) for did, pfn in guessed.items()}
        found: dict[DID, str] = {}
        for start in range(0, len(dids), 20):
            found |= self._asked(session, dids[start : start + 20])
        return found

    def _asked(self, session: Session, dids: list[DID]) -> dict[DID, str]:
        lfns = "&".join(f"lfn={quote(str(did), safe='')}" for did in dids)
        path = f"rses/{quote(self.rse, safe='')}/lfns2pfns?{lfns}&operation=write"
        found = session.insist(lambda: session.get(path))
        return {DID.parse(name): pfn for name, pfn in found.items()}

    def _guess(self, did: DID) -> str | None:
        protocols = self.settings["protocols"]
        if self.settings.get("lfn2pfn_algorithm") != "hash" or len(protocols) != 1:
            return None
        tag = hashlib.md5(str(did).encode(), usedforsecurity=False).hexdigest()
        scope = did.scope.replace(".", "/") if did.scope.startswith(("user", "group")) else did.scope
        one = protocols[0]
        port = f":{one['port']}" if one["port"] else ""
        head = f"{one['scheme']}://{one['hostname']}{port}{one['prefix']}"
        return f"{head}{scope}/{tag[:2]}/{tag[2:4]}/{did.name}"

    def local(self, session: Session) -> tuple[str, Path] | None:
        """How addresses begin that lie in this file system, and the folder that they are in."""
        connection = session.connection
        for one in self.settings["protocols"]:
            prefix = str(one["prefix"])
            if one["scheme"] == "file" and _usable(Path(prefix)):
                return prefix, Path(prefix)
            if connection.mount is not None and connection.here == self.rse:
                parts = [part for part in prefix.split("/") if part]
                kept = parts[connection.begins_at :]
                dropped = parts[: connection.begins_at]
                if len(dropped) == connection.begins_at and _usable(connection.mount.joinpath(*kept)):
                    return prefix, connection.mount.joinpath(*kept)
        return None

    def require_reach(self, session: Session) -> None:
        """See that files get there at all.

        Storage that is nothing but a folder, and is not in this file system, is made anew by Rucio's client:
        the lake would then be told of files that only this machine has.

        Raises
        ------
        InputError
            When it is not mounted where it should be, or not writable.
        """
        protocols = self.settings["protocols"]
        if not protocols or any(one["scheme"] != "file" for one in protocols) or self.local(session):
            return
        mount = session.connection.mount if session.connection.here == self.rse else None
        below = f", nor what of it is below {mount}" if mount else ""
        raise InputError(
            f"the storage {self.rse} is the folder {protocols[0]['prefix']}, which is not here or cannot be "
            f"written to{below}",
            hint="mount it and say where (freezeout config lake --mount DIR --begins-at N), or give an --rse",
            code="storage_not_here",
        )

    def path(self, session: Session, pfn: str) -> Path | None:
        """Where that address is in this file system, when it is."""
        found = self.local(session)
        inside = unquote(urlsplit(pfn).path) if not pfn.startswith("file:") else urlsplit(pfn).path
        if found is None or not inside.startswith(found[0]):
            return None
        return found[1] / inside[len(found[0]) :].lstrip("/")

    def address_of(self, path: Path) -> str:
        """The address of a file that lies there already.

        Raises
        ------
        InputError
            When it lies elsewhere.
        """
        for one in self.settings["protocols"]:
            if one["scheme"] == "file" and str(path).startswith(str(one["prefix"])):
                port = f":{one['port']}" if one["port"] else ""
                return f"file://{one['hostname']}{port}{quote(str(path), safe='/')}"
        raise InputError(
            f"{path} does not lie on the storage {self.rse}", hint="put it without --register",
            code="not_on_storage",
        )  # fmt: skip


def storage(session: Session, name: str) -> Storage:
    """The storage element of this name, or the one that an expression means.

    Raises
    ------
    InputError
        When there is none, more than one, or nothing may be written to it.
    """
    if not name:
        raise InputError(
            f"it is not said where the lake '{session.connection.name}' takes files",
            hint="give --rse, or set it: freezeout config lake --here …",
            code="no_rse",
        )
    try:
        found = session.insist(lambda: session.rows("GET", "rses/", expression=name))
    except FreezeoutError as error:
        if error.code in ("lake_unreachable", "lake_timeout", "lake_busy", "lake_sign_in"):
            raise
        found = []
    names = sorted(row["rse"] for row in found)
    if len(names) != 1:
        raise InputError(
            f"{len(names) or 'no'} storage element{'s' if len(names) != 1 else ''} of the lake "
            f"'{session.connection.name}' match{'' if len(names) > 1 else 'es'} '{name}'",
            hint=f"give one: --rse {names[0]}" if names else "'freezeout lake rses' lists them",
            code="unknown_rse",
        )
    settings = session.insist(lambda: session.get(f"rses/{quote(names[0], safe='')}"))
    if not settings["availability_write"]:
        raise InputError(f"nothing can be written to the storage {names[0]} at present", code="rse_closed")
    return Storage(names[0], bool(settings["deterministic"]), settings)


def _usable(folder: Path) -> bool:
    try:
        return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)
    except OSError:
        return False
