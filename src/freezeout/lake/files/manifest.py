"""Files of the lake that were fetched beforehand: found by a manifest, without the lake and without Rucio.

A step of a workflow fetches data and writes the manifest; the steps after it are in environments of their
own, which may know nothing of the lake, and get the same bytes, their checksums taken again. A workflow
has one lake, whatever its name is elsewhere.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from freezeout.errors import FreezeoutError
from freezeout.files import put_into_place, write_atomically
from freezeout.lake.did import DID
from freezeout.lake.files.copying import copy
from freezeout.lake.files.destination import beside, is_there, targets
from freezeout.lake.files.lakefile import LakeFile

VARIABLE = "FREEZEOUT_LAKE_MANIFEST"
"""Names the manifest, which need not be there."""

_SCHEMA_VERSION = 1


def note(did: DID, found: Sequence[tuple[LakeFile, Path]]) -> None:
    """Write down where the files of a data identifier are, when there is to be a manifest."""
    place = _place()
    if place is None:
        return
    rows = [
        {"did": str(file.did), "bytes": file.bytes, "adler32": file.adler32, "md5": file.md5,
         "path": os.path.relpath(path, place.parent)}
        for file, path in found
    ]  # fmt: skip
    data = {**_data(place), str(did): rows}
    write_atomically(place, json.dumps({"schema_version": _SCHEMA_VERSION, "data": data}, indent=1))


def noted() -> list[str] | None:
    """The data identifiers that were fetched; None where nothing is ever fetched beforehand."""
    place = _place()
    return None if place is None else list(_data(place))


def find(did: DID) -> list[tuple[LakeFile, Path]] | None:
    """What a file or dataset should be and where it is; None when no manifest names it."""
    place = _place()
    if place is None:
        return None
    data = _data(place)
    rows = data.get(str(did))
    if rows is None:  # a file of a dataset
        rows = next(([row] for every in data.values() for row in every if row["did"] == str(did)), None)
    return None if rows is None else [_file(row, place.parent) for row in rows]


def get(did: DID, to: Path | str | None = None) -> list[Path] | None:
    """The files themselves, each with the checksums that the lake said; None when no manifest names them.

    Parameters
    ----------
    to : path, optional
        The folder that they are copied into, as by `freezeout.lake.get`.

    Raises
    ------
    FreezeoutError
        When one is gone, or is not what was fetched.
    InputError
        When they cannot be put there.
    """
    found = find(did)
    if found is None:
        return None
    for file, path in found:
        _require_unchanged(file, path)
    if to is None:
        return [path for _, path in found]
    places = targets(did, [file for file, _ in found], Path(os.path.expanduser(to)).absolute())
    for (file, path), target in zip(found, places, strict=True):
        if not is_there(file, target):
            with beside(target) as part:
                copy(path, part, md5=False)
                put_into_place(part, target)
    return places


def _place() -> Path | None:
    told = os.environ.get(VARIABLE, "")
    return Path(told) if told else None


def _data(place: Path) -> dict[str, list[dict[str, Any]]]:
    try:
        said = json.loads(place.read_text(encoding="utf-8"))
        known = said["schema_version"] == _SCHEMA_VERSION
        return dict(said["data"]) if known else {}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FreezeoutError(
            f"{place}, which says what was fetched of the lake, cannot be read", hint="fetch it again",
            code="bad_manifest",
        ) from error  # fmt: skip


def _file(row: dict[str, Any], folder: Path) -> tuple[LakeFile, Path]:
    file = LakeFile(DID.parse(row["did"]), row["bytes"], row["adler32"], row["md5"])
    return file, (folder / row["path"]).resolve()


def _require_unchanged(file: LakeFile, path: Path) -> None:
    try:
        found = path.stat()
    except OSError:
        wrong = "it is gone"
    else:
        wrong = _difference(file, path, found.st_mtime_ns, found.st_size)
    if wrong:
        raise FreezeoutError(
            f"{file.did} is not here as it was fetched: {wrong}", hint="fetch it again", code="lake_changed"
        )


@cache
def _difference(file: LakeFile, path: Path, _modified: int, _size: int) -> str:
    """What is wrong with a file; it is read once for each state that it is in."""
    return file.difference(copy(path, None, md5=bool(file.md5)))
