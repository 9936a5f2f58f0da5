"""Files that others wrote are shown without harm: nothing of a preview is HTML, and all have an end."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from typing import Any

import pytest
from freezeout_jupyter.reana import notebook, pictures, tables
from freezeout_jupyter.reana.preview import Looked, decoded, preview
from hypothesis import given
from hypothesis import strategies as st

import freezeout
from freezeout.limits import hepdata


def shown(path: str, data: bytes | str, size: int = 0) -> dict[str, Any]:
    """The preview of a file of this content."""
    data = data.encode() if isinstance(data, str) else data
    found = preview(Looked(path, size or len(data), data))
    json.dumps(found, allow_nan=False)
    return found


def png() -> bytes:
    """A picture of one pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0\xff\0\0")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "text", "encoding"),
    [
        ("σ = 1\n".encode(), "σ = 1\n", "utf-8"),
        ("σ".encode()[:1], "", "utf-8"),
        (b"\xef\xbb\xbfa", "a", "utf-8-sig"),
        ("wörter".encode("utf-16"), "wörter", "utf-16"),
        (b"a\x00b", None, ""),
    ],
)
def test_the_encoding_of_a_text_is_found(data: bytes, text: str | None, encoding: str) -> None:
    assert decoded(data) == (text, encoding)


def test_a_text_of_an_old_encoding_is_shown_all_the_same() -> None:
    found = shown("a.txt", "Größe und Länge, über alles gemessen\n".encode("latin-1"))
    assert found["kind"] == "text" and "Größe" in found["text"]


def test_what_cannot_be_shown_says_why() -> None:
    assert shown("a.bin", b"\x00\x01")["kind"] == "binary"
    for name in ("a.parquet", "a.npz", "a.pkl", "a.pdf"):
        found = shown(name, b"")
        assert found["kind"] == "binary" and found["message"]
    found = shown("a.png", b"", size=10**9)
    assert found["kind"] == "too_large" and found["message"]


def test_a_drawing_that_would_take_seconds_is_not_looked_through() -> None:
    many = b"<svg xmlns='http://www.w3.org/2000/svg'>" + b"<g/>" * (pictures.DRAWING // 4) + b"</svg>"
    assert pictures.clean_svg(many) is None
    assert pictures.clean_svg(many[:40] + b"<g/></svg>") is not None


def test_a_picture_is_known_by_its_bytes_and_not_by_its_name() -> None:
    found = shown("a.txt", png())
    assert (found["kind"], found["media_type"]) == ("image", "image/png")
    assert base64.b64decode(found["data"]) == png()
    assert shown("a.png", "<html><script>1</script>")["kind"] == "text"


HOSTILE = """<?xml version="1.0"?>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" onload="alert(1)">
<script>alert(2)</script><style>@import url(http://evil.example/x.css);</style>
<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"><script>alert(3)</script></body></foreignObject>
<a xlink:href="javascript:alert(4)"><text>link</text></a>
<image xlink:href="http://evil.example/x.png"/><image href="data:image/svg+xml;base64,AAAA"/>
<use xlink:href="http://evil.example/x.svg#a"/><use xlink:href="#a"/>
<rect id="a" width="1" height="1" style="fill: url(http://evil.example/#x)" fill="url(#g)"
 onclick="alert(5)"/>
<animate attributeName="href" to="javascript:alert(6)"/><set attributeName="onload" to="alert(7)"/>
</svg>"""


def test_of_a_drawing_only_the_drawing_is_left() -> None:
    found = shown("a.svg", HOSTILE)
    assert (found["kind"], found["media_type"]) == ("image", "image/svg+xml")
    text = base64.b64decode(found["data"]).decode()
    for bad in ("alert", "evil", "script", "foreignObject", "onload", "animate", "javascript", "svg+xml"):
        assert bad not in text, text
    assert 'fill="url(#g)"' in text and 'href="#a"' in text and "<rect" in text


def test_a_drawing_that_expands_without_end_is_none() -> None:
    bomb = '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    assert pictures.clean_svg(f'{bomb}<svg xmlns="http://www.w3.org/2000/svg">&b;</svg>'.encode()) is None
    assert pictures.clean_svg(b"<html/>") is None
    deep = b'<svg xmlns="http://www.w3.org/2000/svg">' + b"<g>" * 20_000 + b"</g>" * 20_000 + b"</svg>"
    assert pictures.clean_svg(deep) is None


def notebook_text(*outputs: dict[str, Any]) -> str:
    cells = [
        {"cell_type": "markdown", "source": ["# T\n", "text"], "metadata": {}},
        {"cell_type": "code", "source": "1", "execution_count": 3, "metadata": {}, "outputs": list(outputs)},
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells})


