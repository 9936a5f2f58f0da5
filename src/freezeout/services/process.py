"""One child process: a free port, a secret in a file, a log, readiness and a clean stop."""

from __future__ import annotations

import contextlib
import http.client
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from freezeout.errors import FreezeoutError, InputError
from freezeout.files import disk_errors
from freezeout.jobs.child import end_with_parent

_LAST_WORDS = 2.0
_NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def answers(url: str, seconds: float = 2) -> bool:
    """Whether something on this machine answers an address with "all is well"."""
    try:
        with _NO_PROXY.open(url, timeout=seconds) as answer:
            return bool(answer.status == 200)
    except (OSError, ValueError, http.client.HTTPException):
        return False


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def require_free(port: int) -> None:
    """Refuse a port of 127.0.0.1 that cannot be listened on.

    Raises
    ------
    InputError
        Says why.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise InputError(
                f"port {port} of 127.0.0.1 cannot be had: {error.strerror}",
                hint="give another with --port, or none for a free one",
                code="no_port",
            ) from error


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
        cls,
        name: str,
        command: Sequence[str],
        log: Path,
        env: Mapping[str, str] | None = None,
        *,
        whole_env: Mapping[str, str] | None = None,
        append: bool = False,
        cwd: Path | None = None,
        keep: Collection[int] = (),
        prepare: Callable[[], None] | None = None,
        end_by: int = signal.SIGTERM,
        told: bytes | None = None,
    ) -> Process:
        """Start a command in a session of its own; it ends when this process does.

        On Linux it ends with the *thread* that calls this, and however that ends.

        Parameters
        ----------
        name : str
            What it is called in errors.
        command : sequence of str
            The program and its words; everybody can see them.
        log : Path
            Gets its output and errors.
        env, whole_env : mapping, optional
            Variables beside this process's own, or all of them.
        append : bool
            Keep what the log holds already.
        cwd : Path, optional
            Its working folder.
        keep : collection of int
            Open files that it inherits.
        prepare : callable, optional
            Called in the child before the program starts.
        end_by : int
            The signal that it gets when this process is gone.
        told : bytes, optional
            A few words on its standard input, where nobody else sees them.
        """
        with disk_errors(log):
            log.parent.mkdir(parents=True, exist_ok=True)
            flags = os.O_CREAT | os.O_WRONLY | (os.O_APPEND if append else os.O_TRUNC)
            handle = os.open(log, flags, 0o600)
        try:
            child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL if told is None else subprocess.PIPE,
                stdout=handle,
                stderr=subprocess.STDOUT,
                env=dict(whole_env) if whole_env is not None else {**os.environ, **(env or {})},
                cwd=cwd,
                pass_fds=tuple(keep),
                start_new_session=True,
                preexec_fn=_birth(prepare, end_by, os.getpid()),
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise FreezeoutError(f"{name} cannot be started: {error}", code="no_process") from error
        finally:
            os.close(handle)
        if child.stdin is not None:
            with contextlib.suppress(BrokenPipeError), child.stdin as stream:
                stream.write(told or b"")
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

    def stop(self, seconds: float = 10, how: int = signal.SIGTERM) -> None:
        """End the process and all that it started: politely, then not."""
        if self.child.poll() is None:
            self.child.send_signal(how)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.child.wait(seconds)
        elif self._signal_group(signal.SIGTERM):
            # it was killed: what it started may be about to finish something
            end = time.monotonic() + min(seconds, _LAST_WORDS)
            while self._signal_group(0) and time.monotonic() < end:
                time.sleep(0.02)
        self._signal_group(signal.SIGKILL)
        self.child.wait()

    def _signal_group(self, how: int) -> bool:
        try:
            os.killpg(self.child.pid, how)
        except (ProcessLookupError, PermissionError):
            return False
        return True


def _birth(prepare: Callable[[], None] | None, end_by: int, parent: int) -> Callable[[], None] | None:
    """What a child does before it becomes the program."""
    if sys.platform != "linux":
        return prepare

    def bear() -> None:
        if prepare is not None:
            prepare()
        # last: who becomes another user would forget it
        end_with_parent(end_by)
        if os.getppid() != parent:
            os._exit(1)

    return bear
