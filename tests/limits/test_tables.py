"""Curves as CSV and users' tables as curves."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freezeout import InputError, LimitCurve, published_curves
from freezeout.limits.tables import read_csv, to_csv, to_long_csv


def read(path: Path, text: str, **options: object) -> LimitCurve:
    """The curve of a table with this text."""
    path.write_text(text, encoding="utf-8")
    given = {"plane": "si", "confidence_level": 0.9, "reference": "arXiv:1802.07198"} | options
    return read_csv(path, **given)  # type: ignore[arg-type]


@given(
    rows=st.dictionaries(st.floats(1e-3, 1e8), st.floats(1e-60, 1e-20), min_size=1, max_size=20),
)
def test_a_curve_survives_its_csv(rows: dict[float, float], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("csv")
    masses = sorted(rows)
    text = "".join(f"{m!r},{rows[m]!r}\n" for m in masses)
    first = read(folder / "a.csv", text)
    again = read(folder / "b.csv", to_csv(first))
    np.testing.assert_array_equal(first.mass, masses)
    np.testing.assert_array_equal(again.mass, first.mass)
    np.testing.assert_array_equal(again.limit, first.limit)


@pytest.mark.parametrize(
    "text",
    [
        "10,1e-44\n100,1e-45\n",
        "mass,limit\n10,1e-44\n100,1e-45\n",
        "mass_gev;limit_cm2\n10;1e-44\n100;1e-45\n",
        "# comment\n10\t1e-44\n\n100\t1e-45\n",
        "  10   1e-44\n 100   1e-45\n",
        "\ufeffWIMP mass [GeV], sigma [cm^2]\r\n10, 1e-44\r\n100, 1e-45\r\n",
        "m (GeV),sigma (cm2),remark\n10,1e-44,first\n100,1e-45,second\n",
    ],
)
def test_tables_as_people_write_them_are_read(text: str, tmp_path: Path) -> None:
    curve = read(tmp_path / "my.csv", text)
    np.testing.assert_array_equal(curve.mass, [10, 100])
    np.testing.assert_array_equal(curve.limit, [1e-44, 1e-45])
    assert (curve.group, curve.label, curve.provenance) == ("own", "my", "digitised")


def test_bands_are_read_by_name(tmp_path: Path) -> None:
    curve = read(tmp_path / "a.csv", "m,s,sensitivity_median [cm2]\n10,1e-44,2e-44\n20,1e-44,3e-44\n")
    np.testing.assert_array_equal(curve.bands["sensitivity_median"], [2e-44, 3e-44])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no rows"),
        ("mass,limit\n", "no rows"),
        ("10\n20\n", "line 1 .* one column"),
        ("10,1e-44\n20,nan\n", "line 2 .* the limit nan"),
        ("10,1e-44\n20,-1e-44\n", "line 2 .* the limit -1e-44"),
        ("10,1e-44\n20,0\n", "line 2 .* the limit 0"),
        ("10,1e-44\ninf,1e-44\n", "line 2 .* the mass inf"),
        ("-10,1e-44\n", "line 1 .* the mass -10"),
        ("10,1e-44\n20,low\n", "line 2 .* 'low' where a number is needed"),
        ("10,1e-44\n20,1e-44,3\n", "line 2 .* 3 columns where others have 2"),
        ("20,1e-44\n10,1e-44\n", "line 2 .* the mass 10 after 20"),
        ("10,1e-44\n10,1e-45\n", "line 2 .* the mass 10 after 10"),
        ("mass [GeV],sigma [pb]\n10,1e-8\n", "is in pb, the plane wants cm2"),
        ("mass [TeV],sigma [cm2]\n10,1e-44\n", "is in TeV, the plane wants GeV"),
        ("just some words\nof a letter\n", "line 2 .* 'of' where a number is needed"),
    ],
)
def test_a_bad_table_is_one_clear_error(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=said):
        read(tmp_path / "bad.csv", text)


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("mass/TeV,sigma/pb", "'mass/TeV' is in TeV"),
        ("mass in TeV,limit", "'mass in TeV' is in TeV"),
        ("mass (GeV),sigma pb", "'sigma pb' is in pb"),
        ("mass_gev,limit_fb", "'limit_fb' is in fb"),
        ("limit,mass", "the first column is 'limit', the second 'mass'"),
    ],
)
def test_a_header_of_another_unit_or_order_is_refused(header: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path / "mine.csv", f"{header}\n10,1e-44\n100,1e-45\n")
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "header",
    [
        '"WIMP mass, GeV","limit, 90 %"',
        "mass in GeV,limit in cm^2",
        "mass/GeV,sigma_SI/cm²",
        "m_dm,sigmav_bb",
    ],
)
def test_headers_of_the_right_units_are_read(header: str, tmp_path: Path) -> None:
    curve = read(tmp_path / "mine.csv", f'{header}\n"10","1e-44"\n100,1e-45\n')
    np.testing.assert_array_equal(curve.mass, [10, 100])


def test_words_of_a_header_between_spaces_are_no_columns(tmp_path: Path) -> None:
    np.testing.assert_array_equal(read(tmp_path / "mine.csv", "WIMP mass limit\n10 1e-44\n").mass, [10])


def test_a_table_that_is_no_text_or_not_there_is_refused(tmp_path: Path) -> None:
    binary = tmp_path / "a.csv"
    binary.write_bytes(b"\xff\xfe\x00\x80")
    for path in (binary, tmp_path / "missing.csv", tmp_path):
        with pytest.raises(InputError, match="cannot read"):
            read_csv(path, plane="si", confidence_level=0.9, reference="a paper")


@pytest.mark.parametrize("level", [0.0, 1.0, 90.0, -0.5, float("nan")])
def test_a_level_that_is_no_fraction_is_refused(level: float, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="confidence_level"):
        read(tmp_path / "a.csv", "10,1e-44\n", confidence_level=level)


def test_an_unknown_level_is_allowed_and_flagged(tmp_path: Path) -> None:
    assert read(tmp_path / "a.csv", "10,1e-44\n", confidence_level=None).confidence == "CL unknown"


def test_a_reference_is_needed(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="reference needs"):
        read(tmp_path / "a.csv", "10,1e-44\n", reference="")


def test_a_region_need_not_be_sorted(tmp_path: Path) -> None:
    curve = read(tmp_path / "a.csv", "10,1e-40\n20,1e-40\n20,1e-41\n10,1e-41\n", kind="region")
    assert curve.kind == "region"


def test_the_long_table_names_every_curve() -> None:
    curves = published_curves("sd_p", ["main"])
    rows = list(csv.DictReader(io.StringIO(to_long_csv(curves))))
    assert len(rows) == sum(curve.mass.size for curve in curves)
    assert {row["curve"] for row in rows} == {curve.id for curve in curves}
    assert {row["confidence_level"] for row in rows if row["experiment"] == "LZ"} == {"0.9"}
    assert {row["confidence_level"] for row in rows if row["experiment"] == "IceCube"} == {"unknown"}
