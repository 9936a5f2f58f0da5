"""The check of environment.yaml says yes and no where the standard's own validator does."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from freezeout.environments.folder import environment_folders
from freezeout.environments.schema import fault, schema
from freezeout.files import read_yaml

GOOD: dict[str, Any] = {
    "schema": 1,
    "name": "tiny",
    "title": "Tiny",
    "summary": "A small one.",
    "status": "partial",
    "missing": [{"name": "fermitools", "reason": "only conda has it"}],
    "packages": ["numpy"],
    "builder": "uv",
    "platforms": ["linux-x86_64"],
    "system": [{"command": "cc", "package": "gcc"}],
    "kernels": ["python"],
    "megabytes": 12.5,
    "seconds": 3,
}
_ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([0, 1, -2, 2.5, "", "x", "Tiny-1", "a" * 70, "ready", "unavailable", "uv"]),
    st.lists(st.sampled_from(["a", "a", 3, {"name": "x", "reason": "y"}, {"name": 1}, "linux-x86_64"])),
    st.dictionaries(st.sampled_from(["name", "reason", "z"]), st.sampled_from(["a", 1])),
)


@given(st.sampled_from([*schema()["properties"], "colour"]), _ANYTHING)
def test_it_agrees_with_the_standard_on_a_changed_description(key: str, value: object) -> None:
    changed = {**copy.deepcopy(GOOD), key: value}
    assert (fault(changed) is None) is Draft202012Validator(schema()).is_valid(changed)


@given(st.sets(st.sampled_from(sorted(GOOD))))
def test_it_agrees_with_the_standard_on_what_is_left_out(keys: set[str]) -> None:
    changed = {key: value for key, value in GOOD.items() if key not in keys}
    assert (fault(changed) is None) is Draft202012Validator(schema()).is_valid(changed)


@given(_ANYTHING)
def test_it_agrees_with_the_standard_on_anything(value: object) -> None:
    assert (fault(value) is None) is Draft202012Validator(schema()).is_valid(value)


@pytest.mark.parametrize(
    ("change", "where", "why"),
    [
        ({"name": "Tiny"}, "name", "'Tiny' does not match"),
        ({"titel": "x"}, "the file", "'titel' is not known; known are schema, name, title"),
        ({"missing": [{"name": "x"}]}, "missing.0", "'reason' is required"),
        ({"status": "unavailable"}, "the file", "'reason' is required"),
        ({"megabytes": "12"}, "megabytes", "'12' is not of type 'number'"),
        ({"builder": "pip"}, "builder", "'pip' is not one of"),
        # it goes into a Dockerfile and into a line to copy
        ({"system": [{"command": "cc", "package": "gcc; rm x"}]}, "system.0.package", "'gcc; rm x' does not"),
        ({"system": [{"command": "cc", "package": "gcc\n"}]}, "system.0.package", "'gcc\\n' does not"),
    ],
)
def test_it_says_where_and_why(change: dict[str, object], where: str, why: str) -> None:
    found = fault({**GOOD, **change})
    assert found is not None
    assert found[0] == where and found[1].startswith(why), found


def test_every_shipped_description_is_in_order() -> None:
    for folder in environment_folders().values():
        assert fault(read_yaml(folder / "environment.yaml")) is None, folder
