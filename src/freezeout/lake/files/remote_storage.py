"""Bytes from and to storage that is not in this file system, moved by Rucio's own client.

The client runs in a process of its own: it takes its settings from the environment, which is not ours to
change, and ends at once when the work is stopped.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from freezeout.errors import FreezeoutError, InputError
from freezeout.files import disk_errors
from freezeout.jobs.child import end_with_parent
from freezeout.jobs.redact import redactor
from freezeout.lake.files.copying import Sums
from freezeout.lake.files.plan import Item
from freezeout.lake.sites.connection import Connection
from freezeout.lake.sites.rucio_cfg import rucio_environ

if TYPE_CHECKING:
    from freezeout.lake.files.lakefile import LakeFile, Replica

_PAUSE = 0.1


def download(
    connection: Connection, file: LakeFile, replica: Replica, part: Path, tell: Callable[[int], None]
) -> None:
    """Fetch one replica with Rucio's client and put it at `part`.

    Raises
    ------
    InputError
        When the storage does not give it, or the disk is full.
    """
    with _beside(part) as folder:
        wanted = {"did": str(file.did), "rse": replica.rse, "pfn": replica.pfn, "base_dir": str(folder)}
        seen = 0
        for _ in _client(connection, "download", wanted, folder):
            there = sum(
                one.stat().st_size for one in folder.rglob("*") if one.is_file() and one.name != _SAID
            )
            if there > seen:
                tell(there - seen)
                seen = there
        found = [path for path in folder.rglob("*") if path.is_file() and path.name != _SAID]
        if len(found) != 1:
            raise InputError(f"Rucio's client brought {len(found)} files", code="replica_unreadable")
        with disk_errors(part):
            tell(max(found[0].stat().st_size - seen, 0))
            found[0].replace(part)


def upload(connection: Connection, item: Item, rse: str, sums: Sums) -> None:
    """Send one file with Rucio's client; the catalogue is not told.

    Raises
    ------
    FreezeoutError
        When the storage does not take it.
    """
    with tempfile.TemporaryDirectory(prefix="freezeout-upload-") as folder:
        wanted = {
            "path": str(item.path), "rse": rse, "scope": item.did.scope, "name": item.did.name,
            "adler32": sums.adler32, "md5": sums.md5, "bytes": sums.bytes,
        }  # fmt: skip
        for _ in _client(connection, "upload", wanted, Path(folder)):
            pass


_SAID = ".said.json"


def _client(connection: Connection, verb: str, wanted: dict[str, Any], folder: Path) -> Iterator[None]:
    """Run Rucio's client; gives way now and then until it has done."""
    parent = os.getpid()

    def bound() -> None:
        end_with_parent(signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)

    said = folder / _SAID
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", "freezeout.lake.files.rucio_client", verb, str(said)],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        env=rucio_environ(connection), cwd=folder, preexec_fn=bound,
    )  # fmt: skip
    assert child.stdin is not None
    try:
        child.stdin.write(json.dumps(wanted))
        child.stdin.close()
        while child.poll() is None:
            yield
            time.sleep(_PAUSE)
    except BrokenPipeError:
        child.wait()
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
        assert child.stderr is not None
        talk = child.stderr.read()
        child.stderr.close()
    if child.returncode:
        raise _error(said, talk, verb)
    yield


def _error(said: Path, talk: str, verb: str) -> FreezeoutError:
    hide = redactor()
    try:
        message = str(json.loads(said.read_text(encoding="utf-8"))["error"])
    except (OSError, ValueError, KeyError, TypeError):
        lines = [line for line in talk.splitlines() if line.strip()]
        message = lines[-1] if lines else "it ended without a word"
    if "No space left" in message or "No space left" in talk:
        return InputError("no space left for the file", hint="free some space", code="disk_full")
    if verb == "download":
        return InputError(f"Rucio's client: {hide(message)}", code="replica_unreadable")
    return FreezeoutError(
        f"the storage does not take the file: {hide(message)}", hint="try again later, or another --rse",
        code="storage_failed",
    )  # fmt: skip


@contextmanager
def _beside(part: Path) -> Iterator[Path]:
    with disk_errors(part), tempfile.TemporaryDirectory(dir=part.parent, prefix=".fetching-") as folder:
        yield Path(folder)
