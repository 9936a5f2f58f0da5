"""The summary dashboard in a real browser: curves, choices, downloads, and nothing from elsewhere."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
# what Bokeh shows: names of the renderers that are visible
VISIBLE = """() => {
  const names = new Set();
  for (const document of Bokeh.documents)
    for (const root of document.roots())
      for (const figure of root.children ?? [])
        for (const { visible, name } of figure.renderers) if (visible && name) names.add(name);
  return [...names];
}"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one small run."""
    home = tmp_path_factory.mktemp("home")
    command = [sys.executable, "-m", "freezeout.cli", "run", "darkside50", "--preset", "smoke"]
    done = subprocess.run(
        command, env=environment(home), capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr
    return home


def environment(home: Path) -> dict[str, str]:
    """The environment of a server or a command with a home of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FREEZEOUT_")}
    return kept | {"FREEZEOUT_HOME": str(home), "IPYTHONDIR": str(home / "ipython")}


@pytest.fixture(scope="module")
def voila(home: Path, free_port: Callable[[], int]) -> Iterator[str]:
    """Address of a stand-alone Voila that serves the dashboard with the checkout's template."""
    templates = home / "jupyter" / "voila" / "templates"
    templates.mkdir(parents=True)
    (templates / "freezeout").symlink_to(ROOT / "jupyter_ext" / "voila_template" / "freezeout")
    port = free_port()
    with (home / "voila.log").open("w", encoding="utf-8") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "voila", str(ROOT / "notebooks" / "dashboards" / "summary.ipynb"),
             "--no-browser", f"--port={port}", "--Voila.ip=127.0.0.1"],
            env=environment(home) | {"JUPYTER_PATH": str(home / "jupyter")}, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            wait_for(f"http://127.0.0.1:{port}/voila/static/voila.js", server, home / "voila.log")
            yield f"http://127.0.0.1:{port}/"
        finally:
            server.terminate()
            server.wait(30)


def wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until somebody answers at `url`."""
    for _ in range(300):
        try:
            urllib.request.urlopen(url, timeout=2).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            assert server.poll() is None, log.read_text(encoding="utf-8")
            time.sleep(0.2)
    pytest.fail(f"no answer from {url}: {log.read_text(encoding='utf-8')[-2000:]}")


@pytest.fixture
def dashboard(voila: str, page: Page) -> Page:
    """The dashboard, drawn."""
    page.goto(voila)
    drawn(page)
    return page


def drawn(page: Page) -> None:
    """Wait until the plot is there with its curves."""
    expect(
        page.get_by_text("search the curves").or_(page.get_by_placeholder("search the curves"))
    ).to_be_visible(timeout=60_000)
    page.wait_for_selector(".bk-Figure canvas", timeout=60_000)
    page.wait_for_function(f"({VISIBLE})().length > 5", timeout=30_000)


def waits_for(page: Page, name: str, there: bool) -> None:
    """Wait until the curve is shown, or hidden."""
    page.wait_for_function(
        f"({VISIBLE})().includes({json.dumps(name)}) === {json.dumps(there)}", timeout=10_000
    )


def test_the_dashboard_shows_a_run_beside_published_curves_and_asks_nobody_else(dashboard: Page) -> None:
    shown = dashboard.evaluate(VISIBLE)
    assert {"si-lz-2024", "si-neutrino-floor-xe", "si-dama-region-1"} < set(shown)
    assert any(name[:3] == "202" for name in shown), "the run is not shown"
    expect(dashboard.get_by_role("link", name="arXiv:2410.17036")).to_have_attribute(
        "href", "https://arxiv.org/abs/2410.17036"
    )
    assert dashboard.foreign == []  # type: ignore[attr-defined]


def test_a_curve_is_toggled_in_the_list_and_found_by_search(dashboard: Page) -> None:
    tick = dashboard.get_by_role("checkbox", name="LZ 2024")
    tick.uncheck()
    waits_for(dashboard, "si-lz-2024", False)
    tick.check()
    waits_for(dashboard, "si-lz-2024", True)
    dashboard.get_by_placeholder("search the curves").fill("xenonnt")
    expect(dashboard.get_by_role("checkbox", name="LZ 2024")).to_have_count(0)
    expect(dashboard.get_by_role("checkbox", name="XENONnT 2025")).to_be_visible()
    waits_for(dashboard, "si-lz-2024", True)
    assert dashboard.foreign == []  # type: ignore[attr-defined]


def test_plane_and_kinds_are_chosen(dashboard: Page) -> None:
    dashboard.get_by_role("checkbox", name="projection").check()
    waits_for(dashboard, "si-darkside20k-projection", True)
    dashboard.get_by_role("combobox").select_option("Annihilation into bb")
    waits_for(dashboard, "sigmav-veritas-2024-bb", True)
    waits_for(dashboard, "si-lz-2024", False)
    assert dashboard.foreign == []  # type: ignore[attr-defined]


def test_a_point_is_judged_when_typed_and_when_clicked(dashboard: Page) -> None:
    dashboard.get_by_label("m [GeV]").fill("50")
    dashboard.get_by_label("m [GeV]").press("Enter")
    dashboard.get_by_label("σ [cm²]").fill("1e-46")
    dashboard.get_by_label("σ [cm²]").press("Enter")
    status = dashboard.locator(".fz-verdict")
    expect(status).to_contain_text("m = 50 GeV, σ = 10⁻⁴⁶ cm²: excluded by")
    expect(status).to_contain_text("LZ 2024 (90 % CL)")
    box = dashboard.locator(".bk-Figure canvas").first.bounding_box()
    assert box is not None
    dashboard.mouse.click(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.4)
    expect(status).not_to_contain_text("m = 50 GeV")
    expect(status).to_contain_text("excluded by")


def test_downloads_are_the_files_they_say(dashboard: Page, tmp_path: Path) -> None:
    contents = {}
    for name in ("PNG", "PDF", "CSV", "HEPData", "BibTeX"):
        with dashboard.expect_download(timeout=30_000) as saved:
            dashboard.get_by_role("button", name=name, exact=True).click()
        path = tmp_path / saved.value.suggested_filename
        saved.value.save_as(path)
        contents[name] = path.read_bytes()
    assert contents["PNG"].startswith(b"\x89PNG")
    assert contents["PDF"].startswith(b"%PDF")
    rows = list(csv.DictReader(io.StringIO(contents["CSV"].decode())))
    assert {row["curve"] for row in rows} == set(dashboard.evaluate(VISIBLE))
    archive = zipfile.ZipFile(io.BytesIO(contents["HEPData"]))
    assert archive.testzip() is None
    assert "si_lz_2024.yaml" in archive.namelist()
    assert b"@article{LZ:2024zvo," in contents["BibTeX"]
    assert dashboard.foreign == []  # type: ignore[attr-defined]


def test_refresh_finds_a_curve_that_was_added_meanwhile(dashboard: Page, home: Path, tmp_path: Path) -> None:
    table = tmp_path / "mine.csv"
    table.write_text("10,1e-44\n100,1e-45\n", encoding="utf-8")
    subprocess.run(
        [sys.executable, "-m", "freezeout.cli", "limits", "add", str(table), "--plane", "si",
         "--confidence-level", "0.9", "--reference", "my notes", "--label", "My own limit"],
        env=environment(home), check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    dashboard.get_by_role("button", name="Refresh").click()
    waits_for(dashboard, "my-own-limit", True)
    expect(dashboard.get_by_role("checkbox", name="My own limit")).to_be_checked()
