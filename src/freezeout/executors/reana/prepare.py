"""Make this step's interpreter the environment that the workflow was made for, then do the step in it.

This file is carried into the workspace and needs nothing but Python itself. When the interpreter is that
environment already, nothing is installed; else the locked packages, each checked by its hash, are
installed into the workspace, once for all steps. The step that fetches data may have an environment apart.

    python3 freezeout/prepare.py environment
    python3 freezeout/prepare.py fetch|run|point|gather|notebook …
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
MADE = HERE / "environment"
LIBRARY = HERE / "library"
RECIPE = Path("share") / "freezeout-recipe"


def main(words: list[str]) -> int:
    """Prepare, and go on as the step itself."""
    said = json.loads((HERE / "submission.json").read_text(encoding="utf-8"))
    wanted = said["environment"] if words[:1] != ["fetch"] else said.get("lake", said["environment"])
    lock = HERE / "environments" / wanted["name"] / "requirements.txt"
    if hashlib.sha256(lock.read_bytes()).hexdigest() != wanted["lock_sha256"]:
        return fail(f"{lock} is not the lock that this workflow was made with")
    with only_one():
        python = find(wanted, lock) or make(wanted, lock)
        unpack(said["library"])
    if python is None:
        return 1
    if words == ["environment"]:
        return 0
    command = [str(python), "-P", "-m", "freezeout.executors.reana.step", *words]
    with tempfile.TemporaryDirectory(prefix="freezeout-") as own:
        return subprocess.call(command, env=surroundings(wanted, own), cwd=HERE.parent)


def find(wanted: dict[str, Any], lock: Path) -> Path | None:
    """The interpreter that is the environment already, or None."""
    told = os.environ.get("FREEZEOUT_ENVIRONMENT"), os.environ.get("FREEZEOUT_ENVIRONMENT_LOCK")
    recipe = Path(sys.prefix) / RECIPE / "requirements.txt"
    built_from = hashlib.sha256(recipe.read_bytes()).hexdigest() if recipe.is_file() else ""
    is_told = told == (wanted["name"], wanted["lock_sha256"]) or built_from == wanted["lock_sha256"]
    if is_told or holds(lock):
        say(f"this interpreter is the environment '{wanted['name']}': nothing to install")
        return Path(sys.executable)
    # only bytes are fetched, and their checksums do not depend on what fetches them
    modules = wanted.get("suffices", [])
    if modules and all(importlib.util.find_spec(name) for name in modules):
        say(f"this interpreter has {', '.join(modules)}: nothing to install")
        return Path(sys.executable)
    venv = MADE / str(wanted["name"])
    marker = venv / "lock.sha256"
    if marker.is_file() and marker.read_text() == wanted["lock_sha256"]:
        return venv / "bin" / "python"
    return None


def holds(lock: Path) -> bool:
    """Whether every package that the lock wants everywhere is installed in its version."""
    pins = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)( *;)?", lock.read_text("utf-8"), re.M)
    there = {spelt(one.metadata["Name"] or ""): one.version for one in metadata.distributions()}
    return all(marker or there.get(spelt(name)) == version for name, version, marker in pins)


def spelt(name: str) -> str:
    """The one spelling of a package's name."""
    return re.sub(r"[-_.]+", "-", name).lower()


def make(wanted: dict[str, Any], lock: Path) -> Path | None:
    """A virtual environment of the locked packages, in the workspace."""
    here = ".".join(map(str, sys.version_info[:2]))
    if here != wanted["python"]:
        fail(f"this image has Python {here}; '{wanted['name']}' was locked for {wanted['python']}")
        return None
    begun = time.monotonic()
    say(f"installing the environment '{wanted['name']}' from its lock, every package checked by its hash")
    venv = MADE / str(wanted["name"])
    shutil.rmtree(venv, ignore_errors=True)
    subprocess.check_call([sys.executable, "-m", "venv", "--without-pip", str(venv)])
    python = venv / "bin" / "python"
    done = subprocess.call(
        [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps",
         "--require-hashes", "--no-cache-dir", "--disable-pip-version-check", "--no-warn-script-location",
         "--requirement", str(lock)]
    )  # fmt: skip
    if done != 0:
        fail("the locked packages could not be installed: see above; is there network in this step?")
        return None
    kept = venv / RECIPE
    kept.mkdir(parents=True)
    for path in lock.parent.iterdir():
        shutil.copyfile(path, kept / path.name)
    (venv / "lock.sha256").write_text(wanted["lock_sha256"])
    say(f"the environment is there after {time.monotonic() - begun:.0f} s")
    return python


def unpack(library: dict[str, Any]) -> None:
    """Freezeout itself, as it was when the workflow was made."""
    if LIBRARY.is_dir():
        return
    fresh = LIBRARY.with_name("library.new")
    shutil.rmtree(fresh, ignore_errors=True)
    with zipfile.ZipFile(HERE / library["wheel"]) as archive:
        archive.extractall(fresh)
    fresh.rename(LIBRARY)


def surroundings(wanted: dict[str, Any], own: str) -> dict[str, str]:
    """The variables of the step: nothing of this machine's user gets in."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("FREEZEOUT_", "PYTHON"))}
    return {
        **env,
        "FREEZEOUT_HOME": str(HERE / "home"),
        "FREEZEOUT_EXPERIMENTS_PATH": str(HERE / "experiments"),
        "FREEZEOUT_ENVIRONMENTS_PATH": str(HERE / "environments"),
        "FREEZEOUT_ENVIRONMENT": wanted["name"],
        "FREEZEOUT_LAKE_MANIFEST": str(HERE / "lake.json"),
        "PYTHONPATH": str(LIBRARY),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONNOUSERSITE": "1",
        "PYTHONUNBUFFERED": "1",
        "XDG_CONFIG_HOME": own,
        "IPYTHONDIR": own,
        "MPLCONFIGDIR": own,
        "JUPYTER_CONFIG_DIR": own,
        "JUPYTER_DATA_DIR": own,
        "JUPYTER_RUNTIME_DIR": own,
    }


@contextlib.contextmanager
def only_one() -> Iterator[None]:
    """One step at a time prepares; the others find what it has made."""
    with open(HERE / ".prepare.lock", "w") as handle:
        with contextlib.suppress(OSError):  # some file systems have no locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def say(line: str) -> None:
    """For the log of the step."""
    sys.stdout.write(f"freezeout: {line}\n")
    sys.stdout.flush()


def fail(line: str) -> int:
    """Say why, and be 1."""
    sys.stderr.write(f"freezeout: {line}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
