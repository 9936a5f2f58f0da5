"""The log of a process of ours: bounded, and without the secret that it knows."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from freezeout.jobs.redact import redact

_LONGEST = 500_000
_LINE = 2000


class Log:
    """Gets what a process writes to its errors; a file that is too long becomes ``….old``."""

    def __init__(self, path: Path, secret: str) -> None:
        self._path, self._secret = path, secret
        self._rest = b""
        self.last = ""

    def write(self, data: bytes) -> None:
        """Add what came; whole lines only, so that no secret is cut in two."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > 1 << 20:
            lines, self._rest = [*lines, self._rest], b""
        if lines:
            self._keep("".join(f"{self._clean(line)}\n" for line in lines))

    def close(self) -> None:
        """Add what is left."""
        if self._rest:
            self.write(b"\n")

    def _clean(self, line: bytes) -> str:
        text = line.decode(errors="replace")
        if self._secret:
            text = text.replace(self._secret, "***")
        text = redact(text)[:_LINE]
        self.last = text.strip() or self.last
        return text

    def _keep(self, text: str) -> None:
        # work does not fail because its log cannot be written
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            if self._path.exists() and self._path.stat().st_size > _LONGEST:
                self._path.replace(self._path.with_name(f"{self._path.name}.old"))
            handle = os.open(self._path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
            with os.fdopen(handle, "w") as stream:
                stream.write(text)
