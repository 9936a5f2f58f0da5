"""The panel of REANA in a real JupyterLab, on a real server, in a real browser."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Request, expect

from .lab import RUCIOS_FONT, Lab, hide, run_command
from .lakes import is_saved
from .reanas import LOAD_MS, RUN_MS, expect_status, lab_of, menu, open_panel, panel, row, start, unfold

pytestmark = [pytest.mark.browser, pytest.mark.slow]


# what is fetched or run of it is seen by the fixture of each test, or here
GIVEN = {
    "nbformat": 4,
    "nbformat_minor": 5,
    "metadata": {},
    "cells": [
        {
            "cell_type": "markdown",
            "metadata": {},
            "source": "# Limits\n\nat $m$\n\n<img src='x' onerror='window.harmed = 1'>"
            "<img src='http://tracker.invalid/1.png' alt='a tracker'><script>window.harmed = 1</script>",
        }
    ],
}


@pytest.fixture(scope="module")
def lab(
    tmp_path_factory: pytest.TempPathFactory, free_port: Callable[[], int], reana_of_all: Any
) -> Iterator[Lab]:
    """One JupyterLab on the session's REANA server."""
    place = tmp_path_factory.mktemp("reanalab")
    with lab_of(reana_of_all.home, place, free_port(), "environments", "reana") as lab:
        (lab.root / "given.ipynb").write_text(json.dumps(GIVEN))
        yield lab


@pytest.fixture
def opened(lab: Lab, page: Page, noise: list[str]) -> Iterator[Page]:
    """Lab with the panel open; at the end it was quiet, no toast was shown, and nothing left this machine."""
    lab.open(page)
    open_panel(page)
    expect(panel(page).get_by_role("searchbox", name="Search workflows")).to_be_visible(timeout=LOAD_MS)
    yield page
    assert page.locator(".Toastify__toast").count() == 0
    assert noise == []
    assert [url for url in page.foreign if url != RUCIOS_FONT] == []  # type: ignore[attr-defined]


def asked(page: Page) -> list[str]:
    """What REANA's routes are asked for from now on."""
    paths: list[str] = []

    def note(request: Request) -> None:
        _, there, path = request.url.partition("/freezeout/api/reana/")
        if there:
            paths.append(path.partition("?")[0])

    page.on("request", note)
    return paths


def test_an_experiment_is_run_from_its_card_and_its_limit_comes_home(opened: Page, lab: Lab) -> None:
    opened.locator(".jp-LauncherCard", has_text="DarkSide-50").click(button="right")
    opened.locator(".lm-Menu-item:visible", has_text="Run on REANA").click()
    form = opened.get_by_role("form", name=re.compile("^Run DarkSide-50"))
    form.get_by_label("Preset").select_option("smoke", timeout=LOAD_MS)
    speed = form.get_by_label("v_0", exact=True)
    speed.fill("7200")
    expect(form).to_contain_text("7200 is above 2000.")
    run = form.get_by_role("button", name="Run on REANA")
    speed.fill("700")
    expect(form).to_contain_text("v_0 = 700 km/s is not below v_esc = 544 km/s", timeout=LOAD_MS)
    expect(run).to_be_disabled()
    speed.fill("230")
    memory = form.get_by_label("Memory of a step")
    memory.fill("999999Ti")
    expect(form).to_contain_text("memory is '999999Ti', which cannot be used", timeout=LOAD_MS)
    expect(memory).to_have_attribute("aria-invalid", "true")
    expect(run).to_be_disabled()
    memory.fill("2Gi")
    form.get_by_label("Name", exact=True).fill("from-its-card")
    expect(run).to_be_enabled(timeout=LOAD_MS)
    form.get_by_role("button", name="What will be run").click()
    expect(form.get_by_label("reana.yaml")).to_have_value(re.compile("^workflow:", re.MULTILINE))
    run.click()
    expect_status(opened, "from-its-card", "finished")
    expect(form).to_contain_text("done in", timeout=RUN_MS)
    home = lab.root.parent.parent / "home"
    (record,) = home.glob("runs/*/run.json")
    assert json.loads(record.read_text())["parameters"]["v_0"] == 230
    assert (record.parent / "limit.yaml").is_file()


