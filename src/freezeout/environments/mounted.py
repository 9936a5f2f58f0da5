"""A mounted environment put to use: tried, and Freezeout laid beside it."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

from freezeout.environments import library, uv
from freezeout.environments.folder import Environment
from freezeout.environments.kernels import within
from freezeout.environments.lock import normalised
from freezeout.errors import FreezeoutError
from freezeout.jobs import child
from freezeout.jobs.reporter import Reporter

_PATIENCE = 600.0
_LEAST = (3, 11)
_NEEDED = ("ipykernel", "numpy", "scipy", "yaml", "platformdirs")
_WHICH = 'command -v python3 || command -v python || echo "no python"'
_TELL = f"""
import importlib.util, sys
from importlib import metadata
print("freezeout: python", ".".join(map(str, sys.version_info[:3])))
for name in {_NEEDED!r}:
    if importlib.util.find_spec(name) is None:
        print("freezeout: missing", name)
for one in metadata.distributions():
    if one.metadata["Name"]:
        print("freezeout: package", one.metadata["Name"], one.version)
"""


def make(found: Environment, place: Path, reporter: Reporter) -> dict[str, Any]:
    """See that a mounted environment starts a kernel, and put Freezeout beside it.

    Raises
    ------
    FreezeoutError
        When its Python does not start or lacks what a kernel needs.
    """
    view = Path(found.description["setup"])
    setup = _setup_file(place, view)
    reporter.progress(0.1, "reading its setup.sh")
    python = Path(_run(found, setup, ["bash", "-c", _WHICH], place, reporter)[-1])
    if not python.is_absolute():
        raise _unusable(found, f"after {view} there is no python")
    reporter.progress(0.3, "starting its Python")
    said = _run(found, setup, [python, "-c", _TELL], place, reporter)
    told = [line.split()[1:] for line in said if line.startswith("freezeout: ")]
    version = next((words[1] for words in told if words[0] == "python"), None)
    if version is None:
        raise _unusable(found, f"its {python} says nothing")
    if tuple(map(int, version.split(".")[:2])) < _LEAST:
        raise _unusable(found, f"it has Python {version}, and Freezeout needs {'.'.join(map(str, _LEAST))}")
    missing = [words[1] for words in told if words[0] == "missing"]
    if missing:
        raise _unusable(found, f"it has no {', no '.join(missing)}")
    reporter.progress(0.6, "laying Freezeout beside it")
    ours = library.unpack(place / "lib")
    return {
        "version": place.name,
        "builder": "cvmfs",
        "prefix": str(place),
        "python": str(python),
        "python_version": version,
        "packages": {normalised(words[1]): words[2] for words in told if words[0] == "package"},
        "library_sha256": ours.sha256,
        "setup": str(setup),
    }


def _setup_file(place: Path, setup: Path) -> Path:
    """The file that a kernel's shell reads: the view's own, and Freezeout after what it brings."""
    path, ours = place / "setup.sh", shlex.quote(str(place / "lib"))
    path.write_text(
        f'. {shlex.quote(str(setup))}\nexport PYTHONPATH="${{PYTHONPATH:+$PYTHONPATH:}}"{ours}\n',
        encoding="utf-8",
    )
    return path


def _run(
    found: Environment, setup: Path, words: list[str | Path], place: Path, reporter: Reporter
) -> list[str]:
    status, said = child.run(
        within(setup, words), reporter.log, cwd=place, env=uv.environ(), seconds=_PATIENCE
    )
    if status != 0 or not said:
        last = next((line for line in reversed(said) if line.strip()), "it said nothing")
        raise _unusable(found, last)
    return said


def _unusable(found: Environment, why: str) -> FreezeoutError:
    return FreezeoutError(
        f"'{found.name}' does not start a kernel: {why}",
        hint="take another release, or an environment that Freezeout builds itself",
        code="environment_unavailable",
    )
