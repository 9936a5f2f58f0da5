"""uv, which resolves and installs; what it says when it fails, in words for the user."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from freezeout.errors import FreezeoutError, MissingPackageError
from freezeout.jobs import child
from freezeout.jobs.reporter import Reporter
from freezeout.settings import home

_SAYS = {
    "checksum_mismatch": re.compile(r"hash mismatch|hash-checking|hashes? .*(mismatch|not match)", re.I),
    "disk_full": re.compile(
        r"no space left on device|os error 28\b|file too large|disk quota exceeded", re.I
    ),
    "package_missing": re.compile(
        r"not found in the (package registry|provided package locations)|no version of"
        r"|because .*was not found|no solution found|has no usable wheels|no `?requires",
        re.I,
    ),
    "network": re.compile(
        r"error sending request|connection (reset|refused|closed)|failed to fetch|dns error|timed? ?out"
        r"|error decoding response body|request failed|failed to (download|extract)|error trying to connect",
        re.I,
    ),
    "build_failed": re.compile(r"failed to build|build backend (failed|returned)", re.I),
}
_MEANS = {
    "checksum_mismatch": (
        "a package is not the one that the lock names: its checksum differs",
        "try again; if it stays so, the package index or the lock was tampered with or changed: "
        "make the lock anew with 'freezeout env lock'",
    ),
    "disk_full": ("the disk is full", "free some space, or move FREEZEOUT_HOME (and UV_CACHE_DIR) elsewhere"),
    "package_missing": (
        "a package of the lock cannot be had",
        "see the log for its name; is the package index reachable and complete?",
    ),
    "network": ("the network failed", "see that the package index is reachable, and build again"),
    "build_failed": ("a package that comes as source could not be compiled", "the log says which and why"),
}
_DOWNLOADS = re.compile(r"^\s*(Downloading|Downloaded) (\S+)(?: \(([\d.]+)([KMG]?i?B)\))?")
_UNITS = {"B": 1e-6, "KiB": 1e-3, "MiB": 1.05, "GiB": 1074.0}


def find() -> str:
    """The program.

    Raises
    ------
    MissingPackageError
        When it is not installed.
    """
    try:
        from uv import find_uv_bin

        return str(find_uv_bin())
    except (ImportError, FileNotFoundError) as error:
        found = shutil.which("uv")
        if found:
            return found
        missing = error if isinstance(error, ImportError) else ImportError(name="uv")
        raise MissingPackageError("building an environment", missing, "gateway") from error


def run(
    words: Sequence[str | Path], reporter: Reporter, *, what: str, cwd: Path, span: tuple[float, float]
) -> list[str]:
    """Run uv and return what it said.

    Parameters
    ----------
    words : sequence
        What follows ``uv``.
    reporter : Reporter
        Gets the lines, and the progress within `span` as far as uv tells.
    what : str
        What is being done, for progress and errors.
    cwd : Path
        A folder without a project's files.
    span : (float, float)
        The part of the whole work that this is.

    Raises
    ------
    FreezeoutError
        When uv fails; the message says what it means and quotes it.
    """
    downloads = _Downloads(reporter, what, span)
    reporter.progress(span[0], what)

    def say(line: str) -> None:
        reporter.log(line)
        downloads.hear(line)

    status, said = child.run([find(), *words], say, cwd=cwd, env=environ())
    if status != 0:
        raise failure(what, said)
    reporter.progress(span[1], what)
    return said


class _Downloads:
    """Progress from uv's lines about large files."""

    def __init__(self, reporter: Reporter, what: str, span: tuple[float, float]) -> None:
        self._reporter, self._what, self._span = reporter, what, span
        self._sizes: dict[str, float] = {}
        self._done = 0.0

    def hear(self, line: str) -> None:
        heard = _DOWNLOADS.match(line)
        if not heard:
            return
        verb, name, size, unit = heard.groups()
        if verb == "Downloading":
            self._sizes[name] = float(size or 0) * _UNITS.get(unit or "B", 1)
        else:
            self._done += self._sizes.get(name, 0)
        whole = sum(self._sizes.values())
        start, end = self._span
        part = self._done / whole if whole else 0
        message = f"{self._what}: {self._done:.0f} of {whole:.0f} MB of large files"
        self._reporter.progress(start + (end - start) * part, message)


def failure(what: str, said: Sequence[str]) -> FreezeoutError:
    """What it means that a program which installs has failed, by what it said."""
    lines = [line.strip(" ×╰─▶├│") for line in said]
    text = "\n".join(lines)
    code = next((code for code, pattern in _SAYS.items() if pattern.search(text)), "failed")
    quoted = _quote(lines, code)
    if code not in _MEANS:
        return FreezeoutError(f"{what} failed: {quoted}", hint="the log says more", code="build_failed")
    message, hint = _MEANS[code]
    return FreezeoutError(f"{what} failed: {message} ({quoted})", hint=hint, code=code)


def _quote(lines: Sequence[str], code: str) -> str:
    errors = [line for line in lines if line.lower().startswith(("error", "failed", "caused by"))]
    telling = [line for line in lines if code in _SAYS and _SAYS[code].search(line)]
    chosen = list(dict.fromkeys([*errors[:1], *telling[:1]])) or [line for line in lines if line][-1:]
    return "; ".join(line.removeprefix("error: ").rstrip(".:") for line in chosen)[:300] or "it said nothing"


def environ() -> dict[str, str]:
    """The environment of uv: the user's, without this interpreter's own virtual environment."""
    drop = ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "CONDA_PREFIX", "UV_PROJECT_ENVIRONMENT")
    env = {name: value for name, value in os.environ.items() if name not in drop}
    env |= {"UV_NO_PROGRESS": "1", "NO_COLOR": "1"}
    for name, value in _pip_settings().items():
        env.setdefault(name, value)
    if "UV_CACHE_DIR" not in env and not _one_disk(_default_cache(), home()):
        # hard links do not reach from one disk to another
        env["UV_CACHE_DIR"] = str(home() / "cache" / "uv")
    return env


def _pip_settings() -> dict[str, str]:
    """A site's package index and wheel folders that pip was told of, for uv."""
    found: dict[str, str] = {}
    files = [Path("/etc/pip.conf"), Path.home() / ".pip" / "pip.conf", _config_home() / "pip" / "pip.conf"]
    files += [Path(sys.prefix) / "pip.conf", Path(os.environ.get("PIP_CONFIG_FILE", os.devnull))]
    for path in files:
        parser = configparser.RawConfigParser()
        try:
            parser.read(path)
        except (OSError, configparser.Error, UnicodeDecodeError):
            continue
        for section in ("global", "install"):
            for key in ("find-links", "index-url"):
                if parser.has_option(section, key):
                    found[key] = parser.get(section, key)
    for key in ("find-links", "index-url"):
        found[key] = os.environ.get(f"PIP_{key.upper().replace('-', '_')}", found.get(key, ""))
    links = ",".join(found["find-links"].split())
    return {n: v for n, v in (("UV_FIND_LINKS", links), ("UV_DEFAULT_INDEX", found["index-url"])) if v}


def _config_home() -> Path:
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")


def _default_cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "uv"


def _one_disk(one: Path, other: Path) -> bool:
    return _disk(one) == _disk(other)


def _disk(path: Path) -> int:
    while not path.exists() and path != path.parent:
        path = path.parent
    return path.stat().st_dev
