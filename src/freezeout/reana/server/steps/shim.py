"""One command, with all that it starts: ``python -I -S shim.py``, told what to do on standard input.

A process of its own for each command, so that nothing of it can be left: it becomes the parent of
whatever the command's processes leave behind, looks at what they take, keeps their output in a log that
has an end, and ends them all - when the command has ended, when a limit is passed, when it is told to
(SIGTERM), and when the one who started it is gone (standard input is closed). It imports nothing but the
standard library and nothing of this package: it starts within a few milliseconds.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import selectors
import signal
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:  # what is not imported does not take its time
    from collections.abc import Iterator
    from typing import Any, BinaryIO

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
_CHUNK = 1 << 16
_PAGE = os.sysconf("SC_PAGE_SIZE")
_OFTEN, _SELDOM = 0.02, 0.2
_TICK = 0.05
_HIGH = 0.4
_PATIENCE = 10.0
_OOM_FIRST = b"800"
_HUNG_UP = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class CappedLog:
    """A file that grows with what is written until it is full, and then keeps the beginning and the end.

    Whoever reads it meanwhile finds all that there is, and never a half file.

    Parameters
    ----------
    path : str
        Where; what was there before is replaced.
    limit : int
        Bytes that it has at most, but for a line that says how many were left out.
    """

    def __init__(self, path: str, limit: int) -> None:
        self.left_out = 0
        self._path, self._head, self._tail = path, limit // 2, limit // 2
        self._file = self._open(path)
        self._written = 0

    @staticmethod
    def _open(path: str) -> BinaryIO:
        flags = os.O_CREAT | os.O_RDWR | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0)
        return os.fdopen(os.open(path, flags, 0o600), "r+b", buffering=0)

    def write(self, data: bytes) -> None:
        """Add bytes."""
        while data:
            part, data = data[: self._tail], data[self._tail :]
            if self._written + len(part) > self._head + self._tail:
                self._shorten()
            self._file.write(part)
            self._written += len(part)

    def note(self, text: str) -> None:
        """Add a line of ours; it begins a new line."""
        if self._written:
            self._file.seek(-1, os.SEEK_END)
            if self._file.read(1) != b"\n":
                self.write(b"\n")
        self.write(f"freezeout | {text}\n".encode(errors="replace"))

    def close(self) -> None:
        """Write nothing more."""
        self._file.close()

    def _shorten(self) -> None:
        """Write it anew with the second half of its end only, from the beginning of a line."""
        self._file.seek(0)
        head = self._file.read(self._head)
        self._file.seek(-(self._tail // 2), os.SEEK_END)
        tail = self._file.read()
        end_of_line = tail.find(b"\n", 0, 4096)
        tail = tail[end_of_line + 1 :]
        self.left_out += self._written - len(head) - len(tail)
        said = f"\nfreezeout | {self.left_out:,} bytes are left out here\n".encode()
        folder, name = os.path.split(self._path)
        beside = os.path.join(folder, f".{name}.part")
        file = self._open(beside)
        file.write(head + said + tail)
        os.replace(beside, self._path)
        self._file.close()
        self._file, self._written = file, len(head) + len(tail)


class Veil:
    """Hides secrets in what is said, also where one comes in two parts.

    Parameters
    ----------
    secrets : list of str
        What is not to be read.
    """

    def __init__(self, secrets: list[str]) -> None:
        # the long ones first: a short one may be a part of them
        self._secrets = sorted((one.encode() for one in secrets), key=len, reverse=True)
        self._begun = b""

    def over(self, data: bytes) -> bytes:
        """What may be shown by now; what may be the beginning of a secret is held back."""
        data = self._begun + data
        for one in self._secrets:
            data = data.replace(one, b"***")
        longest = max((self._overlap(data, one) for one in self._secrets), default=0)
        self._begun = data[len(data) - longest :]
        return data[: len(data) - longest]

    @staticmethod
    def _overlap(data: bytes, secret: bytes) -> int:
        """How many bytes of the end may be the secret's first."""
        most = min(len(data), len(secret) - 1)
        return next((count for count in range(most, 0, -1) if data.endswith(secret[:count])), 0)

    def rest(self) -> bytes:
        """What was held back, when nothing comes after it."""
        return self._begun


class Tree:
    """This process's descendants."""

    def __init__(self) -> None:
        self._lists_children = os.path.exists(f"/proc/self/task/{os.getpid()}/children")

    def pids(self) -> list[int]:
        """All of them, parents first."""
        if not self._lists_children:
            return self._by_scan()
        found = [os.getpid()]
        for pid in found:  # grows meanwhile
            found += self.children(pid)
        return list(dict.fromkeys(found[1:]))

    @staticmethod
    def children(pid: int) -> Iterator[int]:
        """Of one process."""
        try:
            for task in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{task}/children", "rb") as file:
                    yield from map(int, file.read().split())
        except OSError:  # gone meanwhile
            return

    @staticmethod
    def _by_scan() -> list[int]:
        below: dict[int, list[int]] = {}
        for pid, parent in _parents():
            below.setdefault(parent, []).append(pid)
        found = [os.getpid()]
        for pid in found:
            found += below.get(pid, [])
        return found[1:]

    def end(self, groups: list[int]) -> bool:
        """End all at once; whether none is left.

        Groups go first: nobody of them can start another one meanwhile, while those that are found one by
        one may be more than are ended.
        """
        until = time.monotonic() + _PATIENCE
        for group in groups:
            _signal(-group, signal.SIGKILL)
        while time.monotonic() < until:
            left = [pid for pid in self._by_scan() if not _is_dead(pid)]
            if not left:
                _reap()
                return True
            # who stands still cannot start another one
            for how in (signal.SIGSTOP, signal.SIGKILL):
                for pid in left:
                    _signal(pid, how)
            _reap()
            time.sleep(0.002)
        return False


