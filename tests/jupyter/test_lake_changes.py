"""The lake changed over REST: datasets, attachments, metadata, rules; what is refused has its status."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from freezeout import lake as library

from .lakes import LakeApi, register, until


@pytest.fixture
def api(jp_fetch: Any) -> LakeApi:
    return LakeApi(jp_fetch)


@pytest.fixture
def file(lake: Any, tmp_path: Path) -> str:
    """A file of the user's own."""
    (tmp_path / "a.txt").write_text("hello\n")
    return str(library.put(tmp_path / "a.txt", f"{lake.scope}:a.txt")[0])


async def test_a_dataset_is_made_filled_emptied_and_erased_and_its_listings_follow(
    api: LakeApi, lake: Any, file: str
) -> None:
    did = f"{lake.scope}:new"

    async def names(**query: str) -> list[str]:
        return [one["name"] for one in (await api.get("listing", **query))["rows"]]

    assert await names(scope=lake.scope) == []
    status, made = await api.ask("POST", "dids", {"did": did, "type": "dataset", "metadata": {"cl": 0.9}})
    assert (status, made["type"], made["mine"], made["metadata"]) == (201, "DATASET", True, {"cl": 0.9})
    assert await names(scope=lake.scope) == ["new"] and await names(did=did) == []
    status, filled = await api.ask("POST", "attachments", {"did": did, "contents": [file]})
    assert (status, filled["length"]) == (200, 1)
    assert await names(did=did) == ["a.txt"]
    status, _ = await api.ask("DELETE", "attachments", {"did": did, "contents": [file]})
    assert status == 200 and await names(did=did) == []
    status, answer = await api.ask("POST", "dids", {"did": did, "type": "dataset"})
    assert (status, answer["code"]) == (409, "did_exists")
    assert await api.ask("DELETE", "dids", did=did) == (204, None)

    async def gone() -> bool:
        status, _ = await api.ask("GET", "did", did=did)
        return status == 404 or await names(scope=lake.scope) == []

    await until(gone)


async def test_metadata_are_set_with_their_types_and_removed(api: LakeApi, lake: Any, file: str) -> None:
    for key, value in (("n", 3), ("x", 0.25), ("yes", True), ("word", "0.3"), ("many", [1, 2])):
        status, _ = await api.ask("PUT", "metadata", {"did": file, "key": key, "value": value})
        assert status == 200
    wanted = {"n": 3, "x": 0.25, "yes": True, "word": "0.3", "many": [1, 2]}
    assert (await api.get("did", did=file))["metadata"] == wanted
    status, left = await api.ask("DELETE", "metadata", did=file, key="n")
    del wanted["n"]
    assert (status, left) == (200, {"metadata": wanted})
    for key, value in (("bytes", 1), ("a.b", 1), ("", 1), ("none", None)):
        status, answer = await api.ask("PUT", "metadata", {"did": file, "key": key, "value": value})
        assert (status, answer["code"]) == (400, "bad_metadata")


async def test_a_rule_is_made_reaches_its_end_is_prolonged_and_cancelled(
    api: LakeApi, lake: Any, file: str
) -> None:
    status, rule = await api.ask("POST", "rules", {"did": file, "rse": "MIRROR", "lifetime": 3600})
    assert (status, rule["did"], rule["rse_expression"], rule["mine"]) == (201, file, "MIRROR", True)
    assert rule["expires_at"] is not None

    async def state() -> dict[str, Any]:
        rules = (await api.get("rules", did=file))["rules"]
        return next(one for one in rules if one["id"] == rule["id"])

    async def fulfilled() -> bool:
        found = await state()
        return bool(found["state"] == "OK" and found["progress"] == 1.0)

    await until(fulfilled)
    rses = {one["rse"]: one["state"] for one in (await api.get("replicas", did=file))["rses"]}
    assert rses == {"HERE": "AVAILABLE", "MIRROR": "AVAILABLE"}
    status, changed = await api.ask("PATCH", f"rules/{rule['id']}", {"lifetime": None})
    assert (status, changed["expires_at"]) == (200, None)
    assert await api.ask("DELETE", f"rules/{rule['id']}") == (204, None)

    async def gone() -> bool:
        return rule["id"] not in [one["id"] for one in (await api.get("rules", did=file))["rules"]]

    await until(gone)


