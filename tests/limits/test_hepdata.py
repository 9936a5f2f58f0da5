"""A curve survives its file, and a damaged file is one clear error."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml
from hepdata_validator.data_file_validator import DataFileValidator
from hypothesis import given
from hypothesis import strategies as st

from freezeout import InputError, published_curves
from freezeout.limits import hepdata
from freezeout.limits.curve import BANDS, KINDS, PROVENANCES, LimitCurve, Reference
from freezeout.limits.planes import CHANNELS

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=20)
POSITIVE = st.floats(1e-60, 1e60)


@st.composite
def curves(draw: st.DrawFn) -> LimitCurve:
    """Any curve that can exist."""
    mass = sorted(draw(st.lists(st.floats(1e-3, 1e9), min_size=1, max_size=8, unique=True)))
    n = len(mass)
    limit = draw(st.lists(POSITIVE | st.just(float("nan")), min_size=n - 1, max_size=n - 1))
    values = st.lists(POSITIVE, min_size=n, max_size=n).map(np.array)
    return LimitCurve(
        plane=draw(st.sampled_from(["si", "sd_p", "sd_n", *(f"sigma_v/{c}" for c in CHANNELS)])),
        mass=np.array(mass),
        limit=np.array([draw(POSITIVE), *limit]),
        label=draw(WORDS),
        experiment=draw(WORDS),
        confidence_level=draw(st.none() | st.floats(0.01, 0.99)),
        kind=draw(st.sampled_from([k for k in KINDS if k != "region"])),
        provenance=draw(st.sampled_from(PROVENANCES)),
        references=(Reference(arxiv="1802.07198", doi="10.1103/PhysRevD.98.102006", bibtex_key="a:1"),),
        bands={name: draw(values) for name in draw(st.sets(st.sampled_from(BANDS)))},
        columns={"fraction": draw(values)},
        assumptions=draw(st.dictionaries(WORDS, st.floats(0.1, 1e3), max_size=3)),
        exposure=draw(WORDS),
        id=draw(st.from_regex(r"[a-z0-9][a-z0-9._-]{0,20}", fullmatch=True)),
        notes=tuple(draw(st.lists(WORDS, max_size=2))),
    )


@given(curve=curves())
def test_a_curve_written_and_read_is_the_same(
    curve: LimitCurve, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("curve") / "limit.yaml"
    found = hepdata.read(hepdata.write(curve, path))
    for name in LimitCurve.__dataclass_fields__:
        expected, given_back = getattr(curve, name), getattr(found, name)
        if name in ("mass", "limit"):
            np.testing.assert_array_equal(expected, given_back)
        elif name in ("bands", "columns"):
            assert set(expected) == set(given_back)
            for key in expected:
                np.testing.assert_array_equal(expected[key], given_back[key])
        elif name == "assumptions":
            assert dict(expected) == dict(given_back)
        else:
            assert expected == given_back, name


@pytest.mark.slow
def test_every_published_curve_is_a_valid_hepdata_table(tmp_path: Path) -> None:
    validator = DataFileValidator()
    for curve in published_curves():
        path = hepdata.write(curve, tmp_path / f"{curve.id}.yaml")
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        assert validator.validate(file_path=str(path), data=data), validator.get_messages(str(path))
        validator.clear_messages()


def test_every_published_curve_survives_its_file(tmp_path: Path) -> None:
    for curve in published_curves("sd_p"):
        found = hepdata.read(hepdata.write(curve, tmp_path / "limit.yaml"))
        np.testing.assert_array_equal(found.limit, curve.limit)
        assert found.references == curve.references
        assert found.notes == curve.notes
        assert found.confidence_level == curve.confidence_level


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[1, 2",
        "just words",
        "- a list",
        "independent_variables: []\ndependent_variables: []",
        "independent_variables: [{}]\ndependent_variables: [{}]",
        "independent_variables: 1\ndependent_variables: 2",
        "\x00\x01\x02",
    ],
)
def test_a_damaged_file_is_one_clear_error(text: str, tmp_path: Path) -> None:
    path = tmp_path / "limit.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"limit\.yaml"):
        hepdata.read(path)


@given(cut=st.integers(1, 700), junk=st.binary(max_size=3))
def test_a_file_cut_anywhere_is_an_error_or_a_whole_curve(
    cut: int, junk: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    whole = hepdata.dumps(published_curves("si", ["points"])[0]).encode()
    path = tmp_path_factory.mktemp("cut") / "limit.yaml"
    path.write_bytes(whole[:cut] + junk)
    with pytest.raises(InputError):
        hepdata.read(path)


def test_a_file_of_a_newer_format_is_refused_with_the_remedy(curve: LimitCurve, tmp_path: Path) -> None:
    path = tmp_path / "limit.yaml"
    text = hepdata.dumps(curve).replace("name: format\n    value: 1", "name: format\n    value: 99")
    assert "99" in text
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="newer than this Freezeout"):
        hepdata.read(path)
