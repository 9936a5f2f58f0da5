"""JupyterLab with the extension, in a real browser: cards, commands, the dashboard, errors."""

from __future__ import annotations

import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

import freezeout
from freezeout.settings import shared_folder

from .lab import RUCIOS_FONT, Lab, run_command, running_lab

pytestmark = [pytest.mark.browser, pytest.mark.slow]

INSTALLED = Path(sys.prefix) / "share" / "jupyter" / "labextensions" / "freezeout"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory, free_port: Callable[[], int]) -> Iterator[Lab]:
    """One JupyterLab for all tests of this module."""
    with running_lab(tmp_path_factory.mktemp("lab"), free_port()) as lab:
        yield lab


@pytest.fixture
def opened(lab: Lab, page: Page, noise: list[str]) -> Iterator[Page]:
    """Lab in a browser; at the end our extension has been quiet and nothing left this machine."""
    lab.open(page)
    expect(section(page)).to_be_visible(timeout=20_000)
    yield page
    assert noise == []
    assert [url for url in page.foreign if url != RUCIOS_FONT] == []  # type: ignore[attr-defined]


def section(page: Page) -> Locator:
    """Our part of the launcher."""
    return page.locator(".jp-Launcher-section", has_text="Dark matter")


def card(page: Page, title: str) -> Locator:
    """A card of the launcher."""
    return section(page).locator(".jp-LauncherCard", has_text=title)


def titles() -> dict[str, str]:
    """The titles of the project's experiments by id."""
    folders = shared_folder("notebooks").glob("*/experiment.yaml")
    return {path.parent.name: freezeout.experiment(path.parent.name).title for path in folders}


