"""The panel of the data lake in a real JupyterLab, on a real Rucio, in a real browser."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

import freezeout.lake

from .lab import RUCIOS_FONT, Lab, run_command
from .lakes import (
    LOAD_MS,
    RULE_MS,
    choose,
    details,
    is_saved,
    lab_of,
    make_dataset,
    menu,
    new_notebook,
    open_panel,
    panel,
    press,
    row,
    search,
    tree,
    unfold,
    write,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def lab(
    tmp_path_factory: pytest.TempPathFactory, free_port: Callable[[], int], lake_of_all: Any
) -> Iterator[Lab]:
    """One JupyterLab on the lake of the session."""
    with lab_of(lake_of_all.home, tmp_path_factory.mktemp("lakelab"), free_port()) as lab:
        yield lab


@pytest.fixture
def opened(lab: Lab, lake: Any, page: Page, noise: list[str]) -> Iterator[Page]:
    """Lab with the panel open; at the end it was quiet, no toast was shown, and nothing left this machine."""
    open_panel(lab, page)
    yield page
    assert page.locator(".Toastify__toast").count() == 0
    assert noise == []
    assert [url for url in page.foreign if url != RUCIOS_FONT] == []  # type: ignore[attr-defined]


def reopen(page: Page, lake: Any) -> None:
    """Have the panel see what was put into the lake since it was opened, with the test's scope unfolded."""
    panel(page).get_by_role("button", name="Refresh the data lake").click()
    unfold(page, lake.scope)


def test_a_dataset_of_thousands_is_scrolled_with_only_what_is_seen_in_the_page(
    opened: Page, lake: Any
) -> None:
    make_dataset(lake, "many", [f"event-{number:05d}.csv" for number in range(4000)])
    reopen(opened, lake)
    began = time.monotonic()
    unfold(opened, "many")
    expect(row(opened, "event-00000.csv")).to_be_visible(timeout=LOAD_MS)
    assert time.monotonic() - began < 5
    expect(row(opened, "event-00000.csv")).to_have_attribute("aria-setsize", "4000", timeout=LOAD_MS)
    above = int(row(opened, "many").get_attribute("data-index") or 0)
    tree(opened).evaluate("(node, index) => { node.scrollTop = index * 24 - 100; }", above + 4000)
    expect(row(opened, "event-03999.csv")).to_be_visible(timeout=LOAD_MS)
    last = row(opened, "event-03999.csv")
    expect(last).to_have_attribute("aria-level", "3")
    expect(last).to_have_attribute("aria-posinset", "4000")
    expect(last).to_have_attribute("aria-setsize", "4000")
    expect(last).to_contain_text("1 kB")
    assert tree(opened).locator("[role=treeitem]").count() < 120
    tree(opened).evaluate("(node, index) => { node.scrollTop = index * 24; }", above + 2000)
    expect(row(opened, "event-02000.csv")).to_be_visible(timeout=LOAD_MS)


def test_rows_of_a_dataset_are_filtered_and_the_filter_ends(opened: Page, lake: Any) -> None:
    make_dataset(lake, "many", [f"event-{number:05d}.csv" for number in range(1200)])
    reopen(opened, lake)
    unfold(opened, "many")
    row(opened, "event-00000.csv").click(timeout=LOAD_MS)
    tree(opened).press("Control+f")
    box = panel(opened).get_by_role("searchbox", name="Filter in many")
    expect(box).to_be_focused()
    box.fill("0119")
    expect(panel(opened)).to_contain_text("11 rows")
    expect(row(opened, "event-01199.csv")).to_be_visible()
    box.fill("nothing like it")
    expect(tree(opened)).to_contain_text("nothing with ‘nothing like it’ in its name")
    box.press("Escape")
    expect(box).to_have_count(0)
    expect(tree(opened)).to_be_focused()
    expect(row(opened, "event-00001.csv")).to_be_visible()