def test_of_a_notebook_there_are_sources_texts_and_pictures_and_no_html() -> None:
    found = shown(
        "a.ipynb",
        notebook_text(
            {"output_type": "stream", "name": "stdout", "text": ["\x1b[31mred\x1b[0m\n"]},
            {"output_type": "display_data", "data": {"image/png": base64.b64encode(png()).decode()}},
            {
                "output_type": "execute_result",
                "data": {"text/html": "<script>1</script>", "text/plain": ["<T>"]},
            },
            {"output_type": "display_data", "data": {"application/javascript": "alert(1)"}},
            {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["\x1b[1mE\x1b[0m: v"]},
        ),
    )
    assert found["kind"] == "notebook"
    title, code = found["cells"]
    assert (title["type"], title["source"], code["count"]) == ("markdown", "# T\ntext", 3)
    kinds = [(one["kind"], one["text"], one["media_type"]) for one in code["outputs"]]
    assert kinds == [
        ("text", "red\n", ""), ("image", "", "image/png"), ("text", "<T>", ""),
        ("text", "(application/javascript)", ""), ("error", "E: v", ""),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["[]", "{}", '{"cells": 1}', '{"cells": [1]}', "[" * 100_000])
def test_what_is_no_notebook_is_a_text(text: str) -> None:
    assert notebook.cells(text) is None
    assert shown("a.ipynb", text)["kind"] == "text"


def test_tables_are_found_in_texts() -> None:
    found = shown("a.csv", "# by us\nmass,limit\n10,1e-44\n20,2e-45\n")
    assert (found["columns"], found["rows"]) == (["mass", "limit"], [["10", "1e-44"], ["20", "2e-45"]])
    assert "1 line" in found["message"]
    assert shown("a.tsv", "a\tb\n1\t2\n")["columns"] == ["a", "b"]
    assert shown("a.csv", "1;2\n3;4\n")["columns"] == ["1", "2"]
    long = shown("a.csv", "x\n" + "1\n" * 2000)
    assert len(long["rows"]) == tables.MOST_ROWS and long["truncated"]
    assert shown("a.csv", "a,b\n1,2\n3,", size=10**6)["rows"] == [["1", "2"]]
    assert shown("a.csv", "a,b,c\n1\n")["rows"] == [["1", None, None]]


def test_a_limit_of_hepdata_is_a_table() -> None:
    curve = freezeout.published_curves()[0]
    found = shown("runs/x/limit.yaml", hepdata.dumps(curve))
    assert found["kind"] == "table"
    assert found["columns"][0].endswith("[GeV]") and len(found["rows"]) == len(curve.mass)
    assert found["rows"][0][:2] == pytest.approx([curve.mass[0], curve.limit[0]])


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\n", "independent_variables: 1\ndependent_variables: []\n", "- 1\n", "a: [",
        "independent_variables: [{header: {name: x}, values: 5}]\ndependent_variables: []\n",
    ],
)  # fmt: skip
def test_another_yaml_is_a_text(text: str) -> None:
    assert shown("a.yaml", text)["kind"] == "text"


def test_a_yaml_that_unfolds_without_end_does_not() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    lines += [
        "independent_variables: [{header: {name: m}, values: [{value: *a11}]}]",
        "dependent_variables: [{header: {name: y}, values: [{value: .inf}, {value: 1}]}]",
    ]
    assert shown("a.yaml", "\n".join(lines))["rows"] == [["…", "inf"], [None, 1]]


def test_a_root_file_says_what_is_missing_when_no_environment_can_read_it() -> None:
    found = shown("a.root", b"root" + bytes(100))
    assert found["kind"] == "binary" and "uproot" in found["message"] and "atlas" in found["message"]


@given(st.binary(max_size=200), st.sampled_from([".csv", ".yaml", ".ipynb", ".svg", ".txt", ".json", ".png"]))
def test_no_content_breaks_a_preview(data: bytes, suffix: str) -> None:
    assert shown(f"a{suffix}", data)["kind"] in ("text", "image", "notebook", "table", "binary")


@given(st.text(alphabet='<>svg/"= on:#xlink\n&;![]', max_size=120))
def test_no_drawing_keeps_a_script(inside: str) -> None:
    cleaned = pictures.clean_svg(f'<svg xmlns="http://www.w3.org/2000/svg">{inside}</svg>'.encode())
    assert cleaned is None or b"<script" not in cleaned


@pytest.mark.parametrize("deep", ["[" * 200_000, "{a: " * 50_000])
def test_what_is_nested_without_end_is_text_and_does_not_end_the_server(deep: str) -> None:
    for name in ("a.yaml", "a.ipynb", "a.svg"):
        found = shown(name, deep.encode())
        assert found["kind"] == "text" and found["text"] == deep
