"""The panel of the data lake as its user sees it, and what the tests put into the lake."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, Response, expect

from .lab import Lab, running_lab

LOAD_MS = 30_000
RULE_MS = 90_000


@contextmanager
def lab_of(home: Path, place: Path, port: int) -> Iterator[Lab]:
    """A JupyterLab whose lake is that of a home."""
    own = place / "home"
    own.mkdir(parents=True)
    for name in ("lake", "environments"):
        (own / name).symlink_to(home / name)
    with running_lab(place / "lab", port, FREEZEOUT_HOME=str(own)) as lab:
        yield lab


def open_panel(lab: Lab, page: Page) -> None:
    """Open Lab with the panel in front."""
    lab.open(page)
    page.get_by_role("tab", name="Data lake", exact=True).click()
    expect(tree(page)).to_be_visible(timeout=LOAD_MS)
    expect(row(page, "freezeout")).to_be_visible(timeout=LOAD_MS)


def panel(page: Page) -> Locator:
    """The panel."""
    return page.get_by_role("region", name="Data lake", exact=True)


def tree(page: Page) -> Locator:
    """Its tree."""
    return panel(page).get_by_role("tree")


def row(page: Page, name: str) -> Locator:
    """The first line with this name."""
    return (
        tree(page)
        .locator("[role=treeitem]")
        .filter(has=page.locator(f"[title='{name}'], [title$=':{name}']"))
        .first
    )


def details(page: Page) -> Locator:
    """What is known of the selected one."""
    return panel(page).locator(".freezeout-Lake-details")


def unfold(page: Page, name: str) -> None:
    """Unfold a line, unless it is."""
    expect(row(page, name)).to_be_visible(timeout=LOAD_MS)
    if row(page, name).get_attribute("aria-expanded") == "false":
        row(page, name).locator(".freezeout-Tree-caret").click()
    expect(row(page, name)).to_have_attribute("aria-expanded", "true")


def choose(page: Page, name: str) -> Locator:
    """Select a line; its details."""
    row(page, name).click(timeout=LOAD_MS)
    about = details(page).locator(f"[data-did$=':{name}']")
    expect(about).to_contain_text("Owner", timeout=LOAD_MS)
    return about


def search(page: Page, text: str) -> None:
    """Search for something."""
    box = panel(page).get_by_role("searchbox", name="Search the data lake")
    box.fill(text)
    box.press("Enter")


def press(page: Page, label: str) -> None:
    """Press a button of the details."""
    details(page).get_by_role("button", name=label, exact=True).click()


def menu(page: Page, name: str, label: str) -> None:
    """Choose from the menu of a line."""
    row(page, name).click(button="right")
    page.locator(".lm-Menu-item:visible", has_text=label).first.click()


def is_saved(answer: Response, word: str) -> bool:
    """Whether Lab has kept the state of the page, with a word in it."""
    asked = answer.request
    return "/api/workspaces/" in asked.url and asked.method == "PUT" and word in (asked.post_data or "")


def make_dataset(lake: Any, name: str, files: Sequence[str], metadata: dict[str, Any] | None = None) -> None:
    """A dataset of the user's with files of which only the names are true."""
    user, scope = lake.connection, lake.scope
    lake.call("POST", f"/dids/{scope}/{name}", {"type": "DATASET"}, user)
    for first in range(0, len(files), 1000):
        part = [
            {"scope": scope, "name": file, "bytes": 1000, "adler32": "00000001"}
            for file in files[first : first + 1000]
        ]
        lake.call("POST", "/replicas", {"rse": "HERE", "files": part, "ignore_availability": True}, user)
        dids = [{"scope": scope, "name": one["name"]} for one in part]
        lake.call("POST", f"/dids/{scope}/{name}/dids", {"dids": dids}, user)
    for key, value in (metadata or {}).items():
        lake.call("POST", f"/dids/{scope}/{name}/meta/{key}", {"value": value}, user)


def write(folder: Path, name: str, text: str) -> Path:
    """A file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text)
    return path


def new_notebook(lab: Lab, page: Page, name: str) -> None:
    """Open an empty notebook and wait for its kernel."""
    cell = {"cell_type": "code", "source": "", "metadata": {}, "outputs": [], "execution_count": None}
    empty = {
        "cells": [{**cell, "id": "a"}],
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        "nbformat": 4, "nbformat_minor": 5,
    }  # fmt: skip
    (lab.root / name).write_text(json.dumps(empty))
    page.evaluate(
        "path => window.jupyterapp.commands.execute('docmanager:open', { path })", name
    ) if page.evaluate("'jupyterapp' in window") else _open_by_hand(page, name)
    # an indicator that says idle is drawn before there is a kernel
    end = time.monotonic() + 60
    while not _has_kernel(lab, name):
        assert time.monotonic() < end, f"{name} gets no kernel"
        page.wait_for_timeout(200)
    front = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
    expect(front.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]")).to_be_visible(timeout=60_000)
    expect(
        page.locator(".jp-StatusBar-GroupItem, .jp-StatusBar-TextItem").get_by_text("| Idle")
    ).to_be_visible(timeout=60_000)


def _has_kernel(lab: Lab, name: str) -> bool:
    kernels = [one["kernel"] for one in lab.ask("api/sessions") if one["path"].endswith(name)]
    return any(one["execution_state"] == "idle" and one["connections"] > 0 for one in kernels)


def _open_by_hand(page: Page, name: str) -> None:
    page.get_by_role("tab", name="File Browser").click()
    page.locator(".jp-DirListing-item", has_text=name).dblclick(timeout=LOAD_MS)
    page.get_by_role("tab", name="Data lake", exact=True).click()


def clean(path: Path) -> None:
    """Take a folder away."""
    shutil.rmtree(path, ignore_errors=True)