def test_list_and_log_are_read_on_while_something_runs_and_not_at_all_when_hidden(
    opened: Page, reana: Any
) -> None:
    name = start(reana, "growing", ["seq 1 600 | xargs -n 1 bash -c 'echo line $$0; sleep 0.5'"])
    inside = unfold(opened, name)
    expect_status(opened, name, "running")
    step = inside.get_by_role("button", name="first", exact=False)
    expect(inside.locator(".freezeout-Reana-last")).to_contain_text(re.compile(r"line \d"), timeout=LOAD_MS)
    step.click()
    log = inside.get_by_role("log", name="Log of first")
    expect(log).to_contain_text("line 3\n", timeout=LOAD_MS)
    paths = asked(opened)
    expect(log).to_contain_text("line 8\n", timeout=LOAD_MS)
    for _ in range(2):
        opened.wait_for_event("request", lambda one: "/api/reana/workflows" in one.url, timeout=LOAD_MS)
    opened.get_by_role("tab", name="File Browser").click()
    opened.wait_for_timeout(1000)
    paths.clear()
    opened.wait_for_timeout(3000)
    assert {"workflows", "logs"} & set(paths) == set()
    open_panel(opened)
    # a page that nobody looks at asks for nothing; seen again, it goes on at once
    hide(opened, True)
    opened.wait_for_timeout(1000)
    paths.clear()
    opened.wait_for_timeout(3000)
    assert paths == []
    hide(opened, False)
    opened.wait_for_timeout(500)
    assert {"workflows", "logs", "connections"} <= set(paths)
    inside.get_by_role("button", name="Stop", exact=True).click()
    expect_status(opened, name, "stopped")
    expect(inside.get_by_role("button", name="Stop", exact=True)).to_have_count(0)


def test_files_are_looked_at_fetched_and_go_with_their_workflow(
    opened: Page, reana: Any, lab: Lab, tmp_path: Path
) -> None:
    table = tmp_path / "limits.csv"
    table.write_text("mass,limit\n10,1e-44\n50,2e-46\n")
    command = (
        "mkdir -p results/deep; cp data/limits.csv results/deep/limits.csv; echo fine > results/note.txt"
    )
    name = start(reana, "files", [command], {"data/limits.csv": table})
    expect_status(opened, name, "finished")
    inside = unfold(opened, name, "Files")
    files = inside.get_by_role("tree")
    files.locator("[data-path='results']").click(timeout=LOAD_MS)
    files.locator("[data-path='results/note.txt']").click()
    expect(opened.get_by_role("region", name=f"results/note.txt of {name}")).to_have_text(
        "fine\n", timeout=LOAD_MS
    )
    files.press("Home")
    files.press("ArrowRight")
    files.press("ArrowDown")
    files.press("Enter")
    shown = opened.get_by_role("region", name=f"data/limits.csv of {name}")
    expect(shown.get_by_role("columnheader")).to_have_text(["mass", "limit"], timeout=LOAD_MS)
    expect(shown.get_by_role("cell", name="2e-46")).to_be_visible()
    files.locator("[data-path='results/deep'] input").check()
    inside.get_by_role("button", name="Download selected (1)").click()
    expect(inside).to_contain_text(f"Downloaded to {name}.", timeout=RUN_MS)
    fetched = [path.relative_to(lab.root / name) for path in (lab.root / name).rglob("*") if path.is_file()]
    assert fetched == [Path("results/deep/limits.csv")]
    assert (lab.root / name / fetched[0]).read_bytes() == table.read_bytes()
    opened.get_by_role("tab", name="File Browser").click()
    opened.locator(".jp-DirListing-item", has_text="given.ipynb").click()
    open_panel(opened)
    inside.get_by_role("button", name="Upload…").click()
    upload = inside.get_by_role("form", name=f"Upload to {name}")
    upload.get_by_label("Folder of the workspace").fill("notes")
    upload.get_by_role("button", name="Upload", exact=True).click()
    files.locator("[data-path='notes']").click(timeout=RUN_MS)
    files.locator("[data-path='notes/given.ipynb']").click()
    notebook = opened.get_by_role("region", name=f"notes/given.ipynb of {name}")
    expect(notebook.get_by_role("heading", name="Limits")).to_be_visible(timeout=LOAD_MS)
    expect(notebook.locator("mjx-container")).to_be_visible(timeout=LOAD_MS)
    assert opened.evaluate("window.harmed") is None
    assert notebook.locator("img").count() == 0
    row(opened, name).locator(".freezeout-Reana-row").press("Delete")
    question = inside.get_by_role("form", name=f"Delete {name}?")
    expect(question.get_by_role("button", name="Keep")).to_be_focused()
    opened.keyboard.press("Escape")
    expect(question).to_have_count(0)
    menu(opened, name, "Delete…")
    question.get_by_role("button", name="Delete").click()
    expect(row(opened, name)).to_have_count(0, timeout=LOAD_MS)
    assert reana.client().status(name).status == "deleted"


