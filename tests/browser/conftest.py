"""A real browser, and what the tests in it share."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Playwright, Request, sync_playwright

from ..conftest import Lake, link_rucio_server, running_lake

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_MACOS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)


def _installed() -> str | None:
    """A browser that is there already: ``$CHROMIUM``, then one on the path."""
    given = os.environ.get("CHROMIUM")
    if given:
        if not os.access(given, os.X_OK):
            pytest.fail(f"CHROMIUM is {given}, where there is no program to run")
        return given
    found = [path for name in _NAMES if (path := shutil.which(name))]
    return (found + [path for path in _MACOS if os.access(path, os.X_OK)] or [None])[0]


def _own(playwright: Playwright) -> str | None:
    """Playwright's own Chromium, when it has been downloaded."""
    path = playwright.chromium.executable_path
    return path if path and Path(path).exists() else None


def _runs(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=600, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def find_browser(playwright: Playwright) -> str:
    """Path of a Chromium or Chrome; one is installed when there is none."""
    found = _installed() or _own(playwright)
    if found:
        return found
    _runs(sys.executable, "-m", "playwright", "install", "chromium")
    found = _own(playwright)
    if not found and shutil.which("apt-get") and os.geteuid() == 0:
        _runs("apt-get", "update")
        _runs("apt-get", "install", "-y", "--no-install-recommends", "chromium")
        found = _installed()
    if not found:
        pytest.fail(
            "no browser: install Chromium or Chrome, or set CHROMIUM to the path of one "
            "('playwright install chromium' and apt were tried)"
        )
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium for the whole session."""
    with sync_playwright() as playwright:
        instance = playwright.chromium.launch(executable_path=find_browser(playwright), args=FLAGS)
        yield instance
        instance.close()


def is_loopback(url: str) -> bool:
    """Whether a request for this address stays on this machine."""
    parts = urlsplit(url)
    return parts.scheme in ("data", "blob", "about", "file") or parts.hostname in (
        "127.0.0.1",
        "localhost",
        "::1",
    )


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that blocks every request which would leave this machine and lists it in `page.foreign`."""
    context = browser.new_context(accept_downloads=True, viewport={"width": 1400, "height": 1000})
    page = context.new_page()
    page.foreign = []  # type: ignore[attr-defined]

    def note(request: Request) -> None:
        if not is_loopback(request.url):
            page.foreign.append(request.url)  # type: ignore[attr-defined]

    page.on("request", note)
    page.on("websocket", lambda socket: note(socket))  # type: ignore[arg-type]
    context.route(
        "**/*", lambda route: route.continue_() if is_loopback(route.request.url) else route.abort()
    )
    yield page
    context.close()


@pytest.fixture
def noise(page: Page) -> list[str]:
    """What our extension writes to the console as an error, and what it lets fall."""
    heard: list[str] = []
    page.on(
        "console",
        lambda m: (
            heard.append(m.text)
            if m.type == "error" and "freezeout" in (m.location.get("url", "") + m.text).lower()
            else None
        ),
    )
    page.on("pageerror", lambda e: heard.append(str(e)) if "freezeout" in (e.stack or "") else None)
    return heard


@pytest.fixture(scope="session")
def free_port() -> Callable[[], int]:
    """A function that gives a loopback port which nobody listens on."""

    def find() -> int:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            return int(listener.getsockname()[1])

    return find


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run these tests last: Playwright keeps an event loop running, which asynchronous tests refuse."""
    here = Path(__file__).parent
    items.sort(key=lambda item: item.path.is_relative_to(here))


@pytest.fixture(scope="session")
def lake_of_all(rucio_server: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    """A lake for what is seen in a browser: that of all tests has more scopes than a screen has lines."""
    home = tmp_path_factory.mktemp("seen")
    link_rucio_server(rucio_server, home)
    with running_lake(home) as lake:
        yield lake
