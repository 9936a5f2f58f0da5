"""Every curve can be cited."""

from __future__ import annotations

import re

import pytest

from freezeout import LimitCurve, Reference, published_curves
from freezeout.limits.bibtex import bibtex


def balanced(entry: str) -> bool:
    """Whether every brace is closed."""
    depth = 0
    for sign in entry:
        depth += (sign == "{") - (sign == "}")
        if depth < 0:
            return False
    return depth == 0


def test_every_published_curve_has_its_entry() -> None:
    for curve in published_curves():
        entry = bibtex(curve)
        assert re.match(r"@\w+\{[^,\s]+,\n", entry), curve.id
        assert balanced(entry), curve.id
        for reference in curve.references:
            assert reference.arxiv in entry


def test_a_paper_of_several_curves_stands_once() -> None:
    entries = bibtex(published_curves("si", ["theory"]))
    assert entries.count("@") == 1 + entries.count("@misc")
    assert len(re.findall(r"^@", bibtex(published_curves()), re.M)) < len(published_curves())


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        (Reference(arxiv="2410.17036"), "@article{LZ:2024zvo,"),
        (Reference(doi="10.1103/physrevlett.131.041002"), "@article{LZ:2022lsv,"),
        (Reference(arxiv="2999.99999"), 'eprint = "2999.99999"'),
        (Reference(doi="10.1234/abc"), 'doi = "10.1234/abc"'),
        (Reference(text="A & B {talk}, 50 % done"), r"A \& B (talk), 50 \% done"),
    ],
)
def test_known_papers_are_found_and_others_made(
    reference: Reference, expected: str, curve: LimitCurve
) -> None:
    entry = bibtex(curve.with_(references=(reference,)))
    assert expected in entry
    assert balanced(entry)


def test_no_curve_no_entry() -> None:
    assert bibtex([]) == ""
