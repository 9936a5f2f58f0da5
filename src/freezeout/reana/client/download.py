"""Files of a workspace to a folder here: each whole or not at all, and none twice."""

from __future__ import annotations

import contextlib
import fcntl
import fnmatch
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from freezeout.errors import FreezeoutError, InputError
from freezeout.files import disk_errors
from freezeout.jobs.reporter import Reporter
from freezeout.reana.client.asker import Asker
from freezeout.reana.client.errors import error_of, is_no_file
from freezeout.reana.client.paths import below, inside
from freezeout.reana.client.workflow import File
from freezeout.staging import remove_abandoned

_SECONDS = 300.0
_NAMED = 3
_FEW = 20


def download(
    asker: Asker, workflow: str, paths: Sequence[str] | None, folder: Path, report: Reporter
) -> list[Path]:
    """Bring files of a workspace into a folder.

    A file is written beside its place and takes it when it is whole and of the right size. One that is
    there already, with the size and the time of the listing, is not fetched again.

    REANA lists links and pipes among the files, and gives none: where they are met and not asked for by
    name, they are left out, and the report names them.

    Parameters
    ----------
    paths : sequence of str or None
        Files, folders or patterns such as ``results/*.png``; None for all.

    Returns
    -------
    list of Path
        Where those are that came, in the order of their names.

    Raises
    ------
    InputError
        When a path is not there, or leads out of the folder; nothing is fetched then.
    FreezeoutError
        When some cannot be had; the others are there.
    """
    folder = Path(folder).absolute()
    report.progress(0.0, "listing the files")
    files = meant(asker, workflow, paths)
    with disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    targets = [below(folder, file.path) for file in files]
    missing = [
        (file, target) for file, target in zip(files, targets, strict=True) if not _is_there(file, target)
    ]
    left_out: set[str] = set()
    if missing:
        _require_room(folder, sum(file.size for file, _ in missing))
        asked = {inside(path) for path in paths or ()}
        with _beside(folder) as stage:
            left_out = _fetch(asker, workflow, missing, asked, stage, folder, report)
    return [target for file, target in zip(files, targets, strict=True) if file.path not in left_out]


def meant(asker: Asker, workflow: str, paths: Sequence[str] | None) -> list[File]:
    """The files that are meant by paths, folders or patterns, in the order of their names; None for all.

    A server refuses to list too many: few paths are looked for one by one.

    Raises
    ------
    InputError
        When one of the paths means none.
    """
    if paths is None or len(paths) > _FEW:
        return chosen(asker.all_files(workflow), paths)
    listed = {
        file.path: file for path in paths for file in asker.all_files(workflow, search=_literal(inside(path)))
    }
    return chosen(list(listed.values()), paths)


def _literal(path: str) -> str:
    """The longest part of a path that is no pattern."""
    return max(re.split(r"[*?]|\[.*?\]", path), key=len)


def chosen(files: Sequence[File], paths: Sequence[str] | None) -> list[File]:
    """The files that are meant, in the order of their names.

    Raises
    ------
    InputError
        When one of the paths means none.
    """
    by_path = {inside(file.path): file for file in files}
    if paths is None:
        return [by_path[path] for path in sorted(by_path)]
    found: set[str] = set()
    for given in paths:
        path = inside(given)
        meant = {path} & by_path.keys() or {
            one for one in by_path if one.startswith(f"{path}/") or fnmatch.fnmatchcase(one, path)
        }
        if not meant:
            raise InputError(
                f"there is no file '{given}' in the workspace", hint="freezeout reana ls shows them",
                code="unknown_file",
            )  # fmt: skip
        found |= meant
    return [by_path[path] for path in sorted(found)]


def _fetch(
    asker: Asker,
    workflow: str,
    missing: list[tuple[File, Path]],
    asked: set[str],
    stage: Path,
    folder: Path,
    report: Reporter,
) -> set[str]:
    """Fetch them; the paths of those that are no files at all and were not asked for by name."""
    total = sum(file.size for file, _ in missing) or 1
    done = 0

    def hear(said: dict[str, Any]) -> None:
        nonlocal done
        if "file" in said:
            done += 1
            file, _ = missing[said["file"]]
            _place(stage / str(said["file"]), file, folder)
        share = min(said["moved"] / total, 1.0) if "moved" in said else done / len(missing)
        report.progress(share, f"downloading: {done} of {len(missing)} files")

    files = [
        {"path": file.path, "size": file.size, "to": str(stage / str(number))}
        for number, (file, _) in enumerate(missing)
    ]
    said = asker.ask("fetch", workflow=workflow, files=files, report=hear, seconds=_SECONDS)
    left_out = {
        one["path"]
        for one in said["failures"]
        if is_no_file(str(one["message"])) and inside(one["path"]) not in asked
    }
    if left_out:
        report.log(f"left out, since they are links or no files: {', '.join(sorted(left_out))}")
    failures = [one for one in said["failures"] if one["path"] not in left_out]
    if failures:
        first = error_of(asker.connection, failures[0], {"workflow": workflow})
        if len(missing) == 1:
            raise first
        names = ", ".join(f"'{one['path']}'" for one in failures[:_NAMED])
        more = f" and {len(failures) - _NAMED} more" if len(failures) > _NAMED else ""
        raise FreezeoutError(
            f"{len(failures)} of {len(missing)} files could not be had: {names}{more}; {first.message}",
            hint="the others are there; the same again fetches what is missing",
            code=first.code,
        )
    return left_out


def _place(part: Path, file: File, folder: Path) -> None:
    """Give a file that is whole its name and its time."""
    target = below(folder, file.path)
    with disk_errors(target):
        if target.is_dir() and not target.is_symlink():
            raise InputError(f"{target} is a folder", hint="choose another folder", code="path_unusable")
        target.parent.mkdir(parents=True, exist_ok=True)
        # once more: the folders were just made
        target = below(folder, file.path)
        if file.modified:
            then = datetime.fromisoformat(file.modified).timestamp()
            os.utime(part, (then, then))
        os.replace(part, target)


def _is_there(file: File, target: Path) -> bool:
    """Whether it was fetched before; one that changed in the workspace has another time."""
    try:
        found = target.lstat()
    except OSError:
        return False
    if not file.modified or target.is_symlink() or found.st_size != file.size:
        return False
    return int(found.st_mtime) == int(datetime.fromisoformat(file.modified).timestamp())


@contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """A hidden folder for what is not whole yet; that of a process that was killed is removed."""
    with disk_errors(folder):
        remove_abandoned(folder)
        stage = Path(tempfile.mkdtemp(dir=folder, prefix=".reana-", suffix=".partial"))
        lock = os.open(stage / ".owner", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)
        with contextlib.suppress(OSError):
            os.close(lock)


def _require_room(folder: Path, size: int) -> None:
    free = shutil.disk_usage(folder).free
    if size > free:
        raise InputError(
            f"no space left in {folder}: {size >> 20} MB are to come, {free >> 20} MB are free",
            hint="free some space or choose another folder",
            code="disk_full",
        )
