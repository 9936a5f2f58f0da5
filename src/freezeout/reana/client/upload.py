"""Files to a workspace: which of a folder, checked before any is sent."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from freezeout.errors import InputError
from freezeout.files import disk_errors
from freezeout.jobs.reporter import Reporter
from freezeout.reana.client.asker import Asker
from freezeout.reana.client.paths import inside

_SECONDS = 300.0


def upload(asker: Asker, workflow: str, files: Mapping[str, Path], report: Reporter) -> None:
    """Take files to a workspace, several at once.

    Raises
    ------
    InputError
        When one cannot be read, or its path leads out of the workspace; nothing is sent then.
    """
    wanted = [{"path": inside(path), "source": str(_readable(source))} for path, source in files.items()]
    if not wanted:
        return
    total = sum(Path(one["source"]).stat().st_size for one in wanted) or 1
    done = 0

    def hear(said: dict[str, Any]) -> None:
        nonlocal done
        done += "file" in said
        moved = said.get("moved")
        report.progress(
            done / len(wanted) if moved is None else min(moved / total, 1.0),
            f"uploading: {done} of {len(wanted)} files",
        )

    asker.ask("send", workflow=workflow, files=wanted, report=hear, seconds=_SECONDS)


def _readable(path: Path) -> Path:
    path = Path(path).absolute()
    with disk_errors(path):
        if not path.is_file():
            raise InputError(f"{path} is no file", code="path_unusable")
        path.open("rb").close()
    return path