def test_searches_by_metadata_find_what_has_it_and_a_wrong_one_says_why(
    opened: Page, lake: Any, noise: list[str]
) -> None:
    make_dataset(lake, "low", ["low.csv"], {"rho_dm": 0.3, "origin": lake.scope})
    make_dataset(lake, "high", ["high.csv"], {"rho_dm": 0.5, "origin": lake.scope})
    search(opened, f"origin={lake.scope} AND rho_dm>0.4")
    expect(panel(opened)).to_contain_text("1 found", timeout=LOAD_MS)
    expect(tree(opened)).to_contain_text(f"{lake.scope}:high")
    search(opened, f"origin={lake.scope}")
    expect(panel(opened)).to_contain_text("2 found", timeout=LOAD_MS)
    search(opened, "rho_dm>>")
    wrong = panel(opened).locator("#freezeout-lake-query .freezeout-Said")
    expect(wrong).to_be_visible(timeout=LOAD_MS)
    expect(panel(opened).get_by_role("searchbox", name="Search the data lake")).to_have_attribute(
        "aria-invalid", "true"
    )
    # the browser itself notes every refusal
    assert [line for line in noise if "400 (Bad Request)" not in line] == []
    noise.clear()
    box = panel(opened).get_by_role("searchbox", name="Search the data lake")
    box.fill("")
    box.press("ArrowDown")
    opened.keyboard.press("Enter")
    expect(box).to_have_value("rho_dm>>")
    noise.clear()
    box.fill("")
    expect(row(opened, lake.scope)).to_be_visible()
    box.blur()
    noise.clear()


def test_what_is_known_of_a_file_is_shown(opened: Page, lake: Any, tmp_path: Path) -> None:
    path = write(tmp_path, "counts.csv", "energy,counts\n1,2\n")
    freezeout.lake.put(path, f"{lake.scope}:counts.csv", dataset=f"{lake.scope}:inputs")
    reopen(opened, lake)
    unfold(opened, "inputs")
    about = choose(opened, "counts.csv")
    for text in (
        "file",
        "18 B",
        "adler32",
        "md5",
        "(you)",
        "HERE (here)",
        "available",
        f"{lake.scope}:inputs",
    ):
        expect(about).to_contain_text(text)
    rule = about.locator("[data-rule]")
    expect(rule.first).to_contain_text("complete")
    about.get_by_role("button", name=f"{lake.scope}:inputs").click()
    expect(details(opened).locator(f"[data-did='{lake.scope}:inputs']")).to_contain_text("dataset, 1 file")


def test_metadata_is_added_edited_with_its_type_kept_and_deleted(opened: Page, lake: Any) -> None:
    make_dataset(lake, "described", ["one.csv"], {"rho_dm": 0.3})
    reopen(opened, lake)
    about = choose(opened, "described")
    about.get_by_role("button", name="Edit rho_dm: 0.3").click()
    about.get_by_role("textbox", name="Value of rho_dm").fill("0.4")
    about.get_by_role("button", name="Save").click()
    expect(about.get_by_role("button", name="Edit rho_dm: 0.4")).to_be_visible(timeout=LOAD_MS)
    about.get_by_role("button", name="Add metadata").click()
    about.get_by_role("textbox", name="Key").fill("run")
    about.get_by_role("textbox", name="Value").fill('"7"')
    expect(about).to_contain_text("text; text in quotes stays text")
    about.get_by_role("button", name="Save").click()
    expect(about.get_by_role("button", name="Edit run: 7")).to_be_visible(timeout=LOAD_MS)
    kept = lake.call("GET", f"/dids/{lake.scope}/described/meta?plugin=JSON")
    assert (kept["rho_dm"], kept["run"]) == (0.4, "7")
    about.get_by_role("button", name="Delete run").click()
    question = about.get_by_role("form", name="Delete run?")
    expect(question).to_contain_text("It is 7 now.")
    question.get_by_role("button", name="Delete").click()
    expect(about.get_by_role("button", name="Edit run: 7")).to_have_count(0, timeout=LOAD_MS)


def test_anothers_metadata_is_read_only_and_it_is_said_why(opened: Page, lake: Any) -> None:
    other = lake.make_account()
    lake.call("POST", f"/dids/{other.scope}/theirs", {"type": "DATASET"}, other)
    panel(opened).get_by_role("button", name="Refresh the data lake").click()
    unfold(opened, other.scope)
    about = choose(opened, "theirs")
    expect(about).to_contain_text(f"Only {other.account}, to whom it belongs, can change it.")
    expect(about.get_by_role("button", name="Add metadata")).to_have_count(0)


