"""Software environments that CVMFS brings to a machine.

Offered are the views of the LHC Computing Grid (``sft.cern.ch/lcg/views/<release>/<platform>``) and
Key4hep (``sw.hsf.org/key4hep``): trees with a ``setup.sh``, which a shell reads before their Python
starts. Nothing is copied but Freezeout itself.
"""

from __future__ import annotations

import os
import platform
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from freezeout.settings import setting

if TYPE_CHECKING:
    from freezeout.environments.folder import Environment

T = TypeVar("T")

MOST = 12
_VIEWS = "sft.cern.ch/lcg/views"
_STACKS = {
    "key4hep": ("sw.hsf.org/key4hep/setup.sh", "Key4hep"),
    "key4hep-nightlies": ("sw-nightlies.hsf.org/key4hep/setup.sh", "Key4hep, last night's"),
}
_NAMES = ("lcg-", "key4hep")
_LOOKED_AT = 30
_AT_ONCE = 0.05
_IN_A_JOB = 60.0
_FRESH = 120.0
_MACHINE = {"amd64": "x86_64", "arm64": "aarch64"}


def environments(wait: float = _AT_ONCE) -> list[Environment]:
    """What is mounted, newest release first; empty without CVMFS.

    Looking is done in the background, since a mount may take minutes to answer or never do: this
    waits only so many seconds, and gives what is known by then.
    """
    where = Path(setting("cvmfs"))
    return list(_watch(where).value(wait) or [])


def patience(name: str) -> float:
    """How long to wait for an environment that somebody asks for by name."""
    return _IN_A_JOB if name.startswith(_NAMES) else _AT_ONCE


def reachable(path: Path, wait: float = _AT_ONCE) -> bool:
    """Whether a file in CVMFS is there and answers."""
    return bool(_answer(path).value(wait))


@dataclass
class _Background(Generic[T]):
    """Something that is found out in a thread of its own, and again when it has become old."""

    find: Callable[[], T]
    _known: T | None = None
    _at: float = -1e9
    _looking: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _answered: threading.Event = field(default_factory=threading.Event)

    def value(self, wait: float) -> T | None:
        """What is known, or None when nothing is after `wait` seconds."""
        with self._lock:
            if not self._looking and time.monotonic() - self._at > _FRESH:
                self._looking = True
                threading.Thread(target=self._look, name="freezeout-cvmfs", daemon=True).start()
        self._answered.wait(wait)
        return self._known

    def _look(self) -> None:
        try:
            self._known = self.find()
        except OSError:
            self._known = None
        finally:
            self._at, self._looking = time.monotonic(), False
            self._answered.set()


@cache
def _watch(root: Path) -> _Background[list[Environment]]:
    return _Background(lambda: list(_found(root)))


@cache
def _answer(path: Path) -> _Background[bool]:
    return _Background(lambda: os.access(path, os.R_OK))


def _found(root: Path) -> Iterator[Environment]:
    for name, (where, title) in _STACKS.items():
        if (root / where).is_file():
            yield _environment(name, title, root / where)
    offered: set[str] = set()
    views = root / _VIEWS
    for release in _releases(views)[:_LOOKED_AT]:
        for view in _platforms(views / release):
            short = _name(release, view.name)
            if view.name in offered or short is None or len(offered) >= MOST:
                continue
            offered.add(view.name)
            title = f"LCG {release.removeprefix('LCG_')} ({view.name})"
            yield _environment(short, title[:60], view / "setup.sh")


def _releases(views: Path) -> list[str]:
    """Numbered releases, newest first, and then the development ones."""
    try:
        names = [entry.name for entry in os.scandir(views) if not entry.name.startswith(".")]
    except OSError:
        return []
    numbered = [name for name in names if re.match(r"LCG_\d", name)]
    develop = sorted(name for name in names if re.match(r"dev\d", name))
    return [*sorted(numbered, key=_age, reverse=True), *(f"{name}/latest" for name in develop)]


def _age(release: str) -> tuple[int, str, bool, str]:
    """Sorts LCG_106 < LCG_106a < LCG_106b < LCG_107, and a special one behind the plain one."""
    number, letter, special = re.match(r"LCG_(\d+)([a-z]?)(.*)", release).groups()  # type: ignore[union-attr]
    return int(number), letter, not special, special


def _platforms(release: Path) -> list[Path]:
    machine = platform.machine().lower()
    machine = _MACHINE.get(machine, machine)
    try:
        entries = sorted(entry.name for entry in os.scandir(release))
    except OSError:
        return []
    fitting = [release / name for name in entries if name.startswith(f"{machine}-") and "-dbg" not in name]
    usable = [view for view in fitting if (view / "setup.sh").is_file() and _has_python(view)]
    return sorted(usable, key=lambda view: not _made_for_this(view.name))


def _has_python(view: Path) -> bool:
    return any((view / "bin" / name).exists() for name in ("python3", "python"))


def _made_for_this(platform_: str) -> bool:
    """Whether a view was made for this distribution: those come first."""
    try:
        said = platform.freedesktop_os_release()
    except OSError:
        return False
    major = said.get("VERSION_ID", "").split(".")[0]
    like = f"{said.get('ID', '')} {said.get('ID_LIKE', '')}"
    mine = {f"{said.get('ID', '')}{said.get('VERSION_ID', '').replace('.', '')}"}
    if "rhel" in like or "centos" in like:
        mine |= {f"el{major}", f"centos{major}"}
    return any(f"-{one}-" in platform_ for one in mine)


def _name(release: str, platform_: str) -> str | None:
    short = release.removeprefix("LCG_").removesuffix("/latest")
    name = re.sub(r"[^a-z0-9]+", "-", f"lcg-{short}-{platform_}".lower()).strip("-")
    return name if len(name) <= 40 else None


def _environment(name: str, title: str, setup: Path) -> Environment:
    from freezeout.environments.folder import Environment

    return Environment(
        setup.parent,
        {
            "schema": 1,
            "name": name,
            "title": title,
            "summary": f"Software that CVMFS brings to this machine, set up by {setup}.",
            "status": "ready",
            "builder": "cvmfs",
            "library": "base",
            "setup": str(setup),
            "megabytes": 2,
        },
    )
