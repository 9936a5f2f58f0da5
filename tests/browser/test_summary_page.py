"""The page that `freezeout plot` writes, opened as a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from freezeout import published_curves
from freezeout.plots import save

pytestmark = [pytest.mark.browser]

VISIBLE = """(plot) => {
  const found = Bokeh.documents.map((d) => d.get_model_by_name(plot)).find(Boolean);
  return [...new Set(found.renderers.filter((r) => r.visible).map((r) => r.name))];
}"""


@pytest.fixture
def summary(page: Page, tmp_path: Path) -> Page:
    """The page of two planes, open."""
    groups = ["main", "theory", "region", "points"]
    curves = [*published_curves("si", groups), *published_curves("sigma_v/bb", groups)]
    page.errors = []  # type: ignore[attr-defined]
    page.on("pageerror", lambda error: page.errors.append(str(error)))  # type: ignore[attr-defined]
    page.goto(save(curves, tmp_path / "summary.html").as_uri())
    page.wait_for_selector(".bk-Figure canvas")
    return page


def test_the_page_works_without_a_network(summary: Page) -> None:
    assert "si-lz-2024" in summary.evaluate(VISIBLE, "plot:si")
    assert summary.foreign == []  # type: ignore[attr-defined]
    assert summary.errors == []  # type: ignore[attr-defined]


def test_a_tick_hides_a_curve_and_the_sentence_follows(summary: Page) -> None:
    summary.get_by_label("m [GeV]").first.fill("50")
    summary.get_by_label("σ [cm²]").fill("3e-48")
    summary.get_by_label("σ [cm²]").press("Tab")
    said = summary.locator("#panel-0 output")
    expect(said).to_contain_text("excluded by LZ 2024 (90 % CL); not by")
    summary.get_by_role("checkbox", name="show LZ 2024 (90 % CL)").uncheck()
    assert "si-lz-2024" not in summary.evaluate(VISIBLE, "plot:si")
    summary.get_by_label("m [GeV]").first.fill("51")
    summary.get_by_label("m [GeV]").first.press("Tab")
    expect(said).to_contain_text("not excluded by")


def test_tabs_open_by_click_and_by_arrow_key(summary: Page) -> None:
    tab = summary.get_by_role("tab", name="Annihilation into bb")
    tab.click()
    expect(tab).to_have_attribute("aria-selected", "true")
    expect(summary.locator("#panel-1 canvas").first).to_be_visible()
    expect(summary.locator("#panel-0")).to_be_hidden()
    box = summary.locator("#panel-1 canvas").first.bounding_box()
    assert box is not None
    assert box["width"] > 400
    tab.press("ArrowRight")
    expect(summary.get_by_role("tab").first).to_be_focused()
    expect(summary.locator("#panel-0")).to_be_visible()


def test_search_and_a_click_into_the_plot(summary: Page) -> None:
    summary.get_by_label("Search the curves").first.fill("deap 90")
    expect(summary.locator("#panel-0 tbody tr:visible")).to_have_count(1)
    box = summary.locator("#panel-0 canvas").first.bounding_box()
    assert box is not None
    summary.mouse.click(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.4)
    expect(summary.locator("#panel-0 output")).to_contain_text("excluded by")


def test_the_page_fits_a_narrow_window(summary: Page) -> None:
    summary.set_viewport_size({"width": 420, "height": 800})
    summary.wait_for_timeout(300)
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert summary.evaluate(overflow) <= 0


NAMES = """(plot) => {
  const figure = Bokeh.documents.map((d) => d.get_model_by_name(plot)).find(Boolean);
  const view = Bokeh.index.get_by_id(figure.id) ?? [...Bokeh.index].find((v) => v.model === figure);
  const frame = view.frame.bbox;
  const context = document.createElement("canvas").getContext("2d");
  const found = [];
  for (const label of figure.center.filter((m) => (m.name ?? "").startsWith("label:") && m.visible)) {
    context.font = `${label.text_font_size} ${label.text_font}`;
    const long = context.measureText(label.text).width;
    const x = view.frame.x_scale.compute(label.x) + label.x_offset;
    const y = view.frame.y_scale.compute(label.y) - label.y_offset;
    const left = x - { left: 0, right: long, center: long / 2 }[label.text_align];
    const [start, end] = [left - frame.left, left + long - frame.left];
    found.push([label.text, start, y - frame.top, end, frame.width, frame.height]);
  }
  return found;
}"""


@pytest.mark.parametrize("width", [1400, 900, 620])
def test_names_are_wholly_in_the_frame_and_apart_at_every_width(summary: Page, width: int) -> None:
    summary.set_viewport_size({"width": width, "height": 900})
    summary.wait_for_timeout(500)
    names = summary.evaluate(NAMES, "plot:si")
    assert len(names) >= (8 if width > 800 else 1)
    for text, left, middle, right, wide, high in names:
        assert 0 <= left < right <= wide, text
        assert 5 <= middle <= high - 5, text
    for i, (text, left, middle, right, *_) in enumerate(names):
        for other, start, level, end, *_ in names[i + 1 :]:
            assert right <= start or end <= left or abs(middle - level) >= 11, (text, other)


def test_a_name_leaves_with_its_curve(summary: Page) -> None:
    assert "LZ 2024" in [name for name, *_ in summary.evaluate(NAMES, "plot:si")]
    summary.get_by_role("checkbox", name="show LZ 2024 (90 % CL)").uncheck()
    assert "LZ 2024" not in [name for name, *_ in summary.evaluate(NAMES, "plot:si")]
    summary.get_by_role("checkbox", name="show LZ 2024 (90 % CL)").check()
    assert "LZ 2024" in [name for name, *_ in summary.evaluate(NAMES, "plot:si")]
