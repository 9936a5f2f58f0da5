"""Environments whose packages only conda has."""

from __future__ import annotations

import json
import shlex
import shutil
from pathlib import Path
from typing import Any

from freezeout.environments import library, uv
from freezeout.environments.failures import failure
from freezeout.environments.folder import CONDA, Environment
from freezeout.environments.lock import normalised
from freezeout.errors import FreezeoutError
from freezeout.jobs import child
from freezeout.jobs.reporter import Reporter


def make(found: Environment, place: Path, reporter: Reporter) -> dict[str, Any]:
    """Build by micromamba, mamba or conda, whichever is there, and put Freezeout into it.

    Raises
    ------
    FreezeoutError
        When none is there, or it fails.
    """
    program = next((path for path in map(shutil.which, CONDA) if path), None)
    if program is None:
        obstacle = found.obstacle()
        assert obstacle is not None
        raise obstacle
    # a folder of its own: micromamba makes no environment in one that is there already
    prefix = place / "conda"
    what = f"installing the packages by {Path(program).name}"
    reporter.progress(0.05, what)
    env = uv.environ() | {"CONDA_ALWAYS_YES": "1", "MAMBA_ALWAYS_YES": "1", "MAMBA_NO_BANNER": "1"}
    words = command(program, prefix, found.lock_file)
    status, said = child.run(words, reporter.log, cwd=place, env=env)
    if status != 0:
        raise failure(what, said, status)
    python = prefix / "bin" / "python"
    if not python.exists():
        raise FreezeoutError(
            f"{found.lock_file} brings no Python", hint="add python to its dependencies", code="build_failed"
        )
    ours = library.install(prefix, python, reporter, (0.72, 0.78))
    packages = conda_packages(prefix)
    return {
        "version": place.name,
        "builder": "conda",
        "prefix": str(place),
        "python": str(python),
        "python_version": packages.get("python", ""),
        "packages": packages,
        "library_sha256": ours.sha256,
        "setup": str(_setup_file(place, prefix)),
    }


def command(program: str, prefix: Path, file: Path) -> list[str | Path]:
    """The command that makes an environment; only micromamba's ``create`` takes a file of this form."""
    create = ["create", "--yes"] if Path(program).name == "micromamba" else ["env", "create"]
    return [program, *create, "--prefix", prefix, "--file", file]


def conda_packages(prefix: Path) -> dict[str, str]:
    """Version of every package by name, as conda has written it down."""
    found = {}
    for path in sorted((prefix / "conda-meta").glob("*.json")):
        try:
            said = json.loads(path.read_text(encoding="utf-8"))
            found[normalised(said["name"])] = str(said["version"])
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return found


def _setup_file(place: Path, prefix: Path) -> Path:
    """What activation does: packages such as fermitools say in ``activate.d`` where their data are."""
    path, where = place / "setup.sh", shlex.quote(str(prefix))
    path.write_text(
        f"export CONDA_PREFIX={where}\n"
        f'export PATH={where}/bin:"$PATH"\n'
        f"for script in {where}/etc/conda/activate.d/*.sh; do\n"
        '  if [ -r "$script" ]; then . "$script"; fi\n'
        "done\n",
        encoding="utf-8",
    )
    return path