def expect_notebook(page: Page, path: str) -> None:
    """The notebook is in front, with its cells."""
    expect(page.locator(f".lm-TabBar-tab.lm-mod-current[title*='{path}']")).to_be_visible(timeout=30_000)
    expect(page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell").first).to_be_visible()


def test_the_launcher_has_a_card_with_an_icon_for_every_experiment_and_the_dashboard(opened: Page) -> None:
    expect(section(opened)).to_be_visible()
    for title in [*titles().values(), "Dark-matter limits"]:
        expect(card(opened, title)).to_be_visible()
        expect(card(opened, title).locator("svg")).to_be_visible()
    first = opened.locator(".jp-Launcher-section").first
    expect(first).to_contain_text("Dark matter")


def test_a_card_opens_the_experiments_notebook(opened: Page, lab: Lab) -> None:
    card(opened, titles()["darkside50"]).click()
    expect_notebook(opened, "freezeout/darkside50/limit.ipynb")
    assert (lab.root / "freezeout" / "darkside50" / "limit.ipynb").is_file()


@pytest.mark.parametrize("id", sorted(titles()))
def test_every_experiment_opens_from_the_palette_by_keyboard(opened: Page, id: str) -> None:
    run_command(opened, f"Open Experiment: {titles()[id]}")
    expect_notebook(opened, f"freezeout/{id}/limit.ipynb")


def test_the_dashboard_opens_beside_the_notebooks_and_its_kernel_ends_with_it(opened: Page, lab: Lab) -> None:
    before = {kernel["id"] for kernel in lab.ask("api/kernels")}
    card(opened, "Dark-matter limits").click()
    frame = opened.frame_locator("iframe[title='Dark-matter limits']")
    expect(frame.locator(".bk-Figure canvas").first).to_be_visible(timeout=90_000)
    assert len({kernel["id"] for kernel in lab.ask("api/kernels")} - before) == 1
    opened.locator(".lm-TabBar-tab", has_text="Dark-matter limits").locator(".lm-TabBar-tabCloseIcon").click()
    end = time.monotonic() + 20
    while {kernel["id"] for kernel in lab.ask("api/kernels")} - before:
        assert time.monotonic() < end, "the kernel of the closed dashboard still runs"
        time.sleep(0.2)


def test_the_dashboard_is_asked_for_twice_and_there_once(opened: Page) -> None:
    for _ in range(2):
        run_command(opened, "Open Dashboard: Dark-matter limits")
        expect(opened.locator("iframe[title='Dark-matter limits']")).to_be_visible()
    assert opened.locator("iframe[title='Dark-matter limits']").count() == 1


def test_the_dashboard_has_labs_theme_when_it_is_dark(opened: Page) -> None:
    run_command(opened, "Theme: JupyterLab Dark")
    expect(opened.locator("body[data-jp-theme-light='false']")).to_be_attached(timeout=20_000)
    run_command(opened, "Open Dashboard: Dark-matter limits")
    frame = opened.frame_locator("iframe[title='Dark-matter limits']")
    expect(frame.locator("body[data-jp-theme-light='false'], body.theme-dark")).to_be_attached(timeout=60_000)
    run_command(opened, "Theme: JupyterLab Light")
    expect(opened.locator("body[data-jp-theme-light='true']")).to_be_attached(timeout=20_000)


def test_the_launcher_section_is_accessible(opened: Page) -> None:
    for title in titles().values():
        expect(card(opened, title)).to_be_visible()
    section(opened).evaluate("node => node.setAttribute('data-under-test', '')")
    found = Axe().run(opened, context="[data-under-test]")
    assert found.response["passes"], "axe looked at nothing"
    assert found.response["violations"] == [], found.generate_report()


def test_an_error_says_what_to_do_and_retry_opens_the_notebook(
    lab: Lab, page: Page, tmp_path_factory: pytest.TempPathFactory
) -> None:
    lab.open(page)
    obstacle = lab.root / "freezeout"
    if obstacle.exists():
        obstacle.rename(tmp_path_factory.mktemp("aside") / "freezeout")
    obstacle.write_text("a file where the copies need a folder")
    card(page, titles()["darkside50"]).click()
    toast = page.locator(".Toastify__toast", has_text=re.compile("cannot use .*freezeout"))
    expect(toast).to_be_visible(timeout=20_000)
    obstacle.unlink()
    toast.get_by_role("button", name="Retry").click()
    expect_notebook(page, "freezeout/darkside50/limit.ipynb")


def test_a_page_of_another_version_says_so(page: Page, tmp_path: Path, free_port: Callable[[], int]) -> None:
    old = tmp_path / "path" / "labextensions" / "freezeout"
    shutil.copytree(INSTALLED, old)
    for file in old.glob("static/*.js"):
        file.write_text(file.read_text().replace(f'"{freezeout.__version__}"', '"0.0.9"'))
    with running_lab(tmp_path / "lab", free_port(), JUPYTER_PATH=str(tmp_path / "path")) as lab:
        lab.open(page)
        toast = page.locator(".Toastify__toast", has_text="This page has Freezeout 0.0.9")
        expect(toast).to_contain_text(f"the server {freezeout.__version__}", timeout=20_000)
        expect(toast.get_by_role("button", name="Reload")).to_be_visible()


def test_without_the_servers_half_one_message_says_how_to_get_it(
    page: Page, tmp_path: Path, free_port: Callable[[], int]
) -> None:
    config = tmp_path / "lab" / "config" / "jupyter_server_config.d" / "freezeout_jupyter.json"
    config.parent.mkdir(parents=True)
    config.write_text('{"ServerApp": {"jpserver_extensions": {"freezeout_jupyter": false}}}')
    with running_lab(tmp_path / "lab", free_port(), JUPYTER_PREFER_ENV_PATH="0") as lab:
        lab.open(page)
        toast = page.locator(".Toastify__toast", has_text="without its half of Freezeout")
        expect(toast).to_contain_text("jupyter server extension enable freezeout_jupyter", timeout=20_000)
        expect(toast.get_by_role("button", name="Retry")).to_be_visible()
        expect(page.locator(".Toastify__toast", has_text=re.compile("freezeout", re.I))).to_have_count(1)
