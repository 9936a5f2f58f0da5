"""The lake looked at over REST: connections, scopes, pages of listings and searches, details, replicas."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from freezeout import lake as library

from .lakes import LakeApi, register, until

FILES = 20_000


@pytest.fixture
def api(jp_fetch: Any) -> LakeApi:
    return LakeApi(jp_fetch)


async def test_the_embedded_lake_is_connected_without_a_click(api: LakeApi, lake: Any) -> None:
    found = await api.get("connections")
    (one,) = found["connections"]
    assert found["default"] == one["name"] == "embedded"
    assert (one["state"], one["message"], one["url"]) == ("ready", "", lake.url)
    assert one["account"] == lake.connection.account and one["here"] == "HERE"
    assert one["version"].startswith("41.") and one["token_expires_at"] > "2020"
    assert found["embedded"] == {"available": True, "state": "ready", "message": ""}


async def test_scopes_are_listed_with_the_own_ones_first(api: LakeApi, lake: Any) -> None:
    found = (await api.get("scopes"))["scopes"]
    assert {"scope": lake.scope, "own": True} in found
    owns = [one["own"] for one in found]
    assert owns == sorted(owns, reverse=True)


@pytest.mark.slow
async def test_the_first_page_of_a_long_dataset_is_there_at_once_and_the_rest_follows(
    api: LakeApi, jp_fetch: Any, lake: Any
) -> None:
    register(lake, "long", FILES)
    await api.get("connections")
    did, waits = f"{lake.scope}:long", []
    begun = time.perf_counter()
    page = await api.get("listing", did=did, limit=200)
    first = time.perf_counter() - begun
    assert [one["name"] for one in page["rows"]] == [f"long.{n:06d}" for n in range(200)]
    assert first < 0.5 or not page["complete"], first  # a machine that is busy is slow, and still pages

    async def whole() -> Any:
        asked = time.perf_counter()
        await jp_fetch("/api")
        waits.append(time.perf_counter() - asked)
        found = await api.get("listing", did=did, limit=1)
        return found if found["complete"] else None

    found = await until(whole)
    assert (found["total"], found["revision"]) == (FILES, page["revision"])  # no row changed its place
    assert min(waits) < 0.1, waits  # how many wait for how long: benchmarks/lake_server.py
    last = await api.get("listing", did=did, offset=FILES - 50, limit=500)
    assert [one["bytes"] for one in last["rows"]] == [1000 + n for n in range(FILES - 50, FILES)]
    some = await api.get("listing", did=did, contains="LONG.0199", limit=500)
    assert some["total"] == 100 and some["rows"][0]["name"] == "long.019900"
    assert (await api.get("did", did=did))["length"] == FILES


async def test_a_scope_is_listed_by_type(api: LakeApi, lake: Any) -> None:
    register(lake, "few", 3)
    names = {}
    for type in ("collection", "dataset", "container", "file", "all"):
        page = await api.get("listing", scope=lake.scope, type=type)
        assert page["complete"] and page["error"] is None
        names[type] = [one["name"] for one in page["rows"]]
    files = [f"few.{n:06d}" for n in range(3)]
    assert names == {
        "collection": ["few"], "dataset": ["few"], "container": [], "file": files, "all": ["few", *files],
    }  # fmt: skip


async def test_a_search_is_paged_and_says_how_it_was_understood(api: LakeApi, lake: Any) -> None:
    register(lake, "few", 3)
    await api.ask(
        "POST", "dids", {"did": f"{lake.scope}:mine", "type": "dataset", "metadata": {"rho_dm": 0.3}}
    )
    page = await api.get("search", q="rho_dm>0.2  rho_dm<0.4", scope=lake.scope)
    assert page["query"] == "rho_dm>0.2 AND rho_dm<0.4"
    (row,) = page["rows"]
    assert (row["name"], row["type"], row["metadata"]) == ("mine", "DATASET", {"rho_dm": 0.3})
    page = await api.get("search", q="few", scope=lake.scope, type="file", offset=1, limit=1)
    assert (page["total"], [one["name"] for one in page["rows"]]) == (3, ["few.000001"])
    await api.ask("PUT", "metadata", {"did": f"{lake.scope}:mine", "key": "rho_dm", "value": 0.5})
    assert (await api.get("search", q="rho_dm=0.3", scope=lake.scope))["rows"] == []


async def test_a_file_is_described_with_its_sums_parents_and_place_in_the_cache(
    api: LakeApi, lake: Any, tmp_path: Path
) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "a.txt").write_text("hello\n")
    dataset, file = library.put(tmp_path / "run", f"{lake.scope}:run", metadata={"cl": 0.9})
    found = await api.get("did", did=file)
    assert (found["type"], found["bytes"], found["adler32"]) == ("FILE", 6, "084b021f")
    assert found["parents"] == [dataset] and found["mine"] and found["cached"] is None
    (path,) = library.get(file)
    assert (await api.get("did", did=file))["cached"] == str(path)
    found = await api.get("did", did=dataset)
    assert (found["type"], found["length"], found["metadata"]) == ("DATASET", 1, {"cl": 0.9})
    replicas = (await api.get("replicas", did=file))["rses"]
    assert [(one["rse"], one["state"], one["files"]) for one in replicas] == [("HERE", "AVAILABLE", 1)]
    paths = await api.get("paths", did=dataset)
    assert paths["available"] and paths["type"] == "collection"
    assert [(one["did"], Path(one["path"]).read_text()) for one in paths["files"]] == [(file, "hello\n")]
    assert (await api.get("paths", did=file))["type"] == "file"


async def test_paths_of_what_is_not_at_hand_are_none(api: LakeApi, lake: Any) -> None:
    register(lake, "far", 2)
    found = await api.get("paths", did=f"{lake.scope}:far")
    assert found["available"] is False
    assert [one["path"] for one in found["files"]] == [None, None]


async def test_tabs_that_ask_at_once_get_the_same(api: LakeApi, lake: Any) -> None:
    register(lake, "few", 50)
    pages = await asyncio.gather(*(api.get("listing", did=f"{lake.scope}:few", limit=50) for _ in range(8)))
    assert all(page == pages[0] for page in pages) and pages[0]["total"] == 50


@pytest.mark.parametrize(
    ("path", "query", "status", "code"),
    [
        ("scopes", {"connection": "elsewhere"}, 404, "unknown_lake"),
        ("listing", {}, 400, "bad_query"),
        ("listing", {"scope": "a", "did": "a:b"}, 400, "bad_query"),
        ("listing", {"scope": "freezeout", "type": "folder"}, 400, "bad_query"),
        ("listing", {"scope": "freezeout", "limit": "501"}, 400, "bad_query"),
        ("listing", {"scope": "freezeout", "limit": "0"}, 400, "bad_query"),
        ("listing", {"scope": "freezeout", "offset": "-1"}, 400, "bad_query"),
        ("listing", {"scope": "freezeout", "refresh": "maybe"}, 400, "bad_query"),
        ("listing", {"did": "freezeout:nothing"}, 404, "did_not_found"),
        ("search", {"q": "(a=1"}, 400, "bad_query"),
        ("search", {"q": "a", "type": "folder"}, 400, "bad_query"),
        ("did", {"did": "no colon"}, 400, "bad_did"),
        ("did", {}, 400, "bad_did"),
        ("did", {"did": "freezeout:nothing"}, 404, "did_not_found"),
        ("replicas", {"did": "freezeout:nothing"}, 404, "did_not_found"),
        ("rules", {"did": "freezeout:nothing"}, 404, "did_not_found"),
        ("paths", {"did": "a\nb:c"}, 400, "bad_did"),
    ],
)
async def test_what_cannot_be_answered_is_told_with_its_status(
    api: LakeApi, lake: Any, path: str, query: dict[str, str], status: int, code: str
) -> None:
    found, answer = await api.ask("GET", path, **query)
    assert (found, answer["code"]) == (status, code), answer
    assert set(answer) == {"code", "message", "hint"} and answer["message"]
    assert "Traceback" not in str(answer)


async def test_a_lake_that_was_never_started_is_none_and_can_be_had(
    api: LakeApi, freezeout_home: Path
) -> None:
    found = await api.get("connections")
    assert (found["default"], found["connections"]) == (None, [])
    assert found["embedded"]["state"] == "down"
    assert (await api.ask("GET", "scopes"))[0] == 404