def test_a_workflow_is_run_again_with_another_parameter_and_the_two_are_compared(
    opened: Page, reana: Any
) -> None:
    first = start(reana, "again", ["mkdir -p results; echo ${mass} > results/mass.txt"])
    expect_status(opened, first, "finished")
    menu(opened, first, "Run again with other parameters…")
    question = row(opened, first).get_by_role("form", name="Run again again, in a new workspace")
    question.get_by_label("mass").fill("heavy", timeout=LOAD_MS)
    expect(question).to_contain_text("This was 50.")
    expect(question.get_by_role("button", name="Run again")).to_be_disabled()
    question.get_by_label("mass").fill("70")
    question.get_by_role("button", name="Run again").click()
    second = first.replace(".1", ".2")
    expect_status(opened, second, "finished")
    assert reana.client().read(second, "results/mass.txt") == b"70\n"
    menu(opened, second, "Compare with…")
    row(opened, second).get_by_label("The other workflow").select_option(first)
    row(opened, second).get_by_role("button", name="Compare").click()
    shown = opened.get_by_role("region", name=f"How {second} differs from {first}")
    expect(shown).to_contain_text("mass", timeout=LOAD_MS)


def test_why_a_step_failed_is_read_where_it_failed_and_when_the_page_is_loaded_again(
    opened: Page, reana: Any
) -> None:
    name = start(reana, "failing", ["echo the halo is not there >&2; exit 3"])
    expect_status(opened, name, "failed")
    inside = unfold(opened, name)
    inside.get_by_role("button", name="first", exact=False).click(timeout=LOAD_MS)
    expect(inside.get_by_role("log", name="Log of first")).to_contain_text("the halo is not there")
    panel(opened).get_by_label("State of the workflows").select_option("stopped")
    expect(row(opened, name)).to_have_count(0, timeout=LOAD_MS)
    panel(opened).get_by_label("State of the workflows").select_option("failed")
    expect(row(opened, name)).to_be_visible(timeout=LOAD_MS)
    panel(opened).get_by_role("searchbox", name="Search workflows").fill("nothing is called so")
    expect(panel(opened)).to_contain_text("No workflow is of this name and state.", timeout=LOAD_MS)
    with opened.expect_response(lambda answer: is_saved(answer, "freezeout:reana"), timeout=LOAD_MS):
        panel(opened).get_by_role("button", name="Show all").click()
    expect(row(opened, name)).to_be_visible(timeout=LOAD_MS)
    opened.wait_for_timeout(500)
    opened.goto(re.sub(r"\?.*", "", opened.url))
    expect(panel(opened)).to_be_visible(timeout=60_000)
    expect(row(opened, name).locator(".freezeout-Reana-row")).to_have_attribute(
        "aria-expanded", "true", timeout=LOAD_MS
    )


