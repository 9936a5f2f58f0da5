"""What is to be put into the lake: which file becomes which data identifier."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from freezeout.errors import InputError
from freezeout.lake.did import DID

_SCOPE = re.compile(r"[A-Za-z0-9._-]{1,25}")
_NAME = re.compile(r"[/A-Za-z0-9][/A-Za-z0-9._-]*")
_STRANGE = re.compile(r"[^/A-Za-z0-9._-]")
_WORDS = {
    "associated_rules", "dataset", "datasets", "dids", "files", "followers", "history", "meta", "parents",
    "rules", "status",
}  # fmt: skip
_LONGEST = 250


@dataclass(frozen=True)
class Item:
    """One file and what it will be called."""

    path: Path
    did: DID


@dataclass(frozen=True)
class Plan:
    """All files, and the dataset that they are put in."""

    items: tuple[Item, ...]
    dataset: DID | None


def plan(
    paths: Sequence[Path | str], scope: str, did: str | DID | None = None, dataset: str | DID | None = None
) -> Plan:
    """Decide on the data identifiers; nothing is asked and nothing is written.

    One folder becomes a dataset, its files are called ``<dataset>/<path in the folder>``. Files keep
    their names.

    Parameters
    ----------
    paths : sequence of path
        Files and folders.
    scope : str
        Of what has no other.
    did : str or DID, optional
        What the one file, or the one folder's dataset, is called.
    dataset : str or DID, optional
        All files are put into this one.

    Raises
    ------
    InputError
        When a file cannot be read, or a name is none that the lake takes, or two are the same.
    """
    places = [Path(os.path.expanduser(path)).absolute() for path in paths]
    if not places:
        raise InputError("there is nothing to put", hint="name a file or a folder")
    if did is not None and len(places) > 1:
        raise InputError(f"{len(places)} paths cannot all be {did}", hint="give --dataset, or one path")
    if did is not None and dataset is not None and places[0].is_dir():
        raise InputError("a folder becomes one dataset", hint="give its name once")
    named, into = _did(did, scope), _did(dataset, scope)
    items: list[Item] = []
    for place in places:
        if place.is_dir():
            prefix = into if into is not None else named or DID(scope, place.name)
            inside = f"{prefix.name}/{place.name}" if into is not None else prefix.name
            if into is None and len(places) > 1:
                raise InputError(
                    f"{place} is a folder among other paths", hint="give --dataset, or put folders one by one"
                )
            into_folder = [
                Item(p, DID(prefix.scope, f"{inside}/{_relative(p, place)}")) for p in _walk(place)
            ]
            if not into_folder:
                raise InputError(f"the folder {place} holds no file", code="empty_folder")
            items += into_folder
            into = into or prefix
        else:
            _require_file(place)
            items.append(Item(place, named or DID(into.scope if into else scope, place.name)))
    seen: dict[DID, Path] = {}
    for item in items:
        require_name(item.did)
        if item.did in seen:
            raise InputError(f"{item.path} and {seen[item.did]} would both be {item.did}", code="same_name")
        if item.did == into:
            raise InputError(f"a file and its dataset cannot both be {into}", code="same_name")
        seen[item.did] = item.path
    if into is not None:
        require_name(into)
    return Plan(tuple(items), into)


def require_name(did: DID) -> DID:
    """Refuse a name that Rucio does not take, and say why.

    Raises
    ------
    InputError
        Naming the sign that is not allowed.
    """
    stranger = next(iter(_STRANGE.findall(f"{did.scope}{did.name}")), None)
    parts = did.name.split("/")
    fault = (
        f"it has the sign {stranger!r}" if stranger is not None
        else "its scope is too long" if not _SCOPE.fullmatch(did.scope)
        else f"its name is longer than {_LONGEST} signs" if len(did.name) > _LONGEST
        else f"its name begins with {did.name[:1]!r}" if not _NAME.fullmatch(did.name)
        else "its name is no path" if {"", ".", ".."} & set(parts)
        else f"Rucio takes '…/{parts[-1]}' for a question" if len(parts) > 1 and parts[-1] in _WORDS
        else ""
    )  # fmt: skip
    if fault:
        raise InputError(
            f"{str(did)!r} cannot be the name of data: {fault}",
            hint="letters, digits, '.', '-', '_' and '/' are allowed; rename the file, or name it scope:name",
            code="bad_did",
        )
    return did


def _did(text: str | DID | None, scope: str) -> DID | None:
    if text is None or isinstance(text, DID):
        return text
    return DID.parse(text if ":" in text else f"{scope}:{text}")


def _walk(folder: Path) -> list[Path]:
    found: list[Path] = []

    def refuse(error: OSError) -> None:
        raise InputError(f"cannot read the folder {error.filename}: {error.strerror}", code="path_unusable")

    for here, folders, names in os.walk(folder, onerror=refuse):
        for name in folders:
            if (Path(here) / name).is_symlink():
                raise InputError(
                    f"{Path(here) / name} is a link to a folder", hint="put that folder by itself"
                )
        for name in names:
            _require_file(Path(here) / name)
            found.append(Path(here) / name)
    return sorted(found)


def _relative(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def _require_file(path: Path) -> None:
    try:
        found = path.stat()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}", code="path_unusable") from error
    if not stat.S_ISREG(found.st_mode):
        raise InputError(f"{path} is no file", code="path_unusable")
    if not os.access(path, os.R_OK):
        raise InputError(f"cannot read {path}: it belongs to somebody else", code="path_unusable")
