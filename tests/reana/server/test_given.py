"""What a client gives is checked before anything is stored."""

from typing import Any

import pytest

from freezeout.reana.server import given
from freezeout.reana.server.refusal import Refusal

from .conftest import serial


@pytest.mark.parametrize(
    "name", ["a.b", "é", "a/b", "a\nb", "x" * 201, "5f9e6c1a-7b0e-4b8e-9c55-0d6a4ad3a2f1"]
)
def test_a_name_that_would_be_mistaken_is_refused(name: str) -> None:
    with pytest.raises(Refusal) as refused:
        given.name(name)
    assert refused.value.status_code == 400


@pytest.mark.parametrize(
    "more",
    [
        {"inputs": []}, {"inputs": {"files": "x"}}, {"inputs": {"files": ["../x"]}},
        {"outputs": {"files": [1]}},
        {"inputs": {"parameters": [1]}}, {"inputs": {"options": {"CACHE": 1, "speed": 1}}}, {"version": 1},
        {"workspace": {"retention_days": {"*": -1}}}, {"workspace": {"retention_days": {"*": True}}},
        {"workspace": {"retention_days": {"../*": 1}}}, {"workflow": {"type": "serial"}}, {"workflow": None},
        {"workflow": {"type": "serial", "specification": {"steps": [1]}}}, {"workflow": {"type": ["cwl"]}},
        {"workflow": {"type": "serial", "specification": {"steps": [{"commands": "true"}]}}},
        {"workflow": {"type": "serial", "specification": {"steps": [{"commands": [5]}]}}},
        {"workflow": {"type": "yadage", "file": "../x"}}, {"workflow": {"type": "cwl", "file": "x"}},
    ],
)  # fmt: skip
def test_a_specification_that_cannot_be_used_is_refused(more: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as refused:
        given.specification(serial("true") | more)
    assert refused.value.status_code == 400


def test_what_was_not_given_may_be_null() -> None:
    plain = serial("true", inputs={"parameters": {"word": None}})
    nulls = serial(
        "true", inputs={"parameters": {"word": None}, "files": None, "options": None}, outputs=None
    )
    nulls["workflow"]["file"] = None
    assert given.specification(nulls) == (plain, "serial")


def test_parameters_and_options_are_those_of_the_workflow() -> None:
    specification = serial("true", inputs={"parameters": {"mass": 1}})
    assert given.parameters({"mass": 2}, specification) == {"mass": 2}
    assert given.options("serial", {"FROM": "fit"}) == {"FROM": "fit"}
    for wrong in ({"mas": 2}, [1]):
        with pytest.raises(Refusal):
            given.parameters(wrong, specification)
    with pytest.raises(Refusal, match="CACHE, FROM, TARGET"):
        given.options("serial", {"report": 1})