def test_what_lies_elsewhere_is_made_available_here_and_the_rule_cancelled(
    opened: Page, lake: Any, tmp_path: Path
) -> None:
    path = write(tmp_path, "far.csv", "1,2\n" * 1000)
    freezeout.lake.put(path, f"{lake.scope}:far.csv", dataset=f"{lake.scope}:faraway", rse="ARCHIVE")
    reopen(opened, lake)
    about = choose(opened, "faraway")
    expect(about.locator("[data-rse='ARCHIVE']")).to_contain_text("available")
    press(opened, "Make available here")
    press(opened, "1 day")
    rule = about.locator("[data-rule]").filter(has_text="HERE")
    expect(rule).to_be_visible(timeout=LOAD_MS)
    expect(rule).to_have_attribute("data-state", "OK", timeout=RULE_MS)
    expect(rule).to_contain_text("expires tomorrow")
    expect(about.locator("[data-rse='HERE']")).to_contain_text("available, 4 kB", timeout=LOAD_MS)
    rule.get_by_role("button", name="Change lifetime").click()
    rule.get_by_role("combobox").select_option(label="forever")
    expect(rule).to_contain_text("forever", timeout=LOAD_MS)
    rule.get_by_role("button", name="Cancel rule…").click()
    question = rule.get_by_role("form", name="Cancel the rule at HERE?")
    expect(question).to_contain_text(f"{lake.scope}:faraway")
    question.get_by_role("button", name="Cancel the rule").click()
    expect(rule).to_have_count(0, timeout=LOAD_MS)


def test_a_file_is_downloaded_into_the_folder_of_the_file_browser(
    opened: Page, lake: Any, lab: Lab, tmp_path: Path
) -> None:
    path = write(tmp_path, "fetched.csv", "a,b\n3,4\n")
    freezeout.lake.put(path, f"{lake.scope}:fetched.csv", dataset=f"{lake.scope}:fetch")
    reopen(opened, lake)
    unfold(opened, "fetch")
    choose(opened, "fetched.csv")
    press(opened, "Download")
    wait_for(opened, lambda: any(lab.root.rglob("fetched.csv")))
    (found,) = lab.root.rglob("fetched.csv")
    assert found.read_text() == "a,b\n3,4\n"
    expect(panel(opened).get_by_role("list", name="Transfers")).to_have_count(0, timeout=LOAD_MS)


def test_a_file_of_the_file_browser_is_uploaded_into_a_new_dataset(opened: Page, lake: Any, lab: Lab) -> None:
    write(lab.root, f"mine-{lake.scope}.csv", "x\n1\n")
    opened.get_by_role("tab", name=re.compile("^File Browser")).click()
    item = opened.locator(".jp-DirListing-item", has_text=f"mine-{lake.scope}.csv")
    expect(item).to_be_visible(timeout=LOAD_MS)
    item.click(button="right")
    opened.locator(".lm-Menu-item", has_text="Upload to the data lake").click()
    form = panel(opened).get_by_role("form", name="Upload to the data lake")
    expect(form).to_contain_text(f"mine-{lake.scope}.csv")
    form.get_by_label("Scope").select_option(lake.scope)
    form.get_by_label("Dataset (may be new; none for files alone)").fill("uploaded")
    form.get_by_label("Metadata, a line each").fill("experiment=darkside50\nrho_dm=0.3")
    form.get_by_role("button", name="Upload").click()
    expect(form).to_have_count(0, timeout=LOAD_MS)
    unfold(opened, lake.scope)
    expect(row(opened, "uploaded")).to_be_visible(timeout=RULE_MS)
    unfold(opened, "uploaded")
    expect(row(opened, f"mine-{lake.scope}.csv")).to_be_visible(timeout=LOAD_MS)


def test_a_dataset_is_made_filled_with_what_is_selected_and_deleted_after_a_question(
    opened: Page, lake: Any, noise: list[str]
) -> None:
    make_dataset(lake, "source", ["a.csv", "b.csv", "c.csv"])
    reopen(opened, lake)
    unfold(opened, "source")
    row(opened, "a.csv").click(timeout=LOAD_MS)
    row(opened, "b.csv").click(modifiers=["Shift"])
    expect(tree(opened).locator("[aria-selected=true]")).to_have_count(2)
    menu(opened, "b.csv", "New dataset…")
    form = panel(opened).get_by_role("form", name="New dataset")
    expect(form).to_contain_text("with the 2 that are selected")
    form.get_by_label("Scope").select_option(lake.scope)
    form.get_by_label("Name").fill("chosen")
    form.get_by_role("button", name="Make it").click()
    about = details(opened).locator("[data-did$=':chosen']")
    expect(about).to_contain_text("dataset, 2 files", timeout=LOAD_MS)
    menu(opened, "chosen", "Delete…")
    question = details(opened).get_by_role("form", name=f"Delete {lake.scope}:chosen?")
    expect(question).to_contain_text("This cannot be undone.")
    question.get_by_role("button", name="Delete").click()
    expect(row(opened, "chosen")).to_have_count(0, timeout=LOAD_MS)
    # it was asked for until it had gone, which the browser itself notes
    noise[:] = [line for line in noise if "404 (Not Found)" not in line]