@pytest.mark.parametrize(
    ("method", "path", "data", "status", "code"),
    [
        ("POST", "rules", {"did": "{file}", "rse": "NOWHERE"}, 400, "rse_not_found"),
        ("POST", "rules", {"did": "{file}", "lifetime": -5}, 400, "bad_rule"),
        ("POST", "rules", {"did": "{file}", "lifetime": "1 day"}, 400, "bad_body"),
        ("POST", "rules", {"did": "{file}", "copies": True}, 400, "bad_body"),
        ("POST", "rules", {"did": "freezeout:nothing"}, 404, "did_not_found"),
        ("POST", "rules", {"rse": "HERE"}, 400, "bad_body"),
        ("PATCH", "rules/" + 32 * "0", {"lifetime": 60}, 404, "rule_not_found"),
        ("PATCH", "rules/x", {"lifetime": 60}, 404, "rule_not_found"),
        ("PATCH", "rules/x", {}, 400, "bad_body"),
        ("DELETE", "rules/x", None, 404, "rule_not_found"),
        ("POST", "dids", {"did": "{scope}:x", "type": "file"}, 400, "bad_type"),
        ("POST", "dids", {"did": "{scope}:x y", "type": "dataset"}, 400, "bad_did"),
        ("POST", "dids", {"did": "root:x", "type": "dataset"}, 403, "lake_denied"),
        ("POST", "dids", {"did": "{scope}:x", "type": "dataset", "contents": [1]}, 400, "bad_body"),
        ("DELETE", "dids?did={file}", None, 409, "not_possible"),
        ("DELETE", "dids?did=freezeout:nothing", None, 404, "did_not_found"),
        ("POST", "attachments", {"did": "freezeout:nothing", "contents": ["{file}"]}, 404, "did_not_found"),
        ("PUT", "metadata", {"did": "freezeout:nothing", "key": "a", "value": 1}, 404, "did_not_found"),
        ("DELETE", "metadata?did={file}&key=none", None, 400, "bad_metadata"),
    ],
)  # fmt: skip
async def test_a_change_that_cannot_be_made_is_told_with_its_status(
    api: LakeApi, lake: Any, file: str, method: str, path: str, data: Any, status: int, code: str
) -> None:
    def filled(value: Any) -> Any:
        return value.format(file=file, scope=lake.scope) if isinstance(value, str) else value

    path, _, query = filled(path).partition("?")
    words = dict(part.split("=") for part in query.split("&")) if query else {}
    data = {key: [filled(v) for v in value] if isinstance(value, list) else filled(value)
            for key, value in data.items()} if data is not None else None  # fmt: skip
    found, answer = await api.ask(method, path, data, **words)
    assert (found, answer["code"]) == (status, code), answer


async def test_what_belongs_to_somebody_else_is_not_changed(api: LakeApi, lake: Any) -> None:
    theirs = replace(lake, scope=lake.make_scope(lake.root))
    register(theirs, "theirs", 1)
    did = f"{theirs.scope}:theirs"
    for method, path, data in (
        ("PUT", "metadata", {"did": did, "key": "a", "value": 1}),
        ("POST", "attachments", {"did": did, "contents": [f"{did}.000000"]}),
    ):
        status, answer = await api.ask(method, path, data)
        assert (status, answer["code"]) == (403, "lake_denied"), answer
    status, answer = await api.ask("DELETE", "dids", did=did)
    assert (status, answer["code"]) == (403, "lake_denied")
    assert (await api.get("did", did=did))["metadata"] == {}


async def test_a_body_that_is_too_large_is_not_read(api: LakeApi, lake: Any, file: str) -> None:
    status, answer = await api.ask("PUT", "metadata", {"did": file, "key": "a", "value": "x" * 1_100_000})
    assert (status, answer["code"]) == (413, "body_too_large")
    assert len(answer["message"]) < 200
