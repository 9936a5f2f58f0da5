"""Where a step can do no harm: bubblewrap, where it is there and the system permits it.

Inside, the workspace can be written and everything else only be read; the homes of users, what Freezeout
keeps and the temporary files of others are not there at all; no process is seen but one's own. Without
bubblewrap a step is a plain process of the user's, and the log of the workflow says so.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

import platformdirs

import freezeout
from freezeout.environments.installation import Installation
from freezeout.settings import config_file, environments_path, experiments_path, home, shared_folder

WRAPPERS = 2
"""bubblewrap's own processes, which come before the step's."""
_PROBE_SECONDS = 20.0
_SHARED_MEMORY = 1 << 30
_NEVER_HIDDEN = {Path(path) for path in ("/", "/usr", "/etc", "/opt", "/var", "/bin", "/lib", "/srv")}
_ETC = Path("/etc")
_RESOLVER = Path("/etc/resolv.conf")


def enclosed(
    words: Sequence[str],
    *,
    workspace: Path,
    private: Path,
    readable: Iterable[Path] = (),
    network: bool = True,
    shared_memory: int = _SHARED_MEMORY,
    placed: Mapping[Path, Path] | None = None,
) -> list[str]:
    """A command, put into a sandbox.

    Parameters
    ----------
    words : sequence of str
        The command.
    workspace : Path
        What it may write.
    private : Path
        A folder with ``home`` and ``tmp``, which become its home and its ``/tmp``.
    readable : iterable of Path
        What it needs of what is otherwise hidden.
    network : bool
        Whether it reaches the network.
    shared_memory : int
        Bytes of ``/dev/shm``.
    placed : mapping of Path to Path, optional
        Folders that it finds below ``/etc``, and where they really are.
    """
    options: list[str | Path] = [
        "--die-with-parent", "--new-session", "--unshare-pid", "--unshare-ipc", "--cap-drop", "ALL",
        "--ro-bind", "/", "/", "--dev", "/dev", "--size", str(shared_memory), "--tmpfs", "/dev/shm",
        "--proc", "/proc",
    ]  # fmt: skip
    if not network:
        options.append("--unshare-net")
    for folder in _hidden(workspace):
        options += ["--tmpfs", folder]
    options += ["--bind", private / "tmp", "/tmp"]
    options += _placed(placed or {})
    resolver = _RESOLVER.resolve()
    shown = [(path, "--ro-bind") for path in {*readable, *([resolver] if resolver != _RESOLVER else [])}]
    shown += [(workspace, "--bind"), (private / "home", "--bind")]
    # what is above first: the other way round it would cover what is below
    for path, how in sorted(shown, key=lambda one: len(one[0].parts)):
        if path.exists():
            options += [how, path, path]
    return ["bwrap", *map(str, options), "--", *words]


def _placed(folders: Mapping[Path, Path]) -> list[str | Path]:
    """An ``/etc`` of its own, with what is in the system's, and more."""
    if not folders:
        return []
    options: list[str | Path] = ["--tmpfs", _ETC]
    for entry in sorted(os.scandir(_ETC), key=lambda one: one.name):
        if entry.is_symlink():
            options += ["--symlink", os.readlink(entry.path), entry.path]
        elif entry.is_dir() or entry.is_file():
            options += ["--ro-bind", entry.path, entry.path]
    for place, folder in folders.items():
        options += ["--ro-bind", folder, place]
    return [*options, "--remount-ro", _ETC]


def _hidden(workspace: Path) -> list[Path]:
    """Folders that are not to be seen: of users, of Freezeout, of programs that run; the upper ones first."""
    dirs = platformdirs
    asked = {
        *map(Path, ("/home", "/root", "/run", "/var/tmp", "/tmp")),
        *(Path.home(), home(), config_file().parent, workspace.parent),
        *map(Path, (dirs.user_data_dir(), dirs.user_config_dir(), dirs.user_cache_dir())),
        *(Path(os.environ[name]) for name in os.environ if re.fullmatch("JUPYTER_.*_DIR", name)),
    }
    found = {path.resolve() for path in asked if path.is_absolute() and path.is_dir()} - _NEVER_HIDDEN
    return sorted(found, key=lambda path: len(path.parts))


def needed(built: Installation) -> set[Path]:
    """What is read of an environment: itself, its interpreter; of the gateway Freezeout's folders, too."""
    base = Path(os.path.realpath(built.python)).parents[1]
    found = {built.prefix, built.python.parents[1], base}
    if built.data["builder"] == "gateway":
        found |= {Path(sys.prefix), Path(sys.base_prefix), Path(freezeout.__file__).parents[1]}
        found |= {shared_folder("notebooks"), shared_folder("environments")}
    own = {path for path in (*experiments_path(), *environments_path()) if path.is_dir()}
    return {path for path in found | own if path not in _NEVER_HIDDEN}


@cache
def obstacle() -> str:
    """Why there is no sandbox on this machine; empty when there is one."""
    if sys.platform != "linux":
        return "bubblewrap is for Linux only"
    if shutil.which("bwrap") is None:
        return "bubblewrap is not installed (on Debian: apt-get install bubblewrap)"
    with tempfile.TemporaryDirectory(prefix="freezeout-") as folder:
        private = Path(folder).resolve()
        for name in ("home", "tmp", "workspace"):
            (private / name).mkdir()
        words = enclosed(["true"], workspace=private / "workspace", private=private)
        try:
            done = subprocess.run(words, capture_output=True, text=True, timeout=_PROBE_SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"bubblewrap does not start: {error}"
    said = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
    return "" if done.returncode == 0 else f"bubblewrap cannot make one here: {said[-1]}"


def note(network: bool) -> str:
    """What the log of a workflow says of where its steps run."""
    why = obstacle()
    if why:
        return f"steps run as plain processes with the rights of this user, without a sandbox: {why}"
    return "steps run in a sandbox: they write their workspace only" + (
        "" if network else ", without network"
    )
