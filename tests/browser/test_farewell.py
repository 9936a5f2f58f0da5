"""A dashboard's page that is closed leaves no kernel behind under ``freezeout up``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def up() -> Iterator[dict[str, str]]:
    """A running ``freezeout up``: its addresses, and its token."""
    process = subprocess.Popen(
        [sys.executable, "-m", "freezeout.cli", "up", "--no-browser", "--no-lake", "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=dict(os.environ),
    )  # fmt: skip
    try:
        assert process.stdout is not None
        text = ""
        while not text.rstrip().endswith("}"):
            text += process.stdout.readline()
        place = json.loads(text)
        yield place | {"token": Path(place["token_file"]).read_text()}
    finally:
        process.terminate()
        process.wait(30)


def kernels(place: dict[str, str]) -> int:
    url = place["lab"].removesuffix("/lab") + "/api/kernels"
    request = urllib.request.Request(url, headers={"Authorization": f"token {place['token']}"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return len(json.loads(answer.read()))


def test_signing_in_with_the_token_shows_the_dashboard_and_closing_it_ends_its_kernel(
    browser: Browser, up: dict[str, str]
) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(up["dashboard"])
    page.fill("input[name=password]", up["token"])
    page.press("input[name=password]", "Enter")
    page.wait_for_selector(".bk-Figure", timeout=120_000)
    assert kernels(up) == 1
    page.goto("about:blank")
    end = time.monotonic() + 15
    while kernels(up) and time.monotonic() < end:
        time.sleep(0.2)
    assert kernels(up) == 0
    context.close()
