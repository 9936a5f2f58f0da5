"""What is in the lake is listed as it comes, however odd its names are."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any

import pytest

from freezeout.errors import FreezeoutError, InputError
from freezeout.lake.catalogue.browse import Row, Scope, contents, dids, scopes
from freezeout.lake.catalogue.edit import add_collection
from freezeout.lake.did import DID
from freezeout.lake.sites.client import LakeClient


def test_own_scopes_come_first(lake: Any, ask: Any) -> None:
    found = ask(scopes)
    assert Scope(lake.scope, True) in found
    assert [one.own for one in found] == sorted((one.own for one in found), reverse=True)
    other = lake.make_account()
    assert Scope(lake.scope, False) in ask(scopes, by=other)
    assert Scope(other.scope, True) in ask(scopes, by=other)


def test_a_scope_lists_its_files_datasets_and_containers_by_type(lake: Any, ask: Any, files: Any) -> None:
    names = files(3)
    dataset, container = DID(lake.scope, "set"), DID(lake.scope, "box")
    ask(add_collection, dataset, "dataset", [DID(lake.scope, name) for name in names])
    ask(add_collection, container, "container", [dataset])
    assert {row.name for row in ask(dids, lake.scope)} == {*names, "set", "box"}
    assert {row.type for row in ask(dids, lake.scope, "collection")} == {"DATASET", "CONTAINER"}
    assert [row.did for row in ask(dids, lake.scope, "container")] == [container]
    assert ask(dids, lake.scope, "file")[0].bytes == 10
    held = ask(contents, dataset)
    assert sorted(row.name for row in held) == names
    assert held[0] == Row(lake.scope, held[0].name, "FILE", 10, "0cc737eb")
    assert [row.did for row in ask(contents, container)] == [dataset]
    assert ask(contents, DID(lake.scope, names[0])) == []


def test_what_is_not_there_is_said(lake: Any, ask: Any) -> None:
    with pytest.raises(InputError) as said:
        ask(contents, DID(lake.scope, "nothing"))
    assert said.value.code == "did_not_found"
    assert ask(dids, "noscope") == []
    with pytest.raises(InputError, match="no type 'folder'"):
        ask(dids, lake.scope, "folder")


@pytest.mark.parametrize(
    "name",
    [
        "a/b/c.csv",
        "a/meta",
        "a/dids",
        "a/rules",
        "a/files",
        "dids/search",
        "x" * 250,
        "a..b",
        "a-_.b",
        "0",
        "/a",
        "a/../b",
    ],
)
def test_odd_names_that_rucio_allows_are_listed_attached_and_found(lake: Any, ask: Any, name: str) -> None:
    inner, outer = DID(lake.scope, name), DID(lake.scope, "box")
    ask(add_collection, inner, "dataset", metadata={"odd": name})
    ask(add_collection, outer, "container", [inner])
    assert [row.did for row in ask(contents, outer)] == [inner]
    assert ask(contents, inner) == []
    assert inner in [row.did for row in ask(dids, lake.scope)]


@pytest.mark.parametrize(
    "name",
    [
        "a b",
        "100%",
        "a:b",
        "å",
        "日本",
        "a+b",
        "a?b",
        "a#b",
        "a\\b",
        "-a",
        ".",
        "a'b",
        'a"b',
        "a&b=c",
        "a;b",
        "😀",
    ],
)
def test_names_that_rucio_refuses_are_one_clear_error(lake: Any, ask: Any, name: str) -> None:
    did = DID(lake.scope, name)
    with pytest.raises(InputError) as said:
        ask(add_collection, did)
    assert said.value.code == "bad_did"
    assert "Traceback" not in str(said.value)
    with pytest.raises(InputError) as said:
        ask(contents, did)
    # the message about a name beyond Latin-1 is more than Rucio can send
    assert said.value.code in ("did_not_found", "bad_did")


def test_a_name_with_two_slashes_goes_nowhere_else(lake: Any, ask: Any) -> None:
    ask(add_collection, DID(lake.scope, "a/b"))
    with pytest.raises(InputError):
        ask(contents, DID(lake.scope, "a//b"))


def test_who_stops_reading_leaves_no_connection_open(lake: Any, ask: Any, files: Any) -> None:
    files(2000)

    async def look() -> list[str]:
        async with LakeClient(lake.connection) as client:
            for _ in range(12):
                # more often than there are connections to keep
                async with aclosing(dids(client, lake.scope)) as rows:
                    async for _ in rows:
                        break
            return [one.scope for one in await scopes(client)]

    assert lake.scope in asyncio.run(asyncio.wait_for(look(), 60))


def test_a_request_can_be_cancelled(lake: Any) -> None:
    async def look() -> None:
        async with LakeClient(lake.connection) as client:
            await client.token()
            work = asyncio.create_task(scopes(client))
            await asyncio.sleep(0)
            work.cancel()
            with pytest.raises(asyncio.CancelledError):
                await work
            assert await scopes(client)

    asyncio.run(look())


def test_nobody_there_is_unreachable(lake: Any) -> None:
    from dataclasses import replace

    from freezeout.services.process import free_port

    url = f"http://127.0.0.1:{free_port()}"

    async def look() -> None:
        async with LakeClient(replace(lake.connection, url=url, auth_url=url)) as client:
            await scopes(client)

    with pytest.raises(FreezeoutError) as said:
        asyncio.run(look())
    assert said.value.code == "lake_unreachable"
