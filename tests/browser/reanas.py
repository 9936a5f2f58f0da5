"""The panel of REANA as its user sees it, and what the tests give the server to do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from .lab import Lab, running_lab

LOAD_MS = 30_000

# far more than a workflow takes on a machine that does nothing else
RUN_MS = 150_000


@contextmanager
def lab_of(home: Path, place: Path, port: int, *shared: str) -> Iterator[Lab]:
    """A JupyterLab whose home shares some folders with another one."""
    own = place / "home"
    own.mkdir(parents=True)
    for name in shared:
        (own / name).symlink_to(home / name)
    with running_lab(place / "lab", port, FREEZEOUT_HOME=str(own)) as lab:
        yield lab


def panel(page: Page) -> Locator:
    """The panel."""
    return page.get_by_role("region", name="REANA", exact=True)


def open_panel(page: Page) -> None:
    """Bring the panel to the front."""
    page.get_by_role("tab", name="REANA", exact=True).click()
    expect(panel(page).get_by_role("button", name="Refresh REANA")).to_be_visible(timeout=LOAD_MS)


def row(page: Page, name: str) -> Locator:
    """A workflow's line; the first of those with a name that begins like this."""
    return panel(page).locator(
        ".freezeout-Reana-workflow", has=page.locator(f".freezeout-Tree-name[title^='{name}']")
    )


def unfold(page: Page, name: str, part: str = "Steps") -> Locator:
    """Unfold a workflow; what is in it."""
    line = row(page, name).locator(".freezeout-Reana-row")
    expect(line).to_be_visible(timeout=LOAD_MS)
    if line.get_attribute("aria-expanded") == "false":
        line.click()
    inside = row(page, name).locator(".freezeout-Reana-unfolded")
    inside.get_by_role("button", name=re.compile(f"^{part}")).click()
    return inside


def menu(page: Page, name: str, label: str) -> None:
    """Choose from the menu of a workflow."""
    row(page, name).locator(".freezeout-Reana-row").click(button="right", timeout=LOAD_MS)
    page.locator(".lm-Menu-item:visible", has_text=label).first.click()


def expect_status(page: Page, name: str, status: str) -> None:
    """The workflow comes to be in a state, as is seen when what somebody else began is asked for."""
    panel(page).get_by_role("button", name="Refresh REANA").click()
    expect(row(page, name)).to_have_attribute("data-status", status, timeout=RUN_MS)


def start(reana: Any, name: str, commands: Sequence[str], files: dict[str, Path] | None = None) -> str:
    """Start a workflow of one step; its name with the number of its run."""
    steps = [{"name": "first", "environment": "docker.io/library/python:3.10", "commands": list(commands)}]
    specification = {
        "version": "0.9.4",
        "inputs": {"files": sorted(files or {}), "parameters": {"mass": 50, "halo": "standard"}},
        "workflow": {"type": "serial", "specification": {"steps": steps}},
        "outputs": {"directories": ["results"]},
    }
    client = reana.client()
    made = client.create(specification, name)
    if files:
        client.upload(made.id, files)
    client.start(made.id)
    return str(made.full_name)
