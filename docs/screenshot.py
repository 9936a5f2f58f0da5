"""Take the picture in README.md: the summary dashboard, in a real browser, with three runs of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

PICTURE = Path(__file__).with_name("images") / "dashboard.png"
FREEZEOUT = [sys.executable, "-m", "freezeout.cli"]


def main() -> None:
    """Make the runs, start the server, look, stop."""
    with tempfile.TemporaryDirectory() as home:
        env = {**os.environ, "FREEZEOUT_HOME": home}
        for experiment in ("darkside50", "fermi_dwarfs", "atlas_dilepton"):
            subprocess.run([*FREEZEOUT, "run", experiment], env=env, check=True, stdout=subprocess.DEVNULL)
        server = subprocess.Popen(
            [*FREEZEOUT, "up", "--no-browser", "--json"], env=env, stdout=subprocess.PIPE, text=True
        )
        try:
            assert server.stdout is not None
            lines = ""
            while not lines.rstrip().endswith("}"):
                lines += server.stdout.readline()
            place = json.loads(lines)
            look(place["dashboard"], Path(place["token_file"]).read_text())
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(30)


def look(url: str, token: str) -> None:
    """Open the dashboard and keep what is seen."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu"],
        )
        page = browser.new_page(
            viewport={"width": 1440, "height": 900}, extra_http_headers={"Authorization": f"token {token}"}
        )
        page.goto(url)
        page.wait_for_selector(".bk-Canvas, .bk-Figure", timeout=120_000)
        page.wait_for_timeout(3000)
        PICTURE.parent.mkdir(exist_ok=True)
        page.screenshot(path=PICTURE)
        browser.close()
    print(PICTURE)


if __name__ == "__main__":
    main()