def test_panel_and_form_are_accessible_in_light_and_dark(opened: Page, reana: Any) -> None:
    name = start(reana, "seen", ["echo seen"])
    expect_status(opened, name, "finished")
    unfold(opened, name, "Files")
    unfold(opened, name)
    panel(opened).get_by_role("button", name="More of the connection").click()
    opened.locator(".lm-Menu-item:visible", has_text="Secrets…").click()
    secrets = panel(opened).get_by_role("form", name="Secrets that embedded keeps for you")
    secrets.get_by_label("Name", exact=True).fill("OF_THE_PANEL")
    secrets.get_by_label("Value").fill("not to be seen")
    opened.keyboard.press("Enter")
    expect(secrets.get_by_role("list", name="Secrets")).to_contain_text("OF_THE_PANEL", timeout=LOAD_MS)
    expect(secrets.get_by_label("Value")).to_have_value("")
    run_command(opened, "Run on REANA: DarkSide-50")
    form = opened.get_by_role("form", name=re.compile("^Run DarkSide-50"))
    expect(form.get_by_role("button", name="Run on REANA")).to_be_enabled(timeout=LOAD_MS)
    for theme, light in (("JupyterLab Dark", "false"), ("JupyterLab Light", "true")):
        run_command(opened, f"Theme: {theme}")
        expect(opened.locator(f"body[data-jp-theme-light='{light}']")).to_be_attached(timeout=LOAD_MS)
        for place in (".freezeout-Reana", ".freezeout-Run"):
            found = Axe().run(opened, context=place)
            assert found.response["passes"], "axe looked at nothing"
            assert found.response["violations"] == [], found.generate_report()
    secrets.get_by_role("button", name="Remove OF_THE_PANEL").click()
    panel(opened).get_by_role("button", name="Remove", exact=True).click()
    expect(secrets).not_to_contain_text("OF_THE_PANEL", timeout=LOAD_MS)
    assert "OF_THE_PANEL" not in {one["name"] for one in reana.client().secrets()}


def test_the_embedded_server_is_started_and_stopped_here_and_a_wrong_token_is_refused(
    page: Page,
    reana: Any,
    tmp_path_factory: pytest.TempPathFactory,
    free_port: Callable[[], int],
) -> None:
    place = tmp_path_factory.mktemp("ownlab")
    with lab_of(reana.home, place, free_port(), "environments") as lab:
        lab.open(page)
        open_panel(page)
        expect(panel(page)).to_contain_text("REANA is down.", timeout=LOAD_MS)
        line = page.get_by_role("button", name="REANA: down")
        expect(line).to_be_visible()
        menu_of = panel(page).get_by_role("button", name="More of the connection")
        menu_of.click()
        page.locator(".lm-Menu-item:visible", has_text="Connect to a server…").click()
        question = panel(page).get_by_role("form", name="Connect to a REANA server")
        question.get_by_label("Address").fill(reana.url)
        question.get_by_label("Name, for you").fill("other")
        question.get_by_label("Access token").fill("not-the-token")
        question.get_by_role("button", name="Connect").click()
        expect(question).to_contain_text("does not accept the token", timeout=RUN_MS)
        question.get_by_label("Access token").fill(reana.token)
        question.get_by_role("button", name="Connect").click()
        expect(panel(page).get_by_label("Connection", exact=True)).to_have_value("other", timeout=RUN_MS)
        expect(page.get_by_role("button", name="REANA: ready")).to_be_visible(timeout=LOAD_MS)
        assert reana.token not in page.content()
        foreign = start(reana, "foreign", ["true"])
        expect_status(page, foreign, "finished")
        menu(page, foreign, "Bring home")
        jobs = panel(page).get_by_role("list", name="Jobs of REANA")
        expect(jobs).to_contain_text("was not made by Freezeout", timeout=RUN_MS)
        panel(page).get_by_label("Connection", exact=True).select_option("embedded")
        panel(page).get_by_role("button", name="Start the embedded server").click()
        expect(panel(page)).to_contain_text("No workflow yet", timeout=RUN_MS)
        # what is done on another server is told there
        expect(jobs).to_have_count(0)
        menu_of.click()
        page.locator(".lm-Menu-item:visible", has_text="Stop the embedded server").click()
        expect(panel(page)).to_contain_text("REANA is down.", timeout=RUN_MS)
