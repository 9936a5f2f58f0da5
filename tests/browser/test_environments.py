"""The panel of environments in a real JupyterLab: real builds, real kernels, a real browser."""

from __future__ import annotations

import contextlib
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, Request, Response, expect

from freezeout.settings import shared_folder

from .lab import RUCIOS_FONT, Lab, hide, run_command, running_lab
from .panel import BUILD_MS, build, button, card, choose, expect_state, launcher, panel, refresh

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SMOKE = {
    "passes": "def main() -> None:\n    import numpy\n\n    print('numpy', numpy.__version__)\n",
    "fails": "def main() -> None:\n    raise RuntimeError('the answer is 41')\n",
    "waits": (
        "import time\n\n\ndef main() -> None:\n"
        "    for second in range(300):\n        print('waited', second, flush=True)\n        time.sleep(1)\n"
    ),
    "talks": (
        "def main() -> None:\n    for number in range(40_000):\n"
        "        print('\\x1b[31mline\\x1b[0m', number, '<script>window.hurt = 1</script>')\n"
    ),
}
ENVIRONMENTS = {
    "alpha": (
        "title: Alpha decays\npackages: [numpy, scipy]\nstatus: ready\nmegabytes: 430\nseconds: 7", "passes",
    ),
    "keyed": ("title: Keyed\npackages: [numpy]\nstatus: ready", "passes"),
    "typed": ("title: Typed\npackages: [numpy]\nstatus: ready", "passes"),
    "gone-soon": ("title: Gone soon\npackages: [numpy]\nstatus: ready", "passes"),
    "patient": ("title: Patient\npackages: [numpy]\nstatus: ready", "waits"),
    "talkative": ("title: Talkative\npackages: [numpy]\nstatus: ready", "talks"),
    "distrusted": ("title: Distrusted\npackages: [numpy]\nstatus: ready", "fails"),
    "half": (
        "title: Half\npackages: [numpy]\nstatus: partial\n"
        "missing: [{name: fortranlib, reason: it is sold on tapes only}]",
        "passes",
    ),
    "lost": (
        "title: Lost\nstatus: unavailable\nreason: its server was switched off\nsubstitute: alpha", None,
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's own environments: the lock is that of `base`, what is said about them is ours."""
    base, root = shared_folder("environments") / "base", tmp_path_factory.mktemp("environments")
    for name, (said, smoke) in ENVIRONMENTS.items():
        folder = root / name
        folder.mkdir()
        (folder / "environment.yaml").write_text(f"schema: 1\nname: {name}\nsummary: For {name}.\n{said}\n")
        if smoke:
            shutil.copy(base / "requirements.in", folder)
            shutil.copy(base / "requirements.txt", folder)
            (folder / "smoke.py").write_text(f'{SMOKE[smoke]}\n\nif __name__ == "__main__":\n    main()\n')
    return root


@pytest.fixture(scope="module")
def lab(
    tmp_path_factory: pytest.TempPathFactory, free_port: Callable[[], int], folders: Path
) -> Iterator[Lab]:
    """One JupyterLab for all tests of this module."""
    place = tmp_path_factory.mktemp("lab")
    with running_lab(place, free_port(), FREEZEOUT_ENVIRONMENTS_PATH=str(folders)) as lab:
        yield lab


@pytest.fixture
def opened(lab: Lab, page: Page, noise: list[str]) -> Iterator[Page]:
    """Lab with the panel open; at the end it was quiet, no toast was shown, and nothing left this machine."""
    lab.open(page)
    page.get_by_role("tab", name="Environments", exact=True).click()
    expect(card(page, "alpha")).to_be_visible(timeout=20_000)
    yield page
    assert page.locator(".Toastify__toast").count() == 0
    assert noise == []
    assert [url for url in page.foreign if url != RUCIOS_FONT] == []  # type: ignore[attr-defined]


def is_saved(answer: Response, word: str) -> bool:
    """Whether Lab has kept the state of the page, with a word in it."""
    asked = answer.request
    return "/api/workspaces/" in asked.url and asked.method == "PUT" and word in (asked.post_data or "")


def run_cell(page: Page, code: str) -> Locator:
    """Run code in the first cell of the notebook in front; its output."""
    notebook = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
    cell = notebook.locator(".jp-CodeCell .cm-content").first
    output = notebook.locator(".jp-OutputArea-output").first
    for _ in range(20):
        # Lab shows a cell before it can be written into, and drops what is run before the kernel is there
        with contextlib.suppress(AssertionError):
            cell.fill(code)
            expect(cell).to_have_text(code, timeout=1000)
            cell.press("Control+Enter")
            expect(output).to_be_visible(timeout=3000)
            break
    return output


def test_an_environment_is_built_from_its_card_with_progress_and_log(opened: Page) -> None:
    expect(card(opened, "alpha")).to_contain_text("ready to build")
    expect(card(opened, "alpha")).to_contain_text("about 430 MB, 7 s")
    expect(launcher(opened, "Environments", "Alpha decays")).to_have_count(1)
    button(opened, "alpha", "Build").click()
    bar = card(opened, "alpha").get_by_role("progressbar")
    expect(bar).to_be_visible()
    button(opened, "alpha", "Show log").click()
    log = card(opened, "alpha").get_by_role("log")
    expect(log).to_contain_text("virtual environment", timeout=BUILD_MS)
    early = log.inner_text()
    expect(opened.get_by_role("button", name=re.compile("1 job"))).to_be_visible()
    expect(log).to_contain_text("testing alpha", timeout=BUILD_MS)
    assert log.inner_text().startswith(early) and len(log.inner_text()) > len(early)
    expect_state(opened, "alpha", "built")
    expect(card(opened, "alpha")).to_contain_text(re.compile(r"built.*MB.*tested .*✓", re.S))
    expect(opened.get_by_role("button", name=re.compile("1 job"))).to_have_count(0)
    for section in ("Notebook", "Console"):
        expect(launcher(opened, section, "Alpha decays")).to_have_count(1)
    expect(launcher(opened, "Environments", "Alpha decays")).to_have_count(0)


@pytest.mark.alone
def test_a_click_is_answered_within_a_tenth_of_a_second(opened: Page) -> None:
    milliseconds = card(opened, "patient").evaluate(
        """card => new Promise(resolve => {
            const start = performance.now();
            new MutationObserver((_, observer) => {
                if (card.textContent.includes('queued')) {
                    observer.disconnect();
                    resolve(performance.now() - start);
                }
            }).observe(card, { childList: true, subtree: true, characterData: true });
            [...card.querySelectorAll('button')].find(b => b.textContent === 'Build').click();
        })"""
    )
    assert milliseconds < 100
    button(opened, "patient", "Cancel").click(timeout=BUILD_MS)
    expect_state(opened, "patient", "ready")


def test_a_notebook_opened_from_a_card_runs_in_the_environments_folder(opened: Page, lab: Lab) -> None:
    build(opened, "alpha")
    button(opened, "alpha", "Notebook").click()
    output = run_cell(opened, "import sys; print(sys.prefix)")
    expect(output).to_contain_text(str(lab.root.parent / "home" / "environments" / "alpha"), timeout=60_000)


def test_the_notebook_in_front_is_given_the_environments_kernel(opened: Page, lab: Lab) -> None:
    build(opened, "alpha")
    launcher(opened, "Notebook", re.escape("Python 3 (ipykernel)")).click()
    kernel = opened.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Toolbar-kernelName")
    expect(kernel).to_contain_text("Python 3", timeout=60_000)
    button(opened, "alpha", "Use for this notebook").click()
    expect(kernel).to_contain_text("Alpha decays", timeout=60_000)
    expect(button(opened, "alpha", "Use for this notebook")).to_have_count(0)
    output = run_cell(opened, "import sys; print(sys.prefix)")
    expect(output).to_contain_text(str(lab.root.parent / "home" / "environments" / "alpha"), timeout=60_000)


def test_a_build_goes_on_when_the_page_is_left_and_is_cancelled_midway(opened: Page, lab: Lab) -> None:
    button(opened, "patient", "Build").click()
    button(opened, "patient", "Show log").click()
    expect(card(opened, "patient").get_by_role("log")).to_contain_text("waited 2", timeout=BUILD_MS)
    opened.reload()
    status = opened.get_by_role("button", name=re.compile("1 job"))
    status.click(timeout=60_000)
    expect(card(opened, "patient")).to_contain_text("building")
    expect(card(opened, "patient").get_by_role("progressbar")).to_have_attribute("aria-valuenow", "80")
    button(opened, "patient", "Cancel").click()
    expect_state(opened, "patient", "ready")
    expect(status).to_have_count(0)
    kept = [
        path for path in (lab.root.parent / "home" / "environments" / "patient").iterdir() if path.is_dir()
    ]
    assert kept == []


def test_a_failure_stays_on_the_card_with_its_reason_and_a_way_to_try_again(opened: Page) -> None:
    button(opened, "distrusted", "Build").click()
    expect(card(opened, "distrusted")).to_contain_text("the answer is 41", timeout=BUILD_MS)
    expect(card(opened, "distrusted")).to_contain_text("its test failed")
    expect(card(opened, "distrusted")).to_contain_text(re.compile("test failed .*✕"))
    button(opened, "distrusted", "Retry").click()
    expect(card(opened, "distrusted").get_by_role("progressbar")).to_be_visible()
    button(opened, "distrusted", "Dismiss").click(timeout=BUILD_MS)
    expect(button(opened, "distrusted", "Retry")).to_have_count(0)
    expect(card(opened, "distrusted")).to_contain_text(re.compile("test failed .*✕"))


def test_what_is_removed_elsewhere_meanwhile_is_removed_and_its_failure_with_it(
    opened: Page, lab: Lab, noise: list[str]
) -> None:
    if card(opened, "distrusted").get_attribute("data-state") == "ready":
        button(opened, "distrusted", "Build").click()
    else:
        choose(opened, "distrusted", "Test")
    # what an earlier test left looks like the end of this one
    progress = card(opened, "distrusted").get_by_role("progressbar")
    expect(progress).to_be_visible()
    expect(progress).to_have_count(0, timeout=BUILD_MS)
    expect(card(opened, "distrusted")).to_contain_text("the answer is 41")
    expect(button(opened, "distrusted", "Retry")).to_be_visible(timeout=BUILD_MS)
    expect_state(opened, "distrusted", "built")
    choose(opened, "distrusted", "Remove")
    lab.ask("freezeout/api/environments/distrusted", "DELETE")
    button(opened, "distrusted", "Remove").click()
    expect_state(opened, "distrusted", "ready")
    expect(button(opened, "distrusted", "Keep")).to_have_count(0)
    expect(card(opened, "distrusted")).not_to_contain_text("failed")
    assert [line for line in noise if "409 (Conflict)" not in line] == []
    noise.clear()


def test_an_unavailable_one_says_why_and_leads_to_the_nearest(opened: Page) -> None:
    expect(card(opened, "lost")).to_contain_text("unavailable")
    expect(card(opened, "lost")).to_contain_text("its server was switched off")
    expect(button(opened, "lost", "Build")).to_have_count(0)
    expect(launcher(opened, "Environments", "Lost")).to_have_count(0)
    button(opened, "lost", "Alpha decays").click()
    expect(card(opened, "alpha")).to_be_in_viewport()
    expect(card(opened, "alpha").locator(":focus")).to_have_count(1)


def test_a_partial_one_names_what_is_missing_and_why(opened: Page) -> None:
    expect(card(opened, "half")).to_contain_text("without fortranlib")
    expect(card(opened, "half")).not_to_contain_text("tapes")
    with opened.expect_response(lambda answer: is_saved(answer, "half")):
        button(opened, "half", "Why?").click()
    expect(card(opened, "half")).to_contain_text("it is sold on tapes only")
    opened.reload()
    expect(card(opened, "half")).to_contain_text("it is sold on tapes only", timeout=60_000)


def test_removing_asks_on_the_card_and_takes_the_kernel_away_even_from_a_notebook(
    opened: Page, noise: list[str]
) -> None:
    build(opened, "gone-soon")
    button(opened, "gone-soon", "Notebook").click()
    expect(run_cell(opened, "print(6 * 7)")).to_contain_text("42", timeout=60_000)
    choose(opened, "gone-soon", "Remove")
    question = card(opened, "gone-soon").get_by_role("group", name="Remove Gone soon?")
    expect(question).to_contain_text("MB")
    question.get_by_role("button", name="Remove", exact=True).click()
    expect(question).to_contain_text("a kernel runs in 'gone-soon'", timeout=20_000)
    # the browser itself notes every refusal
    assert [line for line in noise if "409 (Conflict)" not in line] == []
    noise.clear()
    question.get_by_role("button", name="Remove all the same").click()
    expect_state(opened, "gone-soon", "ready")
    run_command(opened, "New Launcher")
    expect(launcher(opened, "Environments", "Gone soon").last).to_be_visible()
    expect(launcher(opened, "Notebook", "Gone soon")).to_have_count(0)


def test_one_that_is_broken_on_disk_says_what_is_wrong_and_is_built_again(opened: Page, lab: Lab) -> None:
    build(opened, "keyed")
    (builds,) = (lab.root.parent / "home" / "environments" / "keyed").glob("*/bin/python")
    builds.unlink()
    refresh(opened)
    expect_state(opened, "keyed", "broken")
    expect(card(opened, "keyed")).to_contain_text(f"its interpreter {builds} is gone")
    button(opened, "keyed", "Build again").click()
    expect_state(opened, "keyed", "building")
    expect_state(opened, "keyed", "built")


def test_one_whose_lock_has_changed_is_outdated_and_is_updated(opened: Page, folders: Path) -> None:
    build(opened, "keyed")
    with (folders / "keyed" / "requirements.txt").open("a") as lock:
        lock.write("# another lock\n")
    refresh(opened)
    expect_state(opened, "keyed", "outdated")
    button(opened, "keyed", "Update").click()
    expect_state(opened, "keyed", "built")
    expect(launcher(opened, "Notebook", "Keyed")).to_have_count(1)


def test_events_stop_while_nobody_looks_and_go_on_where_they_were(opened: Page) -> None:
    asked: list[Request] = []
    opened.on("request", lambda request: asked.append(request) if "/api/events" in request.url else None)
    with opened.expect_event("requestfailed", lambda request: "/api/events" in request.url):
        hide(opened, True)
    button(opened, "patient", "Build").click()
    time.sleep(2)
    assert asked == []
    with opened.expect_request(lambda request: "/api/events" in request.url) as again:
        hide(opened, False)
    headers = again.value.all_headers()
    assert int(headers["last-event-id"]) >= 0
    assert headers["authorization"].startswith("token ")
    assert "token" not in again.value.url
    expect(card(opened, "patient").get_by_role("progressbar")).to_have_attribute(
        "aria-valuenow", "80", timeout=BUILD_MS
    )
    button(opened, "patient", "Cancel").click()
    expect_state(opened, "patient", "ready")


def test_while_the_line_is_down_the_panel_says_so_and_then_it_is_up_to_date(
    opened: Page, folders: Path, noise: list[str]
) -> None:
    opened.context.set_offline(True)
    expect(panel(opened)).to_contain_text("No news from the server", timeout=60_000)
    refresh(opened)
    expect(panel(opened)).to_contain_text("The environments could not be read.")
    expect(panel(opened).get_by_role("button", name="Retry").first).to_be_visible()
    expect(card(opened, "alpha")).to_be_visible()
    late = folders / "late"
    late.mkdir()
    (late / "environment.yaml").write_text(
        "schema: 1\nname: late\ntitle: Late\nsummary: It came late.\nstatus: unavailable\nreason: why not\n"
    )
    opened.context.set_offline(False)
    expect(card(opened, "late")).to_be_visible(timeout=60_000)
    expect(panel(opened)).not_to_contain_text("No news from the server")
    expect(panel(opened)).not_to_contain_text("could not be read")
    shutil.rmtree(late)
    assert [line for line in noise if "ERR_INTERNET_DISCONNECTED" not in line] == []
    noise.clear()


def test_of_a_long_log_the_end_is_shown_and_all_of_it_copied(opened: Page) -> None:
    button(opened, "talkative", "Build").click()
    button(opened, "talkative", "Show log").click()
    expect_state(opened, "talkative", "built")
    log = card(opened, "talkative").get_by_role("log")
    expect(log).to_contain_text("line 39999 <script>window.hurt = 1</script>")
    expect(log).to_contain_text("what was before is in the copy")
    assert len(log.inner_text()) < 110_000
    assert opened.evaluate("window.hurt") is None
    opened.context.grant_permissions(["clipboard-read", "clipboard-write"])
    button(opened, "talkative", "Copy the log").click()
    lines = opened.evaluate("navigator.clipboard.readText()").splitlines()
    assert [line.split()[1] for line in lines if line.startswith("line ")] == [*map(str, range(40_000))]


def test_a_log_that_cannot_be_read_on_stays_and_goes_on_later(opened: Page, noise: list[str]) -> None:
    button(opened, "patient", "Build").click()
    button(opened, "patient", "Show log").click()
    log = card(opened, "patient").get_by_role("log")
    expect(log).to_contain_text("waited 0", timeout=BUILD_MS)
    opened.context.set_offline(True)
    expect(card(opened, "patient")).to_contain_text("The Jupyter server does not answer", timeout=20_000)
    expect(log).to_contain_text("waited 0")
    opened.context.set_offline(False)
    expect(card(opened, "patient")).not_to_contain_text("does not answer", timeout=60_000)
    expect(panel(opened)).not_to_contain_text("No news from the server", timeout=60_000)
    button(opened, "patient", "Cancel").click()
    expect_state(opened, "patient", "ready")
    assert [line for line in noise if "ERR_INTERNET_DISCONNECTED" not in line] == []
    noise.clear()


def test_what_was_removed_elsewhere_is_noticed_when_lab_reads_its_kernels(opened: Page, lab: Lab) -> None:
    build(opened, "typed")
    expect(launcher(opened, "Notebook", "Typed")).to_have_count(1)
    lab.ask("freezeout/api/environments/typed", "DELETE")
    # Lab does so every minute
    expect(card(opened, "typed")).to_have_attribute("data-state", "ready", timeout=120_000)
    expect(launcher(opened, "Notebook", "Typed")).to_have_count(0)
    expect(launcher(opened, "Environments", "Typed")).to_have_count(1)


def test_a_clone_says_where_it_is_and_has_a_card_of_its_own(opened: Page, lab: Lab) -> None:
    choose(opened, "alpha", "Clone and change")
    name = card(opened, "alpha").get_by_label("Name of the copy")
    name.fill("No good")
    expect(button(opened, "alpha", "Clone")).to_be_disabled()
    name.fill("beta")
    button(opened, "alpha", "Clone").click()
    expect(card(opened, "beta")).to_be_visible(timeout=20_000)
    folder = lab.root.parent / "home" / "own" / "environments" / "beta"
    expect(card(opened, "alpha").locator(f"[title='{folder}']")).to_be_visible()
    assert (folder / "requirements.in").is_file()


def test_lock_and_install_line_are_shown_and_copied(opened: Page, folders: Path) -> None:
    choose(opened, "half", "Show lock")
    lock = opened.get_by_role("region", name="Lock of Half")
    expect(lock).to_contain_text("--hash=sha256:", timeout=20_000)
    assert lock.inner_text().strip() == (folders / "half" / "requirements.txt").read_text().strip()
    opened.context.grant_permissions(["clipboard-read", "clipboard-write"])
    choose(opened, "half", "Copy install line")
    copied = opened.evaluate("navigator.clipboard.readText()")
    assert copied.endswith(f"--require-hashes -r {folders / 'half' / 'requirements.txt'}")


def test_by_keyboard_alone_one_comes_to_a_card_and_builds_it(opened: Page) -> None:
    opened.locator(".jp-Launcher").click()
    run_command(opened, "Show Environments")
    expect(panel(opened).get_by_role("searchbox")).to_be_focused()
    opened.keyboard.press("Control+A")
    opened.keyboard.type("typed")
    expect(panel(opened).locator("[data-name]")).to_have_count(1)
    # with what is built already Enter would open a notebook, which takes the focus when it is there
    expect_state(opened, "typed", "ready")
    opened.keyboard.press("ArrowDown")
    expect(card(opened, "typed")).to_be_focused()
    opened.keyboard.press("Shift+F10")
    expect(opened.locator(".lm-Menu-item", has_text="Build")).to_be_visible()
    opened.keyboard.press("Escape")
    expect(card(opened, "typed")).to_be_focused()
    opened.keyboard.press("Enter")
    expect_state(opened, "typed", "built")
    # its card went up to those that can be used, and took the focus along
    expect(card(opened, "typed")).to_be_focused()
    opened.keyboard.press("Delete")
    expect(button(opened, "typed", "Keep")).to_be_focused()
    opened.keyboard.press("Enter")
    expect(button(opened, "typed", "Keep")).to_have_count(0)
    expect(card(opened, "typed")).to_be_focused()
    expect(card(opened, "typed")).to_have_attribute("data-state", "built")


def test_a_question_gets_the_focus_when_it_is_asked_and_never_again(opened: Page) -> None:
    build(opened, "typed")
    run_command(opened, "Remove Environment…: Typed")
    expect(button(opened, "typed", "Keep")).to_be_focused()
    search = panel(opened).get_by_role("searchbox")
    search.fill("nothing like that")
    expect(card(opened, "typed")).to_have_count(0)
    search.fill("typed")
    expect(button(opened, "typed", "Keep")).to_be_visible()
    expect(search).to_be_focused()
    run_command(opened, "Clone and Change Environment…: Typed")
    expect(card(opened, "typed").get_by_label("Name of the copy")).to_be_focused()


def test_every_action_is_in_the_palette(opened: Page) -> None:
    build(opened, "alpha")
    run_command(opened, "Test Environment: Alpha decays")
    expect(card(opened, "alpha").get_by_role("progressbar")).to_be_visible()
    expect(card(opened, "alpha").get_by_role("progressbar")).to_have_count(0, timeout=BUILD_MS)
    run_command(opened, "Show Details of Environment: Alpha decays")
    expect(card(opened, "alpha")).to_contain_text(re.compile(r"numpy \d"))
    expect(card(opened, "alpha").get_by_label("All packages of Alpha decays")).to_contain_text("ipykernel")


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_the_panel_is_accessible(opened: Page, theme: str) -> None:
    run_command(opened, f"Theme: JupyterLab {theme}")
    light = "true" if theme == "Light" else "false"
    expect(opened.locator(f"body[data-jp-theme-light='{light}']")).to_be_attached(timeout=20_000)
    build(opened, "alpha")
    button(opened, "half", "Why?").click()
    choose(opened, "alpha", "Details")
    choose(opened, "alpha", "Remove")
    choose(opened, "half", "Clone and change")
    button(opened, "patient", "Build").click()
    button(opened, "patient", "Show log").click()
    expect(card(opened, "patient").get_by_role("log")).to_contain_text("waited 0", timeout=BUILD_MS)
    expect(card(opened, "alpha").get_by_role("group", name="Remove Alpha decays?")).to_be_visible()
    expect(panel(opened)).to_be_visible()
    found = Axe().run(opened, context=".freezeout-Panel")
    serious = [v for v in found.response["violations"] if v["impact"] in ("serious", "critical")]
    button(opened, "patient", "Cancel").click()
    expect_state(opened, "patient", "ready")
    run_command(opened, "Theme: JupyterLab Light")
    assert found.response["passes"], "axe looked at nothing"
    assert serious == [], found.generate_report()


def test_the_launchers_card_leads_to_the_button_that_builds(opened: Page) -> None:
    opened.get_by_role("tab", name="Environments", exact=True).click()
    expect(panel(opened)).to_be_hidden()
    launcher(opened, "Environments", "Half").click()
    expect(card(opened, "half")).to_be_in_viewport()
    expect(button(opened, "half", "Build")).to_be_focused()