def test_a_cell_that_opens_a_file_is_inserted_and_runs(
    opened: Page, lake: Any, lab: Lab, tmp_path: Path
) -> None:
    path = write(tmp_path, "my-events 2.csv", "energy\n41\n")
    freezeout.lake.put(path, f"{lake.scope}:my-events-2.csv", dataset=f"{lake.scope}:cells")
    reopen(opened, lake)
    unfold(opened, "cells")
    choose(opened, "my-events-2.csv")
    press(opened, "Insert")
    expect(details(opened)).to_contain_text("No notebook is in front.")
    new_notebook(lab, opened, f"cell-{lake.scope}.ipynb")
    notebook = opened.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
    press(opened, "Insert")
    cells = notebook.locator(".jp-CodeCell")
    expect(cells).to_have_count(2)
    expect(cells.nth(1)).to_contain_text("import freezeout")
    expect(cells.nth(1)).to_contain_text(f'my_events_2 = freezeout.lake.open("{lake.scope}:my-events-2.csv")')
    lines = cells.nth(1).locator(".cm-content")
    lines.fill(f"{lines.inner_text()}\nprint(my_events_2.read())")
    lines.press("Control+Enter")
    expect(cells.nth(1).locator(".jp-OutputArea-output")).to_contain_text("41", timeout=60_000)


def test_a_file_is_attached_as_a_variable_in_rucios_format_and_detached(
    opened: Page, lake: Any, lab: Lab, tmp_path: Path
) -> None:
    path = write(tmp_path, "events.csv", "energy\n42\n")
    freezeout.lake.put(path, f"{lake.scope}:events.csv", dataset=f"{lake.scope}:attach")
    reopen(opened, lake)
    name = f"attach-{lake.scope}.ipynb"
    new_notebook(lab, opened, name)
    notebook = opened.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
    unfold(opened, "attach")
    choose(opened, "events.csv")
    press(opened, "Attach")
    expect(details(opened)).to_contain_text(
        re.compile(rf"Variable events of {name}.*✓", re.S), timeout=60_000
    )
    cell = notebook.locator(".jp-CodeCell").first
    cell.locator(".cm-content").fill("print(open(events).read(), events.did)")
    cell.locator(".cm-content").press("Control+Enter")
    expect(cell.locator(".jp-OutputArea-output")).to_contain_text(
        f"42 {lake.scope}:events.csv", timeout=60_000
    )
    run_command(opened, "Save Notebook")
    wait_for(opened, lambda: "rucio_attachments" in (lab.root / name).read_text())
    assert lab.ask(f"api/contents/{name}")["content"]["metadata"]["rucio_attachments"] == [
        {"did": f"{lake.scope}:events.csv", "type": "file", "variableName": "events"}
    ]
    press(opened, "Detach")
    expect(details(opened)).not_to_contain_text("Variable events")
    run_command(opened, "Save Notebook")
    wait_for(opened, lambda: "rucio_attachments" not in (lab.root / name).read_text())


