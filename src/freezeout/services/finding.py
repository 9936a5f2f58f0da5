"""One thing that was looked at, and how it is; and what the checks of several services have in common."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from freezeout.services.folders import Place
from freezeout.services.status import Status, is_owned, last

Level = Literal["ok", "note", "problem"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes
    ----------
    subject, message : str
        What was looked at, and how it is.
    level : str
        ok, note (worth knowing) or problem.
    hint : str
        What to do.
    lines : tuple of str
        The last lines of a log.
    """

    subject: str
    message: str
    level: Level = "ok"
    hint: str = ""
    lines: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def environment_built(name: str, builder: str) -> Iterator[Finding]:
    """Whether an environment is built, and from its lock.

    Parameters
    ----------
    name : str
        Of the environment.
    builder : str
        What builds it when it is needed.
    """
    from freezeout.environments.folder import environment
    from freezeout.environments.installation import installation

    wanted, built = environment(name), installation(name)
    build = f"freezeout env build {name}"
    if built is None:
        obstacle = wanted.obstacle()
        if obstacle is not None:
            yield Finding("environment", f"{name} cannot be built: {obstacle.message}", "problem",
                          obstacle.hint)  # fmt: skip
        else:
            yield Finding("environment", f"{name} is not built yet", "note", f"{builder}, or now: {build}")
        return
    fault = built.fault()
    lock = wanted.lock
    if fault is not None:
        yield Finding("environment", f"{name} is broken: {fault}", "problem", build)
    elif lock is not None and built.data.get("lock_sha256") != lock.sha256:
        yield Finding("environment", f"{name} was built from another lock", "problem", build)
    else:
        yield Finding("environment", f"{name} is built")


def secret_files(files: Iterable[Path]) -> Iterator[Finding]:
    """Whether nobody else can read these, as far as they are there."""
    known = [path for path in files if path.is_file()]
    for path in known:
        found = path.lstat()
        if found.st_uid != os.getuid():
            yield Finding("secrets", f"{path} belongs to another user", "problem", f"remove {path}")
        elif stat.S_IMODE(found.st_mode) & 0o077:
            yield Finding(
                "secrets", f"others can read {path} (mode {stat.S_IMODE(found.st_mode):04o})", "problem",
                f"chmod 600 '{path}', and think of what it holds as known to them",
            )  # fmt: skip
    if known:
        yield Finding("secrets", f"{len(known)} files looked at")


def supervisor_killed(title: str, where: Place, kind: type[Status]) -> Iterator[Finding]:
    """Whether the last supervisor ended without a word."""
    kept = last(where, kind)
    if kept is not None and kept.state != "failed" and not is_owned(where):
        yield Finding("leftovers", f"{title}'s supervisor was killed: its state.json says "
                      f"'{kept.state}'", "note", "the next start replaces it")  # fmt: skip


def port_kept(title: str, where: Place) -> Iterator[Finding]:
    """Whether the port of the last time can be had again."""
    try:
        port = int((where.root / "port").read_text())
    except (OSError, ValueError):
        return
    if is_owned(where):
        yield Finding("port", f"{port} is {title}'s")
        return
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            yield Finding("port", f"{port}, where {title} was, is taken: {error}", "note",
                          "the next start takes another; who used the old one connects anew")  # fmt: skip
        else:
            yield Finding("port", f"{port} is free")