def _parents() -> Iterator[tuple[int, int]]:
    if os.path.isdir("/proc/self"):
        for name in os.listdir("/proc"):
            if name.isdigit():
                try:
                    with open(f"/proc/{name}/stat", "rb") as file:
                        yield int(name), int(file.read().rpartition(b")")[2].split()[1])
                except (OSError, IndexError, ValueError):
                    continue
        return
    with os.popen("ps -axo pid=,ppid=") as listed:
        for line in listed:
            pid, parent = map(int, line.split())
            yield pid, parent


def _threads() -> int:
    """Of the whole machine: the one number that is there at once, however many there are."""
    try:
        with open("/proc/loadavg", "rb") as file:
            return int(file.read().split()[3].rpartition(b"/")[2])
    except (OSError, IndexError, ValueError):
        return 0


def _is_dead(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()[0] in (b"Z", b"X")
    except OSError:
        return not os.path.isdir("/proc/self") and not _signal(pid, 0)


def _signal(pid: int, how: int) -> bool:
    try:
        os.kill(pid, how)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _reap() -> dict[int, int]:
    """Statuses of those that have ended, by their pid."""
    ended = {}
    try:
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            ended[pid] = os.waitstatus_to_exitcode(status)
    except ChildProcessError:
        pass
    return ended


def memory(pids: list[int], limit: int) -> int:
    """Bytes that processes take; looked at closely, shared ones once, only where that matters."""
    quick = sum(_resident(pid) for pid in pids)
    if quick <= limit:
        return quick
    return sum(_proportional(pid) for pid in pids)


def _resident(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/statm", "rb") as file:
            return int(file.read().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0


def _proportional(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/smaps_rollup", "rb") as file:
            for line in file:
                if line.startswith(b"Pss:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return _resident(pid)


class Shim:
    """A command, looked after to its end.

    Parameters
    ----------
    order : mapping
        ``words`` and ``env`` of the command, its folder ``cwd``, ``log`` and ``log_bytes``, ``notes`` that
        the log begins with, ``seconds``, ``memory_bytes``, ``processes``, ``grace`` between asking
        it to end and ending it, ``wrappers``: how many of its first processes are not to be asked,
        ``keep``: open files for it, ``secrets``: what the log is not to show.
    """

    def __init__(self, order: dict[str, Any]) -> None:
        self._order = order
        self._log = CappedLog(order["log"], order["log_bytes"])
        self._veil = Veil(order["secrets"])
        self._tree = Tree()
        self._somebody_was_asked = False
        self._status: int | None = None
        self._reason = ""
        self._last_call: float | None = None
        self._peak = 0
        self._threads = _threads()
        self._looking = selectors.DefaultSelector()

    def run(self) -> dict[str, object]:
        """How it ended: ``status``, ``reason``, ``left_out`` bytes of the log, ``peak`` bytes of memory."""
        for note in self._order["notes"]:
            self._log.note(note)
        woken, waker = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        for number in _HUNG_UP:
            signal.signal(number, self._asked)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        said = self._start()
        for handle in (said, woken, 0):
            self._looking.register(handle, selectors.EVENT_READ)
        began = time.monotonic()
        look, until = 0.0, began + self._order["seconds"]
        while self._status is None:
            now = time.monotonic()
            if now >= look or self._is_swarm():
                look = now + self._measure()
            if now >= until:
                self._stop(f"time limit of {_time(self._order['seconds'])} exceeded")
                until = now + self._order["seconds"] + self._order["grace"] + _PATIENCE
            if self._last_call is not None and now >= self._last_call:
                break
            self._listen(said, woken, max(0.0, min(look, until, self._last_call or until, now + _TICK) - now))
        gone = self._tree.end(self._groups())
        if not gone:
            self._reason = self._reason or "some of its processes could not be ended"
        self._drain(said)
        if self._status is None:
            self._status = 128 + signal.SIGKILL
        if self._reason:
            self._log.note(self._reason)
        self._log.close()
        return {
            "status": self._status,
            "reason": self._reason,
            "left_out": self._log.left_out,
            "peak": self._peak,
        }

    def _start(self) -> int:
        """Start the command; the end of the pipe that its output comes from."""
        said, mouth = os.pipe()
        self._child = os.fork()
        if self._child == 0:
            try:
                self._become(mouth)
            except BaseException as error:
                os.write(2, f"{self._order['words'][0]} cannot be started: {error}\n".encode())
            finally:
                os._exit(127)
        for handle in (mouth, *self._order["keep"]):
            os.close(handle)
        os.set_blocking(said, False)
        return said

    def _become(self, mouth: int) -> None:
        os.dup2(mouth, 1)
        os.dup2(mouth, 2)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        # who ends its own group does not end this one
        os.setsid()
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if os.access("/proc/self/oom_score_adj", os.W_OK):
            # should the machine run out of memory, this goes before any server does
            with open("/proc/self/oom_score_adj", "wb") as file:
                file.write(_OOM_FIRST)
        for number in (*_HUNG_UP, signal.SIGCHLD, signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(number, signal.SIG_DFL)
        os.chdir(self._order["cwd"])
        os.execvpe(self._order["words"][0], self._order["words"], self._order["env"])

    def _asked(self, *_: object) -> None:
        self._stop("stopped")

    def _stop(self, reason: str, grace: float | None = None) -> None:
        """Ask all to end, once; they have some time for it."""
        self._reason = self._reason or reason
        if grace is None:
            grace = float(self._order["grace"])
        until = time.monotonic() + grace
        if self._last_call is not None:
            self._last_call = min(self._last_call, until)
            return
        self._last_call = until
        if grace > 0:
            self._ask_to_end()

    def _ask_to_end(self) -> None:
        """Ask those that are there; who comes later is there to tidy up."""
        for pid in self._tree.pids()[self._order["wrappers"] :]:
            self._somebody_was_asked = _signal(pid, signal.SIGTERM) or self._somebody_was_asked

    def _measure(self) -> float:
        """Look at what it takes, and say when to look again."""
        limit, swarm = self._order["memory_bytes"], self._is_swarm()
        if swarm:
            self._tell_groups(signal.SIGSTOP)
            self._threads = _threads()
        pids = self._tree.pids()
        used = memory(pids, limit)
        grown, self._peak = used - self._peak, max(used, self._peak)
        if used > limit:
            self._stop(f"memory limit of {_size(limit)} exceeded", 0)
        elif len(pids) > self._order["processes"] + self._order["wrappers"]:
            self._stop(f"limit of {self._order['processes']} processes exceeded", 0)
        if swarm and self._last_call is None:
            self._tell_groups(signal.SIGCONT)
        if self._last_call is not None:
            if not self._somebody_was_asked and time.monotonic() < self._last_call:
                self._ask_to_end()  # the sandbox had not started anybody
            return _OFTEN
        busy = used > _HIGH * limit or grown > 0.05 * limit or len(pids) > _HIGH * self._order["processes"]
        return _OFTEN if busy else _SELDOM

    def _is_swarm(self) -> bool:
        """Whether so many are new on this machine that they may be ours, who would outrun a count."""
        return _threads() > self._threads + int(self._order["processes"])

    def _tell_groups(self, what: signal.Signals) -> None:
        """Tell all that have not gone to a group of their own, at once."""
        for group in self._groups():
            _signal(-group, what)

    def _groups(self) -> list[int]:
        """The command's, and below the sandbox's own processes that which it begins there."""
        leaders = [self._child]
        for _ in range(self._order["wrappers"]):
            leaders += [*self._tree.children(leaders[-1])][:1]
        return leaders

    def _listen(self, said: int, woken: int, seconds: float) -> None:
        for key, _ in self._looking.select(seconds):
            if key.fd == woken:
                os.read(woken, _CHUNK)
                self._status = _reap().get(self._child, self._status)
            elif key.fd == said:
                data = os.read(said, _CHUNK)
                if data:
                    self._log.write(self._veil.over(data))
                else:
                    self._looking.unregister(said)
            elif not os.read(0, 1):
                # nobody is there any more whom the rest would matter to
                self._looking.unregister(0)
                self._stop("the server was ended", 0)
        if self._status is not None and self._status < 0:
            self._status = 128 - self._status

    def _drain(self, said: int) -> None:
        try:
            while data := os.read(said, _CHUNK):
                self._log.write(self._veil.over(data))
        except BlockingIOError:  # somebody who could not be ended has it open
            pass
        self._log.write(self._veil.rest())


def _time(seconds: float) -> str:
    return f"{seconds:g} s"


def _size(count: int) -> str:
    for unit, name in ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")):
        if count >= unit and count * 10 % unit == 0:
            return f"{count / unit:g} {name}"
    return f"{count / (1 << 20):.1f} MiB"


def _prctl(what: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(what, value, 0, 0, 0)


def _order() -> dict[str, Any]:
    """The line on standard input, and nothing after it: its end says that nobody is there any more."""
    line = bytearray()
    while not line.endswith(b"\n"):
        data = os.read(0, _CHUNK)
        if not data:
            sys.exit(1)
        line += data
    found: dict[str, Any] = json.loads(line)
    return found


def main() -> int:
    """Do what is asked for and say how it ended."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)
    result = Shim(_order()).run()
    os.write(1, json.dumps(result).encode() + b"\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
