"""Freezeout itself as one small wheel, the same for every environment.

It is made of the running library's own Python files, so that a notebook imports the very code that
the gateway runs, from a checkout as from an installed Freezeout, and no build tool is needed.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import shutil
import time
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata
from pathlib import Path

import freezeout
from freezeout.environments import uv
from freezeout.files import disk_errors
from freezeout.jobs.reporter import Reporter
from freezeout.settings import home, shared_folder
from freezeout.version import __version__

_SHARED = ("notebooks", "environments", "kernels")
_DAYS_KEPT = 30
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Library:
    """The wheel and the SHA-256 of what is in it."""

    wheel: Path
    sha256: str


def library() -> Library:
    """The wheel of the running library; it is made when there is none of this content."""
    files, sha256 = _files(), digest()
    wheel = home() / "wheels" / sha256[:12] / f"freezeout-{__version__}-py3-none-any.whl"
    if not wheel.is_file():
        with disk_errors(wheel):
            wheel.parent.mkdir(parents=True, exist_ok=True)
            partial = wheel.with_name(f".{os.getpid()}.partial")
            try:
                _write(partial, {name: path.read_bytes() for name, path in files.items()})
                os.replace(partial, wheel)
            finally:
                partial.unlink(missing_ok=True)
        _forget_old(wheel.parent)
    return Library(wheel, sha256)


def _forget_old(kept: Path) -> None:
    """Remove wheels that nobody can be installing any more."""
    for folder in kept.parent.iterdir():
        with contextlib.suppress(OSError):
            if folder != kept and time.time() - folder.stat().st_mtime > _DAYS_KEPT * 86400:
                shutil.rmtree(folder, ignore_errors=True)


def digest() -> str:
    """SHA-256 of what is in the wheel, which need not be there yet."""
    return _content(tuple((str(p), (stat := p.stat()).st_mtime_ns, stat.st_size) for p in _files().values()))


def install(prefix: Path, python: Path, reporter: Reporter, span: tuple[float, float]) -> Library:
    """Install the library into an environment, without what it needs: that is in the lock."""
    ours = library()
    options = ["--no-deps", "--offline", "--reinstall", "--no-index", "--break-system-packages"]
    words: list[str | Path] = ["pip", "install", *options, "--python", python, ours.wheel]
    uv.run(words, reporter, what="installing Freezeout", cwd=prefix, span=span)
    link_shared(prefix)
    return ours


def unpack(folder: Path) -> Library:
    """Lay the library into a folder for ``PYTHONPATH``, in place of an earlier one."""
    ours = library()
    fresh, old = folder.with_name(f"{folder.name}.new"), folder.with_name(f"{folder.name}.old")
    with disk_errors(folder):
        for left_over in (fresh, old):
            shutil.rmtree(left_over, ignore_errors=True)
        with zipfile.ZipFile(ours.wheel) as archive:
            archive.extractall(fresh)
        link_shared(fresh)
        if folder.exists():
            folder.rename(old)
        fresh.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
    return ours


def link_shared(prefix: Path) -> None:
    """Let the library in an environment find the notebooks, environments and kernels of this one."""
    place = prefix / "share" / "freezeout"
    with disk_errors(place):
        place.mkdir(parents=True, exist_ok=True)
        for name in _SHARED:
            link = place / name
            if link.is_symlink() or link.is_file():
                link.unlink()
            elif link.is_dir():
                shutil.rmtree(link)
            link.symlink_to(shared_folder(name), target_is_directory=True)


def requirements(kind: str) -> list[str]:
    """What the library needs in an environment, for its lock: ``run``, ``base`` or ``none``."""
    wanted = []
    for line in metadata.requires("freezeout") or []:
        requirement, _, marker = line.partition(";")
        if not marker or (kind == "run" and marker.replace('"', "'").strip() == "extra == 'run'"):
            wanted.append(requirement.strip())
    if kind == "run":
        # later ones pull in a grammar that takes 1.1 s to build at every start
        return [*wanted, "jsonschema<4.25"]
    return wanted if kind == "none" else [*wanted, "ipykernel>=6.29"]


def _files() -> dict[str, Path]:
    package = Path(freezeout.__file__).parent
    return {
        f"freezeout/{path.relative_to(package).as_posix()}": path
        for path in sorted(package.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    }


@lru_cache(maxsize=4)
def _content(files: tuple[tuple[str, int, int], ...]) -> str:
    digest = hashlib.sha256(__version__.encode())
    package = Path(freezeout.__file__).parent
    for name, _, _ in files:
        path = Path(name)
        digest.update(f"\0{path.relative_to(package).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _write(path: Path, files: Mapping[str, bytes]) -> None:
    info = f"freezeout-{__version__}.dist-info"
    needs = "".join(f"Requires-Dist: {line}\n" for line in requirements("none"))
    about = f"Metadata-Version: 2.1\nName: freezeout\nVersion: {__version__}\n{needs}"
    kind = "Wheel-Version: 1.0\nGenerator: freezeout\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    content = {
        **files,
        f"{info}/METADATA": about.encode(),
        f"{info}/WHEEL": kind.encode(),
        f"{info}/entry_points.txt": b"[console_scripts]\nfreezeout = freezeout.cli:main\n",
    }
    record = "".join(f"{name},sha256={_digest(data)},{len(data)}\n" for name, data in content.items())
    content[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in content.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), data, zipfile.ZIP_DEFLATED)


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
