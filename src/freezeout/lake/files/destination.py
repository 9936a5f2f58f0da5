"""Where files of the lake go in a user's folder."""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from freezeout.errors import InputError
from freezeout.files import disk_errors
from freezeout.lake.did import DID
from freezeout.lake.files.copying import copy
from freezeout.lake.files.lakefile import LakeFile

_HEAD, _TAIL = ".fetching.", ".part"
_SURELY_LOCKED = 60


def targets(did: DID, files: Sequence[LakeFile], to: Path) -> list[Path]:
    """Where each file goes; two are not put in one place, and none outside of the folder."""
    single = len(files) == 1 and files[0].did == did
    targets: dict[Path, DID] = {}
    for file in files:
        name = file.did.name.rpartition("/")[2] if single else relative(file.did, did)
        parts = [part for part in name.split("/") if part]
        if not parts or {".", ".."} & set(parts):
            raise InputError(f"the name of {file.did} is no path", code="bad_did")
        inside = [] if single else [part for part in did.name.split("/") if part]
        target = to.joinpath(*inside, *parts)
        if target in targets:
            raise InputError(
                f"{file.did} and {targets[target]} would both be {target}",
                hint="get them one by one",
                code="same_name",
            )
        targets[target] = file.did
    return list(targets)


def relative(file: DID, collection: DID) -> str:
    """The name of a file in the folder that a dataset becomes.

    Examples
    --------
    >>> relative(DID("user.me", "calib/sub/a.csv"), DID("user.me", "calib"))
    'sub/a.csv'
    """
    return file.name.removeprefix(f"{collection.name}/")


def is_there(file: LakeFile, target: Path) -> bool:
    """Whether the file lies there already.

    Raises
    ------
    InputError
        When something else does.
    """
    if not (target.exists() or target.is_symlink()):
        return False
    if target.is_file() and not file.difference(copy(target, None, md5=bool(file.md5))):
        return True
    raise InputError(
        f"{target} is there already, and is not {file.did}",
        hint="rename it, or choose another folder",
        code="file_exists",
    )


@contextmanager
def beside(target: Path) -> Iterator[Path]:
    """An empty file in the folder of `target`, to be written before it is put into place.

    It is gone after the block.
    """
    with disk_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=_HEAD, suffix=_TAIL)
    part = Path(name)
    try:
        with contextlib.suppress(OSError):  # a file system without locks
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        part.chmod(0o666 & ~_umask())
        yield part
    finally:
        part.unlink(missing_ok=True)
        os.close(handle)


def sweep(folder: Path) -> None:
    """Remove what killed processes were writing in a folder."""
    for part in folder.glob(f"{_HEAD}*{_TAIL}"):
        with contextlib.suppress(OSError), open(part, "rb") as stream:
            if time.time() - os.fstat(stream.fileno()).st_mtime > _SURELY_LOCKED:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                part.unlink()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
