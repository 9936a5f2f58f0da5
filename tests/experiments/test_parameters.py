"""Parameters are read from the cell, parsed by type and refused before anything runs."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freezeout.errors import InputError
from freezeout.experiments.parameters import Parameter, check_all, parse_assignments, read_cell

CELL = """masses: list[float] = [10.0, 100.0]  # WIMP masses [GeV]
v_0: float = 220.0  # most probable speed [km/s]
statistic: str = "poisson"  # how the limit is set
toys: int = 100  # how many
band: bool = True  # draw it
threshold: float | None = None  # rise of −2lnL
events: "did" = "lake:events"  # where the events are
extra: dict = {}
"""


def declared(**limits: object) -> list[Parameter]:
    return read_cell(CELL)


def test_a_cell_gives_name_type_default_help_and_unit() -> None:
    found = {p.name: p for p in declared()}
    assert found["v_0"] == Parameter("v_0", "float", 220.0, "most probable speed", "km/s")
    assert found["masses"].type == "list[float]"
    assert found["threshold"].optional
    assert found["events"].type == "did"
    assert found["extra"].help == ""


@pytest.mark.parametrize("line", ["v_0 = 220", "import os", "v_0: float", "print(1)"])
def test_a_line_that_is_no_parameter_is_refused(line: str) -> None:
    with pytest.raises(InputError, match="name: type = default"):
        read_cell(line + "\n")


@pytest.mark.parametrize(
    "line", ["a: float = )", "a: float = 2 * 3", "a: list[float] = range(3)", "a: str = 'x"]
)
def test_a_default_that_is_no_plain_value_is_refused(line: str) -> None:
    with pytest.raises(InputError, match=r"not Python|not a plain value"):
        read_cell(line + "\n")


def test_an_unknown_type_is_refused() -> None:
    with pytest.raises(InputError, match="complex"):
        read_cell("z: complex = 1\n")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("masses=[100, 1000]", [100.0, 1000.0]),
        ("masses=100,1e3", [100.0, 1000.0]),
        ("masses=[1e-27, 2e3]", [1e-27, 2e3]),
        ("masses=5", [5.0]),
        ("v_0=1e-27", 1e-27),
        ("statistic=no", "no"),
        ("statistic=1", "1"),
        ("toys=1", 1),
        ("toys=1e3", 1000),
        ("toys=12345678901234567", 12345678901234567),
        ("band=no", False),
        ("band=True", True),
        ("threshold=3.84", 3.84),
        ("threshold=none", None),
        ("extra={a: 1}", {"a": 1}),
        ('extra={"a": [1, 2]}', {"a": [1, 2]}),
        ("events=scope:na me", None),
    ],
)
def test_assignments_are_parsed_by_the_declared_type(text: str, value: object) -> None:
    name = text.partition("=")[0]
    parsed = parse_assignments(declared(), [text])
    if text == "events=scope:na me":
        with pytest.raises(InputError, match="no DID"):
            check_all(declared(), parsed)
        return
    assert check_all(declared(), parsed)[name] == value


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("v_o=230", "did you mean v_0"),
        ("v_0=fast", "v_0 is 'fast', which is not a number"),
        ("v_0=nan", "v_0 is nan"),
        ("v_0=inf", "v_0 is inf"),
        ("v_0=", "v_0 is ''"),
        ("toys=inf", "toys is 'inf', which is not a whole number"),
        ("toys=1.5", "toys is '1.5', which is not a whole number"),
        ("band=maybe", "true or false"),
        ("masses=[a, 2]", r"masses\[0\] is 'a'"),
        ("masses={a: 1}", "list of float"),
        ("masses=[1, [2]]", r"masses\[1\]"),
        ("masses=[", "masses is '\\['"),
        ("nothing", "name=value"),
        ("=3", "name=value"),
        ("extra=3", "extra is 3, which is not a map"),
    ],
)
def test_bad_assignments_name_the_parameter_and_what_was_given(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        check_all(declared(), parse_assignments(declared(), [text]))


def test_a_parameter_given_twice_is_refused() -> None:
    with pytest.raises(InputError, match="twice"):
        parse_assignments(declared(), ["v_0=1", "v_0=2"])


@pytest.mark.parametrize(
    ("limits", "value", "said"),
    [
        ({"minimum": 1}, 0.5, "1 GeV or more"),
        ({"maximum": 1}, 2.0, "up to 1 GeV"),
        ({"minimum": 1, "maximum": 2}, 3.0, "1 to 2 GeV"),
        ({"exclusive_minimum": 0}, 0.0, "above 0 GeV"),
        ({"exclusive_minimum": 0, "maximum": 1}, -1.0, "above 0 up to 1 GeV"),
        ({"choices": (1.0, 2.0)}, 3.0, "allowed: 1.0, 2.0"),
    ],
)
def test_a_value_out_of_range_is_refused_with_what_is_allowed(
    limits: dict[str, object], value: float, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        Parameter("x", "float", 1.0, unit="GeV", **limits).check(value)  # type: ignore[arg-type]


def test_lists_are_checked_element_by_element() -> None:
    parameter = Parameter("m", "list[float]", [1.0], minimum=1, minimum_items=1, increasing=True)
    for value, said in [([], "empty"), ([1, 0.5], r"m\[1\] is 0.5"), ([2, 2], "twice"), ([3, 2], "order"),
                        ([1, math.nan], "nan"), ("12", "list"), (None, "list")]:  # fmt: skip
        with pytest.raises(InputError, match=said):
            parameter.check(value)
    assert parameter.check((1, 2.5)) == [1.0, 2.5]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_finite_number_survives_the_command_line(value: float) -> None:
    assert check_all(declared(), parse_assignments(declared(), [f"v_0={value!r}"]))["v_0"] == value


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_any_list_of_numbers_survives_the_command_line(values: list[float]) -> None:
    assert check_all(declared(), parse_assignments(declared(), [f"masses={values!r}"]))["masses"] == values


@given(st.text())
def test_any_text_given_as_a_number_is_a_number_or_one_clear_error(text: str) -> None:
    try:
        value = check_all(declared(), parse_assignments(declared(), [f"v_0={text}"]))["v_0"]
    except InputError as error:
        assert "v_0" in str(error) and "\n" not in str(error)
    else:
        assert isinstance(value, float) and math.isfinite(value)
