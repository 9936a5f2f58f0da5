"""Plots become files that need nothing else."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from freezeout import InputError, published_curves
from freezeout.plots import draw, overlay, save, show
from freezeout.plots.downloads import FORMATS, download

CURVES = published_curves("sd_p", ["main", "theory"])


@pytest.mark.parametrize(
    ("suffix", "start"),
    [(".pdf", b"%PDF"), (".png", b"\x89PNG"), (".svg", b"<?xml"), (".html", b"<!DOCTYPE html>")],
)
def test_the_suffix_chooses_the_format(suffix: str, start: bytes, tmp_path: Path) -> None:
    path = save(CURVES, tmp_path / f"plot{suffix}")
    assert path.read_bytes().startswith(start)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["plot.jpg", "plot", "plot.pdf.txt"])
def test_another_suffix_is_refused_and_nothing_written(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"end the path in \.html"):
        save(CURVES, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_path_below_a_file_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="cannot use"):
        save(CURVES, tmp_path / "file" / "plot.png")


def test_nothing_to_draw_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no curve to draw"):
        save([], tmp_path / "plot.pdf")


def test_the_page_holds_all_that_it_needs(tmp_path: Path) -> None:
    curves = [*CURVES, *published_curves("si", ["main"])]
    text = save(curves, tmp_path / "summary.html", title="Limits & <more>").read_text(encoding="utf-8")
    assert not re.findall(r"""<(?:script|link|img|iframe)[^>]*(?:src|href)\s*=\s*["']?(?:https?:)?//""", text)
    assert "<title>Limits &amp; &lt;more&gt;</title>" in text
    assert text.count('<button role="tab"') == 2
    for curve in curves:
        assert curve.references[0].link in text
    assert "CL unknown" in text


def test_a_text_in_a_curve_cannot_become_code(make, tmp_path: Path) -> None:
    wicked = "</script><script>alert(1)</script><b>$x @y"
    curve = make(label=wicked, experiment=wicked, notes=(wicked,))
    text = save([curve], tmp_path / "page.html").read_text(encoding="utf-8")
    assert "<script>alert(1)" not in text


def test_print_is_repeatable(tmp_path: Path) -> None:
    first = save(CURVES, tmp_path / "a.pdf").read_bytes()
    assert save(CURVES, tmp_path / "b.pdf").read_bytes() == first


def test_draw_names_axes_levels_and_curves() -> None:
    figure = draw(CURVES)
    (axes,) = figure.axes
    assert axes.get_xscale() == axes.get_yscale() == "log"
    assert "GeV" in axes.get_xlabel()
    assert r"\sigma" in axes.get_ylabel()
    legend = [text.get_text() for text in axes.get_legend().get_texts()]
    assert "LZ 2024 (90 % CL)" in legend
    assert "IceCube, ττ (CL unknown)" in legend


def test_draw_refuses_unlike_planes(make) -> None:
    with pytest.raises(InputError, match="cannot stand in this plot"):
        draw([make(), make(plane="sigma_v/bb")])


def test_show_has_a_renderer_a_hover_and_a_legend_entry_per_curve() -> None:
    figure = show(CURVES)
    keys = {series.key for series in overlay(CURVES).series}
    assert {renderer.name for renderer in figure.renderers} == keys
    (legend,) = [item for item in figure.right if item.name == "legend"]
    assert legend.click_policy == "hide"
    assert {item.name for item in legend.items} == keys
    hovers = {tool.name for tool in figure.tools if (tool.name or "").startswith("hover:")}
    assert hovers == {f"hover:{key}" for key in keys}


def test_importing_the_room_imports_no_plotting_library() -> None:
    code = (
        "import sys, freezeout.plots, freezeout.plots.overlays; "
        "print([m for m in ('bokeh', 'matplotlib', 'ipywidgets') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("format", FORMATS)
def test_a_download_is_the_file_it_says(format: str) -> None:
    file = download(overlay(CURVES), format)
    starts = {"PNG": b"\x89PNG", "PDF": b"%PDF", "CSV": b"curve,label", "HEPData": b"PK", "BibTeX": b"@"}
    assert file.content.startswith(starts[format])
    assert file.name.startswith("sd_p.")
    if format == "HEPData":
        assert "submission.yaml" in zipfile.ZipFile(io.BytesIO(file.content)).namelist()


def test_no_download_of_nothing() -> None:
    with pytest.raises(InputError, match="no curve is shown"):
        download(overlay([], plane="si"), "PDF")
    with pytest.raises(InputError, match="no download as 'ROOT'"):
        download(overlay(CURVES), "ROOT")
