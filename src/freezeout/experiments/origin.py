"""Where an experiment's code comes from: its commit, known from git or from who carried it elsewhere."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from freezeout.experiments.folder import Experiment


def commit_of(found: Experiment) -> dict[str, object] | None:
    """The commit of the experiment's folder and whether it was changed since, when that is known."""
    carried = _note(found.folder)
    if carried.is_file():
        return _carried(found, carried)
    try:
        head = _git(found.folder, "rev-parse", "HEAD").strip()
        changed = _git(found.folder, "status", "--porcelain", "--", ".").strip()
        return {"commit": head, "modified": bool(changed)}
    except (OSError, subprocess.SubprocessError):
        return None


def note_of(found: Experiment) -> tuple[str, bytes]:
    """What goes beside the folder when it is carried to where git does not know it: name and content."""
    said = {"code": commit_of(found), "hashes": found.hashes()}
    return _note(found.folder).name, json.dumps(said, indent=1).encode()


def _note(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.origin.json")


def _carried(found: Experiment, note: Path) -> dict[str, object] | None:
    try:
        said = json.loads(note.read_text(encoding="utf-8"))
        code: dict[str, object] | None = said["code"] if said["hashes"] == found.hashes() else None
        return code
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, timeout=10, check=True)
    return done.stdout