def test_all_is_done_by_keyboard(opened: Page, lake: Any) -> None:
    make_dataset(lake, "keyed", [f"file-{number:02d}.csv" for number in range(60)])
    reopen(opened, lake)
    tree(opened).focus()
    opened.keyboard.press("Home")
    opened.keyboard.type(lake.scope)
    expect(row(opened, lake.scope)).to_have_attribute("data-active", "true")
    for key in ("ArrowRight", "ArrowRight"):
        opened.keyboard.press(key)
    expect(row(opened, "keyed")).to_have_attribute("data-active", "true")
    opened.keyboard.press("ArrowRight")
    expect(row(opened, "file-00.csv")).to_be_visible(timeout=LOAD_MS)
    for _ in range(2):
        opened.keyboard.press("PageDown")
    opened.keyboard.press("PageUp")
    opened.keyboard.press("ArrowLeft")
    expect(row(opened, "keyed")).to_have_attribute("data-active", "true")
    opened.keyboard.press("Enter")
    expect(details(opened)).to_contain_text("dataset, 60 files", timeout=LOAD_MS)
    expect(details(opened).locator(":focus")).to_have_count(1)
    opened.keyboard.press("Escape")
    expect(tree(opened)).to_be_focused()
    opened.keyboard.press("Shift+F10")
    expect(opened.locator(".lm-Menu-item.lm-mod-active")).to_contain_text("Details")
    opened.keyboard.press("Escape")
    expect(tree(opened)).to_be_focused()
    opened.keyboard.press("Delete")
    question = details(opened).get_by_role("form", name=f"Delete {lake.scope}:keyed?")
    expect(question.get_by_role("button", name="Keep")).to_be_focused()
    opened.keyboard.press("Enter")
    expect(question).to_have_count(0)


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_the_panel_is_accessible_and_narrow_enough(
    opened: Page, lake: Any, tmp_path: Path, theme: str
) -> None:
    path = write(tmp_path, "a-rather-long-name-of-a-file-that-has-to-be-cut-in-its-middle-0042.csv", "1\n")
    freezeout.lake.put(path, f"{lake.scope}:{path.name}", dataset=f"{lake.scope}:inputs", metadata={"a": 1})
    reopen(opened, lake)
    if theme == "Dark":
        run_command(opened, "Theme: JupyterLab Dark")
        expect(opened.locator("body[data-jp-theme-light='false']")).to_be_attached(timeout=20_000)
    unfold(opened, "inputs")
    choose(opened, path.name)
    expect(details(opened).locator("[data-rule]").first).to_contain_text("complete", timeout=LOAD_MS)
    panel(opened).evaluate("node => node.setAttribute('data-under-test', '')")
    try:
        found = Axe().run(opened, context="[data-under-test]")
        assert found.response["passes"], "axe looked at nothing"
        assert found.response["violations"] == [], found.generate_report()
        panel(opened).evaluate("node => { node.style.minWidth = node.style.width = '240px'; }")
        wide = panel(opened).evaluate(
            """node => [...node.querySelectorAll('*')].filter(one => {
                const box = one.getBoundingClientRect();
                return box.width > 1 && box.right > node.getBoundingClientRect().left + 241;
            }).map(one => one.className)"""
        )
        assert wide == []
    finally:
        if theme == "Dark":
            run_command(opened, "Theme: JupyterLab Light")
            expect(opened.locator("body[data-jp-theme-light='true']")).to_be_attached(timeout=20_000)


def test_what_was_looked_at_is_there_after_a_reload(opened: Page, lake: Any) -> None:
    make_dataset(lake, "kept", ["kept-1.csv", "kept-2.csv"])
    reopen(opened, lake)
    unfold(opened, "kept")
    with opened.expect_response(lambda answer: is_saved(answer, "kept-2.csv")):
        choose(opened, "kept-2.csv")
    opened.reload()
    expect(row(opened, "kept-2.csv")).to_be_visible(timeout=60_000)
    expect(details(opened).locator("[data-did$=':kept-2.csv']")).to_contain_text("Owner", timeout=LOAD_MS)


def test_what_one_window_makes_the_other_sees(opened: Page, lake: Any, lab: Lab) -> None:
    other = opened.context.new_page()
    open_panel(lab, other)
    unfold(other, lake.scope)
    opened.bring_to_front()
    reopen(opened, lake)
    panel(opened).get_by_role("button", name="New in the data lake").click()
    opened.locator(".lm-Menu-item:visible", has_text="New dataset…").click()
    form = panel(opened).get_by_role("form", name="New dataset")
    form.get_by_label("Scope").select_option(lake.scope)
    form.get_by_label("Name").fill("seen")
    form.get_by_role("button", name="Make it").click()
    expect(row(opened, "seen")).to_be_visible(timeout=LOAD_MS)
    other.bring_to_front()
    other.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
    expect(row(other, "seen")).to_be_visible(timeout=LOAD_MS)
    other.close()


def test_the_status_bar_tells_how_the_lake_is_and_opens_the_panel(lab: Lab, lake: Any, page: Page) -> None:
    lab.open(page)
    line = page.get_by_role("button", name="Data lake: ready", exact=True)
    expect(line).to_be_visible(timeout=LOAD_MS)
    line.click()
    expect(tree(page)).to_be_visible()


def wait_for(page: Page, condition: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until something is so; the page goes on meanwhile, whose requests pass through this process."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it does not come true"
        page.wait_for_timeout(100)
