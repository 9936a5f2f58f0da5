"""What a workflow was made of is read from its workspace, behind the list; it may say anything."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from freezeout_jupyter.reana.abouts import OTHER, About, read
from hypothesis import given
from hypothesis import strategies as st

from .asking import Routes, make

SCAN = {
    "kind": "scan", "experiment": "darkside50", "environment": {"name": "gateway"}, "points": [{}, {}, {}],
}  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda one: st.lists(one), max_leaves=4
)


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"[" * 100_000, b'{"kind": ["scan"]}', b'{"kind": "x"}'])
def test_what_says_nothing_of_use_is_another(data: bytes) -> None:
    assert read(data) == OTHER


@given(st.fixed_dictionaries(dict.fromkeys(SCAN, JSON)))
def test_nothing_that_a_workspace_says_breaks_anything(said: dict[str, Any]) -> None:
    found = read(json.dumps({**said, "kind": "scan"}).encode())
    assert all(one is None or isinstance(one, str) for one in (found.experiment, found.environment))


async def test_a_list_comes_to_know_what_its_workflows_are(api: Routes, reana: Any, tmp_path: Path) -> None:
    assert read(json.dumps(SCAN).encode()) == About("scan", "darkside50", "gateway", 3)
    name = make(reana, "scanned", "true")

    async def shown() -> tuple[int | None, str | None]:
        (one,) = (await api.get("workflows", search="scanned"))["workflows"]
        return one["runs"], one["experiment"]

    assert await shown() == (None, None)
    assert (await api.get("workflow", workflow=name))["kind"] == "other"  # its files are not there yet
    (tmp_path / "about").write_text(json.dumps(SCAN))
    reana.client().upload(name, {"freezeout/submission.json": tmp_path / "about"})
    end = time.monotonic() + 60
    while await shown() != (3, "darkside50"):
        assert time.monotonic() < end
    found = await api.get("workflow", workflow=name)
    assert (found["kind"], found["environment"]) == ("scan", "gateway")
