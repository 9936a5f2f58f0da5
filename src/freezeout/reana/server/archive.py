"""A ZIP archive of files, made while it is sent."""

from __future__ import annotations

import io
import os
import time
import zipfile
from collections.abc import Iterable, Iterator

from freezeout.reana.server.refusal import Refusal
from freezeout.reana.server.workspace import Entry, Workspace

_CHUNK = 1 << 20
_OLDEST = (1980, 1, 1, 0, 0, 0)


def zipped(workspace: Workspace, entries: Iterable[Entry]) -> Iterator[bytes]:
    """The pieces of an archive; what is removed meanwhile is left out."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        for entry in entries:
            try:
                handle = workspace.open(entry.path)
            except Refusal:
                continue
            with os.fdopen(handle, "rb", buffering=0) as source:
                when = max(_OLDEST, time.localtime(max(0.0, entry.modified))[:6])
                name = os.fsencode(entry.path).decode("utf-8", "replace")
                member = zipfile.ZipInfo(name, when)
                member.external_attr = (0o100000 | (entry.kind & 0o777)) << 16
                with archive.open(member, "w", force_zip64=True) as target:
                    while piece := source.read(_CHUNK):
                        target.write(piece)
                        yield from sink.taken()
            yield from sink.taken(_CHUNK)
    yield from sink.taken()


class _Sink(io.RawIOBase):
    """What is written waits to be taken."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._waiting = 0
        self._at = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def write(self, piece: bytes) -> int:  # type: ignore[override]
        data = bytes(piece)
        self._pieces.append(data)
        self._waiting += len(data)
        self._at += len(data)
        return len(data)

    def taken(self, least: int = 1) -> Iterator[bytes]:
        if self._waiting >= least:
            yield b"".join(self._pieces)
            self._pieces.clear()
            self._waiting = 0
