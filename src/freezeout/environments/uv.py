"""uv, which resolves and installs."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

from freezeout.environments.failures import failure
from freezeout.errors import MissingPackageError
from freezeout.jobs import child
from freezeout.jobs.reporter import Reporter
from freezeout.settings import home

_DROPPED = {
    *("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "CONDA_PREFIX", "UV_PROJECT_ENVIRONMENT"),
    # the lock says what is installed, and that each hash is to be looked at
    *("UV_CONSTRAINT", "UV_OVERRIDE", "UV_EXCLUDE", "UV_EXCLUDE_NEWER", "UV_NO_VERIFY_HASHES"),
    *("UV_REQUIRE_HASHES", "UV_SYSTEM_PYTHON", "UV_PYTHON", "UV_WORKING_DIR", "UV_VENV_SEED"),
}
_KEYS = re.compile(r"(JPY|JUPYTER|JUPYTERHUB)\w*TOKEN")
_INDEX = (
    "UV_DEFAULT_INDEX",
    "UV_INDEX_URL",
    "UV_INDEX",
    "UV_EXTRA_INDEX_URL",
    "UV_NO_INDEX",
    "UV_FIND_LINKS",
)
_PIP = {
    "index-url": ("UV_DEFAULT_INDEX", " "),
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
    "no-index": ("UV_NO_INDEX", " "),
    "trusted-host": ("UV_INSECURE_HOST", " "),
    "cert": ("SSL_CERT_FILE", " "),
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
        raise failure(what, said, status)
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


def environ() -> dict[str, str]:
    """The environment of uv and of what it starts.

    It is the user's, without this interpreter's own virtual environment, without keys to Jupyter's
    servers, and without settings that would install something else than the lock says.
    """
    env = {name: value for name, value in os.environ.items() if name not in _DROPPED}
    env = {name: value for name, value in env.items() if not _KEYS.fullmatch(name)}
    env |= {"UV_NO_PROGRESS": "1", "NO_COLOR": "1"}
    settings = _own_settings()
    if not any(name in env for name in _INDEX) and not settings & {"index", "index-url", "default-index"}:
        env |= {name: value for name, value in _pip_settings().items() if name not in env}
    if "UV_CACHE_DIR" not in env and "cache-dir" not in settings and not _one_disk(_default_cache(), home()):
        # hard links do not reach from one disk to another
        env["UV_CACHE_DIR"] = str(home() / "cache" / "uv")
    return env


def _own_settings() -> set[str]:
    """Names of what the user or the site has set in files of uv's own: they go before pip's."""
    found: set[str] = set()
    files = [_config_home() / "uv" / "uv.toml", Path("/etc/uv/uv.toml")]
    if os.environ.get("UV_CONFIG_FILE"):
        files = [Path(os.environ["UV_CONFIG_FILE"])]
    for path in files:
        try:
            said = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue  # uv itself says what is wrong with it
        found |= {*said, *said.get("pip", {})}
    return found


def _pip_settings() -> dict[str, str]:
    """A site's package index and wheel folders that pip was told of, for uv."""
    said = _pip_files()
    for key in _PIP:
        value = os.environ.get(f"PIP_{key.upper().replace('-', '_')}")
        if value:
            said[key] = value
    found = {}
    for key, (name, separator) in _PIP.items():
        words = said.get(key, "").split()
        if words:
            found[name] = separator.join(words)
    if found.get("UV_NO_INDEX", "").lower() in ("0", "no", "false", "off"):
        del found["UV_NO_INDEX"]
    if "UV_INDEX" in found:
        # as pip does; what is installed is known by its hash wherever it comes from
        found["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return found


def _pip_files() -> dict[str, str]:
    found: dict[str, str] = {}
    files = [Path("/etc/pip.conf"), Path.home() / ".pip" / "pip.conf", _config_home() / "pip" / "pip.conf"]
    files += [Path(sys.prefix) / "pip.conf", Path(os.environ.get("PIP_CONFIG_FILE", os.devnull))]
    for path in files:
        parser = configparser.RawConfigParser()
        try:
            parser.read(path, encoding="utf-8")
        except (OSError, configparser.Error, UnicodeDecodeError):
            continue
        for section in ("global", "install"):
            for key in _PIP:
                if parser.has_option(section, key):
                    found[key] = parser.get(section, key)
    return found


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
