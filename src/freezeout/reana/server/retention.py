"""Files that a specification wants removed some days after its workflow has ended."""

from __future__ import annotations

import contextlib
import logging
import shutil
import time
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from freezeout.reana.server import words
from freezeout.reana.server.hands import workflow_log
from freezeout.reana.server.refusal import Refusal
from freezeout.reana.server.store import Store, Workflow
from freezeout.reana.server.workspace import Workspace

LOG_DAYS = 30
"""How long the logs of a deleted workflow are kept."""
_DAY = 86_400
_LOG = logging.getLogger(__name__)


def kept(specification: Mapping[str, Any], sections: tuple[str, ...]) -> Callable[[str], bool]:
    """What tells whether a path is one of the inputs or outputs of a specification."""
    files, folders = set[str](), set[str]()
    for name in sections:
        section = specification.get(name) or {}
        files |= {_plain(path) for path in section.get("files") or []}
        folders |= {_plain(path) for path in section.get("directories") or []}

    def is_kept(path: str) -> bool:
        return path in files or any(path == folder or path.startswith(f"{folder}/") for folder in folders)

    return is_kept


def _plain(path: str) -> str:
    return "/".join(name for name in path.split("/") if name not in ("", "."))


def remove_all_but(workspace: Workspace, pattern: str, is_kept: Callable[[str], bool]) -> int:
    """Remove what matches and is not kept, and the folders that are empty then; count the files."""
    count = 0
    for entry in list(workspace.matching(pattern, bottom_up=True)):
        if is_kept(entry.path):
            continue
        try:
            workspace.remove(entry.path)
        except (OSError, Refusal):  # a folder that is not empty, above all
            continue
        count += not entry.is_folder
    return count


def clear_old_logs(scratch: Path, deleted: Collection[str]) -> None:
    """Remove the logs of workflows that were deleted a month ago: until then the client can ask for them."""
    for workflow_id in deleted:
        folder = scratch / workflow_id
        log = workflow_log(folder)
        with contextlib.suppress(FileNotFoundError):
            written = (log if log.exists() else folder).stat().st_mtime
            if written < time.time() - LOG_DAYS * _DAY:
                shutil.rmtree(folder, ignore_errors=True)


class Retention:
    """The rules of all workflows.

    Parameters
    ----------
    store : Store
        Where they are.
    workspace : callable
        Gives the files of a workflow.
    """

    def __init__(self, store: Store, workspace: Callable[[Workflow], Workspace]) -> None:
        self._store, self._workspace = store, workspace

    def begin(self, workflow_id: str) -> None:
        """The workflow has ended: its rules count from now."""
        now = time.time()
        for rule in self._store.retention(workflow_id):
            if rule["status"] == "created":
                due = words.written(now + rule["days"] * _DAY)
                self._store.set_rule(rule["id"], "active", due)

    def due(self) -> list[tuple[dict[str, Any], Workflow]]:
        """The rules whose time has come, but for workspaces in which something works."""
        found = []
        for rule in self._store.rules_due(words.now()):
            workflow = self._store.get(rule["workflow"])
            at_work = self._store.of_workspace(workflow.workspace)
            if not any(one.status in ("running", "queued") for one in at_work):
                found.append((rule, workflow))
        return found

    def applied(self, rule: Mapping[str, Any]) -> None:
        """Remember that a rule has been applied."""
        self._store.set_rule(rule["id"], "applied", rule["due"])

    def apply(self, rule: Mapping[str, Any], workflow: Workflow, specification: Mapping[str, Any]) -> None:
        """Remove what a rule is about; inputs and outputs stay."""
        workspace = self._workspace(workflow)
        try:
            count = remove_all_but(workspace, rule["files"], kept(specification, ("inputs", "outputs")))
        except Refusal:
            return
        _LOG.info("removed %d files of %s, as its retention rule asks", count, workflow.full_name)
