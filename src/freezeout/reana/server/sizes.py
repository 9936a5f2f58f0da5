"""How much workspaces take, counted anew only now and then: lists are asked for every second or two."""

from __future__ import annotations

import time
from dataclasses import dataclass

from freezeout.reana.server.workspace import Workspace

_LEAST_AGE = 2.0
_SHARE = 20  # counting takes at most this part of the time


@dataclass(frozen=True)
class _Counted:
    size: int
    until: float


class Sizes:
    """The sizes of workspaces, by their names. Its method takes its time: it belongs into a thread."""

    def __init__(self) -> None:
        self._known: dict[str, _Counted] = {}

    def of(self, workspace: Workspace) -> int:
        """Bytes in all files of a workspace, as of a moment ago."""
        known, began = self._known.get(workspace.root.name), time.monotonic()
        if known is not None and began < known.until:
            return known.size
        size = workspace.size()
        ended = time.monotonic()
        until = ended + max(_LEAST_AGE, _SHARE * (ended - began))
        self._known[workspace.root.name] = _Counted(size, until)
        return size
