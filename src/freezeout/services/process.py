"""One child process: a free port, a secret in a file, a log, readiness and a clean stop."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from freezeout.errors import FreezeoutError
from freezeout.files import disk_errors
from freezeout.jobs.child import end_with_parent


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def secret_file(path: Path) -> Path:
    """A file of mode 0600 with a new random secret."""
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "w") as stream:
            stream.write(secrets.token_urlsafe(32))
    return path


@dataclass
class Process:
    """A running child with its log."""

    name: str
    child: subprocess.Popen[bytes]
    log: Path

    @classmethod
    def start(
        cls, name: str, command: Sequence[str], log: Path, env: Mapping[str, str] | None = None
    ) -> Process:
        """Start a command in a session of its own; it ends when this process does."""
        with disk_errors(log):
            log.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(log, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        try:
            child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=handle,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(env or {})},
                start_new_session=True,
                preexec_fn=end_with_parent if sys.platform == "linux" else None,
            )
        finally:
            os.close(handle)
        return cls(name, child, log)

    def wait_until(self, ready: Callable[[], bool], seconds: float) -> None:
        """Wait until `ready` answers true.

        Raises
        ------
        FreezeoutError
            When the process ends or the time is over; the last line of its log is quoted.
        """
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.child.poll() is not None:
                raise FreezeoutError(
                    f"{self.name} ended at once: {self.last_line()}", hint=f"log: {self.log}"
                )
            if ready():
                return
            time.sleep(0.1)
        self.stop()
        raise FreezeoutError(f"{self.name} was not ready in {seconds:.0f} s", hint=f"log: {self.log}")

    def last_line(self) -> str:
        """The last line of the log that says something."""
        lines = self.log.read_text(errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "no output")

    def stop(self, seconds: float = 10) -> None:
        """End the process and all that it started: politely, then not."""
        if self.child.poll() is None:
            self.child.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.child.wait(seconds)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.child.pid, signal.SIGKILL)
        self.child.wait()
