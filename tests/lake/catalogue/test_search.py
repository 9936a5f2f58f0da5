"""A search finds what a filter written by hand in Python finds, on a real Rucio."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from freezeout.lake.catalogue.search import Found, search
from freezeout.lake.sites.client import LakeClient

Meta = dict[str, Any]
HELD: dict[str, tuple[str, Meta]] = {
    "runs.a": ("DATASET", {"experiment": "darkside50", "rho_dm": 0.3, "final": True, "n": 1}),
    "runs.b": ("DATASET", {"experiment": "darkside50", "rho_dm": 0.4, "final": False, "n": 2}),
    "runs.c": ("DATASET", {"experiment": "darkside20k", "rho_dm": "0.3", "final": "true", "n": 10}),
    "runs.d": ("CONTAINER", {"experiment": "dark_side", "rho_dm": 1e-47, "tags": ["good", "seen"]}),
    "all": ("CONTAINER", {"note": "untrue, 100% sure", "n": -3, "version": "3", "experiment": "fermi"}),
    "other": ("DATASET", {"note": "a \"quoted\" 'text' \\ back", "day": "2026-05-31", "update": 7, "ø": "å"}),
    "bare": ("DATASET", {}),
    "mixed": ("DATASET", {"rho_dm": "a lot", "n": [1, 2], "final": "maybe", "experiment": 7}),
    "DarkSide-run_1": ("DATASET", {"rho_dm": True, "nested": {"rho_dm": 0.3}, "n": 9007199254740993}),
    "DarkSideXrun_1": ("DATASET", {"rho_dm": None, "n": 0}),
}  # fmt: skip


def number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except ValueError:
        return None


def over(key: str, limit: float) -> Callable[[str, str, Meta], bool]:
    def fits(_name: str, _type: str, m: Meta) -> bool:
        values = m.get(key) if isinstance(m.get(key), list) else [m.get(key)]
        return any((n := number(value)) is not None and n > limit for value in values)

    return fits


CASES: dict[str, Callable[[str, str, Meta], bool]] = {
    "": lambda n, t, m: True,
    "experiment=darkside50": lambda n, t, m: m.get("experiment") == "darkside50",
    "experiment=dark*": lambda n, t, m: str(m.get("experiment", "")).startswith("dark"),
    "experiment=dark_side": lambda n, t, m: m.get("experiment") == "dark_side",
    "experiment!=darkside50": lambda n, t, m: m.get("experiment") not in (None, "darkside50"),
    "rho_dm=0.3": lambda n, t, m: number(m.get("rho_dm")) == 0.3,
    'rho_dm="0.3"': lambda n, t, m: m.get("rho_dm") == "0.3",
    "rho_dm>0.3": over("rho_dm", 0.3),
    "n>1": over("n", 1),
    "rho_dm<1e-40": lambda n, t, m: number(m.get("rho_dm")) == 1e-47,
    "rho_dm!=0.3": lambda n, t, m: m.get("rho_dm") is not None and number(m.get("rho_dm")) != 0.3,
    "final=true": lambda n, t, m: m.get("final") in (True, "true"),
    "final=false": lambda n, t, m: m.get("final") is False,
    "final!=true": lambda n, t, m: m.get("final") not in (None, True, "true"),
    "tags=good": lambda n, t, m: "good" in m.get("tags", []),
    "tags=go*": lambda n, t, m: "good" in m.get("tags", []),
    "note=untrue*": lambda n, t, m: "untrue" in str(m.get("note")),
    'note="*100% s*"': lambda n, t, m: "100%" in str(m.get("note")),
    r'note="a \"quoted\" \'text\' \\ back"': lambda n, t, m: "quoted" in str(m.get("note")),
    "version=3": lambda n, t, m: m.get("version") == "3",
    'version="3"': lambda n, t, m: m.get("version") == "3",
    "version=3 n<0": lambda n, t, m: m.get("version") == "3",
    "update=7": lambda n, t, m: m.get("update") == 7,
    "ø=å": lambda n, t, m: m.get("ø") == "å",
    "day>2026-05-30 day<=2026-05-31": lambda n, t, m: m.get("day") == "2026-05-31",
    "n>=1 n<=10 n!=2": lambda n, t, m: m.get("n") in (1, 10),
    "experiment=darkside50 OR n<0": lambda n, t, m: m.get("experiment") == "darkside50" or n == "all",
    "experiment=darkside50 AND (rho_dm=0.4 OR final=true)": lambda n, t, m: n in ("runs.a", "runs.b"),
    "type=container": lambda n, t, m: t == "CONTAINER",
    "type=container n<0": lambda n, t, m: n == "all",
    "type!=dataset experiment=*": lambda n, t, m: t == "CONTAINER" and "experiment" in m,
    "runs": lambda n, t, m: "runs" in n,
    "name=runs.*": lambda n, t, m: n.startswith("runs."),
    "name=*.a rho_dm=0.3": lambda n, t, m: n == "runs.a",
    "name!=runs.*": lambda n, t, m: not n.startswith("runs."),
    "name=DarkSide-run_1": lambda n, t, m: n == "DarkSide-run_1",
    "account!=nobody": lambda n, t, m: True,
    "created_at>2020-01-01 created_at<2100-01-01": lambda n, t, m: True,
    "created_at<2020-01-01": lambda n, t, m: False,
    "nothing=1": lambda n, t, m: False,
    "length>0": lambda n, t, m: False,
    "True=1": lambda n, t, m: False,
}


def find(connection: Any, query: str, **where: str) -> list[Found]:
    async def go() -> list[Found]:
        async with LakeClient(connection) as client:
            return [hit async for hit in search(client, query, **where)]

    return asyncio.run(go())


@pytest.fixture(scope="module")
def held(lake_of_all: Any) -> str:
    """A scope that holds datasets with metadata of all kinds."""
    scope = str(lake_of_all.make_scope())
    me = lake_of_all.connection
    rows = [{"scope": scope, "name": name, "type": kind} for name, (kind, _) in HELD.items()]
    lake_of_all.call("POST", "/dids", rows, account=me)
    for name, (_, meta) in HELD.items():
        lake_of_all.call("POST", f"/dids/{scope}/{name}/meta", {"meta": meta}, account=me)
    return scope


@pytest.mark.parametrize("query", CASES)
def test_a_search_finds_what_a_filter_in_python_finds(lake: Any, held: str, query: str) -> None:
    hits = find(lake.connection, query, scope=held)
    expected = {name for name, (kind, meta) in HELD.items() if CASES[query](name, kind, meta)}
    assert {hit.row.name for hit in hits} == expected
    assert len(hits) == len(expected)
    for hit in hits:
        assert hit.row.scope == held
        assert hit.row.type == HELD[hit.row.name][0]
        if hit.metadata is not None:
            wanted = {key: value for key, value in HELD[hit.row.name][1].items() if value is not None}
            assert json.dumps(hit.metadata, sort_keys=True) == json.dumps(wanted, sort_keys=True)
