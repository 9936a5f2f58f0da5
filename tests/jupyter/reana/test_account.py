"""What belongs to the user of a server: what she uses, and secrets, which are told nobody."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from .asking import Routes, make


async def test_usage_tells_the_disk_that_a_workflow_takes(api: Routes, reana: Any, tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(bytes(5000))
    (tmp_path / "b.bin").write_bytes(bytes(10))
    files = {"data/a.bin": tmp_path / "a.bin", "b.bin": tmp_path / "b.bin"}
    name = make(reana, "used", "true", files=files)
    whole = await api.get("usage")
    assert whole["disk"] is None
    disk = next(one for one in whole["quota"] if one["resource"] == "disk")
    assert disk["unit"] == "bytes" and disk["used"] >= 5010
    found = (await api.get("usage", workflow=name))["disk"]
    assert found["bytes"] == 5010 and not found["truncated"]
    assert found["files"] == [{"path": "data/a.bin", "bytes": 5000}, {"path": "b.bin", "bytes": 10}]
    assert await api.refused("GET", "usage", workflow="none.1") == (404, "unknown_workflow")


async def test_a_secret_is_kept_replaced_and_removed_and_never_told(
    api: Routes, reana: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = {"name": "WORD", "value": "s3same"}
    said: list[Any] = [await api.ask("POST", "secrets", secret)]
    assert said[0] == (204, None)
    found = await api.get("secrets")
    assert {"name": "WORD", "type": "env"} in found["secrets"]
    again = await api.ask("POST", "secrets", secret)
    assert (again[0], again[1]["code"]) == (409, "exists_already")
    said += [found, again, await api.ask("POST", "secrets", {**secret, "overwrite": True})]
    said.append(await api.ask("POST", "secrets", {**secret, "type": "odd"}))
    said.append(await api.ask("POST", "secrets", {"name": "WORD", "value": ["s3same"]}))
    assert [one[0] for one in said[-3:]] == [204, 400, 400]
    assert (await api.ask("DELETE", "secrets", name="WORD"))[0] == 204
    assert await api.refused("DELETE", "secrets", name="WORD") == (404, "unknown_secret")
    assert "s3same" not in json.dumps(said) + caplog.text
