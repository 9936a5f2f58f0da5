"""A JupyterLab of its own, as a subprocess with nothing of the user's."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Error, Page, expect

# rucio-jupyterlab's style sheet asks for it; without it its icons are words
RUCIOS_FONT = "https://fonts.googleapis.com/icon?family=Material+Icons"


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab."""

    url: str
    token: str
    root: Path

    def ask(self, path: str, method: str = "GET") -> Any:
        """Ask Jupyter's REST API; None when it says nothing."""
        request = urllib.request.Request(
            f"{self.url}{path}", method=method, headers={"Authorization": f"token {self.token}"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read() or "null")

    def open(self, page: Page) -> None:
        """Open Lab with an empty workspace and wait for its launcher."""
        page.goto(f"{self.url}lab/workspaces/{secrets.token_hex(4)}?reset&token={self.token}")
        expect(page.locator(".jp-Launcher")).to_be_visible(timeout=60_000)


@contextmanager
def running_lab(place: Path, port: int, **env: str) -> Iterator[Lab]:
    """Start JupyterLab with all of its folders below `place`; end it by its process id."""
    root, settings = place / "root", place / "settings"
    root.mkdir(parents=True)
    for name, content in {
        "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
        "docmanager-extension/plugin": {"autosave": False},
    }.items():
        file = settings / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(content))
    token = secrets.token_hex(16)
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}", "--ServerApp.port_retries=0", f"--ServerApp.root_dir={root}",
        "--LabApp.news_url=None",
    ]  # fmt: skip
    if os.geteuid() == 0:
        command.append("--allow-root")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("FREEZEOUT_", "JUPYTER"))}
    folders = {
        "FREEZEOUT_HOME": "home",
        "IPYTHONDIR": "ipython",
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    }
    own = {name: str(place / folder) for name, folder in folders.items()}
    with (place / "log").open("w", encoding="utf-8") as log:
        server = subprocess.Popen(
            command, env={**kept, **own, "JUPYTER_TOKEN": token, **env}, stdout=log, stderr=log
        )
        lab = Lab(f"http://127.0.0.1:{port}/", token, root)
        try:
            _wait(lab, server, place / "log")
            yield lab
        finally:
            server.terminate()
            server.wait(30)


def run_command(page: Page, words: str) -> None:
    """Find a command in the palette and press Enter."""
    box = page.locator(".lm-CommandPalette-input")
    for _ in range(3):
        # it closes by itself when a notebook that has just come takes the focus
        page.keyboard.press("Control+Shift+C")
        with contextlib.suppress(Error):
            box.fill(words, timeout=3000)
            break
    expect(page.locator(".lm-CommandPalette-item.lm-mod-active")).to_contain_text(words)
    page.keyboard.press("Enter")


def hide(page: Page, hidden: bool) -> None:
    """Hide the page as a browser does when another tab is looked at, or show it again."""
    page.evaluate(
        """hidden => {
            Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
            document.dispatchEvent(new Event('visibilitychange'));
        }""",
        hidden,
    )


def _wait(lab: Lab, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        try:
            lab.ask("api/status")
            return
        except OSError:
            assert server.poll() is None, log.read_text(encoding="utf-8")
            time.sleep(0.1)
    pytest.fail(f"JupyterLab does not answer: {log.read_text(encoding='utf-8')[-2000:]}")
