"""Files out of the lake: fetched once, verified, and the same in every process."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from freezeout.errors import FreezeoutError, InputError
from freezeout.files import put_into_place
from freezeout.jobs.reporter import Reporter
from freezeout.lake.did import DID
from freezeout.lake.files.amount import amount
from freezeout.lake.files.cache import Slot
from freezeout.lake.files.copying import Sums, copy
from freezeout.lake.files.destination import beside, is_there, sweep, targets
from freezeout.lake.files.lakefile import LakeFile, Replica
from freezeout.lake.files.replicas import files_of, local_path
from freezeout.lake.files.session import Session
from freezeout.lake.sites.known import connection

_ROOM = 8 << 20


def get(
    did: str | DID,
    to: Path | str | None = None,
    *,
    lake: str = "",
    verify: bool = False,
    reporter: Reporter | None = None,
) -> list[Path]:
    """Bring the file, or all files of a dataset or container, here.

    Parameters
    ----------
    did : str or DID
        ``scope:name``.
    to : path, optional
        The folder that they are put into, those of a dataset in a folder of its name; default: the cache,
        whose files may be read and not changed.
    lake : str
        Which lake, when more than one is connected.
    verify : bool
        Read what is in the cache as a whole again.

    Returns
    -------
    list of Path
        Sorted by data identifier; each file has the size and the checksums that the lake says.

    Raises
    ------
    InputError
        When there is no such data identifier, or the disk has no room.
    FreezeoutError
        When no replica can be read, or none is what the lake says; nothing is left behind.
    """
    return [path for _, path in fetched(did, to, lake=lake, verify=verify, reporter=reporter)]


def fetched(
    did: str | DID,
    to: Path | str | None = None,
    *,
    lake: str = "",
    verify: bool = False,
    reporter: Reporter | None = None,
) -> list[tuple[LakeFile, Path]]:
    """The same, with what is known of each file."""
    wanted = DID.parse(did) if isinstance(did, str) else did
    reporter = reporter or Reporter()
    with Session(connection(lake), reporter) as session:
        reporter.progress(None, f"asking for {wanted}")
        files = files_of(session, wanted)
        fetching = _Fetching(session, files, reporter, verify)
        if to is None:
            return [(file, fetching.cached(file)) for file in files]
        places = targets(wanted, files, Path(os.path.expanduser(to)).absolute())
        for folder in {place.parent for place in places}:
            sweep(folder)
        return [(file, fetching.put(file, target)) for file, target in zip(files, places, strict=True)]


def download_job(reporter: Reporter, connection: str, did: str, to: str) -> dict[str, Any]:
    """The work of a job: `get` into a folder."""
    found = fetched(did, to, lake=connection, reporter=reporter)
    return {
        "did": did,
        "files": len(found),
        "bytes": sum(path.stat().st_size for _, path in found),
        "paths": [str(path) for _, path in found[:100]],
    }


class _Fetching:
    """Fetches one file after the other and says how many bytes of all are here."""

    def __init__(self, session: Session, files: Sequence[LakeFile], reporter: Reporter, verify: bool) -> None:
        self._session, self._reporter, self._verify = session, reporter, verify
        self._total = sum(file.bytes or 0 for file in files)
        self._done = 0

    def cached(self, file: LakeFile) -> Path:
        """The file's path in the cache, where it is put if need be."""
        slot = Slot(self._session.connection, file.did, file.adler32)
        path = slot.find(self._verify)
        if path is None:
            with slot.held(self._reporter):
                path = slot.find(self._verify)
                if path is None:
                    path = slot.keep(self._fetch(file, slot.part))
                    return path
        self._tell(file)(file.bytes or 0)
        return path

    def put(self, file: LakeFile, target: Path) -> Path:
        """Put the file there, from the cache when it is in it."""
        if is_there(file, target):
            self._tell(file)(file.bytes or 0)
            return target
        with beside(target) as part:
            ours = Slot(self._session.connection, file.did, file.adler32).find()
            near = (Replica("cache", f"file://localhost{ours}"),) if ours else ()
            self._fetch(file, part, near)
            try:
                put_into_place(part, target)
            except FileExistsError:
                # somebody else has put it there meanwhile
                if not is_there(file, target):
                    raise
        return target

    def _fetch(self, file: LakeFile, part: Path, near: tuple[Replica, ...] = ()) -> Sums:
        _require_room(part.parent, file)
        faults: list[str] = []
        for replica in (*near, *file.replicas):
            before = self._done
            try:
                sums = self._transfer(file, replica, part)
            except InputError as error:
                if error.code == "disk_full":
                    raise
                faults.append(f"{replica.rse}: {error.message}")
            else:
                wrong = file.difference(sums)
                if not wrong:
                    return sums
                faults.append(f"{replica.rse}: {wrong}")
                self._reporter.log(f"the replica of {file.did} at {replica.rse} is refused: {wrong}")
                if replica not in near:
                    declare(self._session, replica, wrong)
            self._done = before
        if not faults:
            raise FreezeoutError(
                f"no replica of {file.did} is available", hint=f"freezeout lake rules {file.did}",
                code="no_replica",
            )  # fmt: skip
        raise FreezeoutError(
            f"no replica of {file.did} can be used: {'; '.join(faults)}",
            hint="the file has to be put into the lake again, or the storage mended",
            code="no_good_replica",
        )

    def _transfer(self, file: LakeFile, replica: Replica, part: Path) -> Sums:
        local = local_path(replica.pfn, self._session.connection)
        tell = self._tell(file)
        if local is not None:
            return copy(local, part, tell, md5=bool(file.md5))
        from freezeout.lake.files.remote_storage import download

        download(self._session.connection, file, replica, part, tell)
        return copy(part, None, md5=bool(file.md5))

    def _tell(self, file: LakeFile) -> Callable[[int], None]:
        def tell(bytes: int) -> None:
            self._done += bytes
            self._reporter.progress(
                min(self._done / self._total, 1.0) if self._total else None,
                f"fetching: {amount(self._done)} of {amount(self._total)}, {file.did.name}",
            )

        return tell


def declare(session: Session, replica: Replica, why: str) -> None:
    """Tell the lake of a replica that is not what it should be; as bad when we may, else as suspicious."""
    for what in ("bad", "suspicious"):
        with contextlib.suppress(FreezeoutError):
            session.request("POST", f"replicas/{what}", {"pfns": [replica.pfn], "reason": why})
            return


def _require_room(folder: Path, file: LakeFile) -> None:
    free = shutil.disk_usage(folder).free
    if file.bytes is not None and free < file.bytes + _ROOM:
        raise InputError(
            f"no space left in {folder} for {file.did}: {amount(free)} free, {amount(file.bytes)} needed",
            hint="free some space ('freezeout lake cache' tells what it holds) or choose another folder",
            code="disk_full",
        )
