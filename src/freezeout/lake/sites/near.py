"""What Freezeout's settings say of a lake: of every one that is configured, what storage is near."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from freezeout.lake.sites import checking
from freezeout.settings import LAKE, settings, user_path

STORAGE = ("lake_here", "lake_mount", "lake_begins_at", "lake_scope")
"""Settings that hold for the lake of a rucio.cfg, too."""


def lake_settings() -> dict[str, str]:
    """The settings of a lake by name; those that are not set are empty."""
    found = settings()
    return {name: found[name].value for name in LAKE}


def storage(values: Mapping[str, str], account: str) -> dict[str, Any]:
    """The part of a connection that says what is near."""
    return {
        "here": values["lake_here"], "mount": path_given(values["lake_mount"]),
        "begins_at": checking.count(values["lake_begins_at"]),
        "scope": values["lake_scope"] or (f"user.{account}" if account else ""),
    }  # fmt: skip


def path_given(text: str) -> Path | None:
    """The file or folder that a setting names."""
    return user_path(text) if text else None
