"""Whatever stands in a request's place for a text, nobody gets at more than the routes are for."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ..test_openapi import FILE
from .asking import Routes, make

HOSTILE = (
    "../../outside/secret",
    "/etc/passwd",
    "link",
    "link/secret",
    "..%2foutside",
    "a\x00b",
    "x" * 5000,
    "-h",
)
COSTLY = ("downloads", "uploads", "rerun", "fetch", "submissions", "preview-submission", "save-yaml")
OF_ALL_TESTS = ("start", "stop")
"""The server is that of all tests."""


def operations() -> Iterator[tuple[str, str, set[str], dict[str, Any]]]:
    """Methods and paths of REANA's routes, the texts of their queries, and the properties of their bodies."""
    whole = yaml.safe_load(FILE.read_text())
    for path, methods in whole["paths"].items():
        if "/reana/" not in path or path.rpartition("/")[2] in OF_ALL_TESTS:
            continue
        for method, said in methods.items():
            asked = [
                whole["components"]["parameters"][one["$ref"].rpartition("/")[2]] if "$ref" in one else one
                for one in said.get("parameters", [])
            ]
            texts = {
                one["name"] for one in asked if one["in"] == "query" and one["schema"].get("type") == "string"
            }
            content = said.get("requestBody", {}).get("content", {}).get("application/json", {})
            yield method.upper(), path, texts, content.get("schema", {}).get("properties", {})


def bodies(
    good: dict[str, Any], properties: dict[str, Any], words: tuple[str, ...]
) -> Iterator[dict[str, Any]]:
    """What is good but for one thing."""
    whole = {name: value for name, value in good.items() if name in properties}
    for name, one in properties.items():
        for word in words:
            if one.get("type") == "string" or "enum" in one:
                yield {**whole, name: word}
            elif "array" in str(one.get("type")):
                yield {**whole, name: [word]}
            elif one.get("type") == "object" or "$ref" in one:
                yield {**whole, name: {word: word}}


@pytest.mark.slow
async def test_hostile_words_in_any_place_are_refused_in_words_and_lead_nowhere(
    api: Routes, reana: Any, jp_root_dir: Path
) -> None:
    outside = jp_root_dir.parent / "outside"
    outside.mkdir()
    (outside / "secret").write_text("what nobody is told")
    (jp_root_dir / "link").symlink_to(outside)
    places = reana.home, reana.home / "reana"
    before = [set(place.iterdir()) for place in places]
    name = make(reana, "attacked", "true")
    good = {
        "workflow": name, "a": name, "b": name, "path": "a", "paths": ["a"], "to": "here", "source": "a",
        "target": "b", "url": reana.url, "token": "word", "name": "attacked", "value": "word",
        "experiment": "darkside50",
    }  # fmt: skip

    async def attack(method: str, path: str, data: Any = None, /, **query: str) -> None:
        answer = await api.raw(method, path, data, **query)
        check(answer, (method, path, data, query))
        if answer.code == 202:
            await api.job(yaml.safe_load(answer.body))

    number = 0
    for method, path, texts, properties in operations():
        words = (HOSTILE[0], HOSTILE[-2]) if path.rpartition("/")[2] in COSTLY else HOSTILE
        query = {text: good[text] for text in texts & good.keys()}
        asked = [attack(method, path, **{**query, text: word}) for text in texts for word in words]
        asked += [attack(method, path, said) for said in bodies(good, properties, words)]
        await asyncio.gather(*asked)
        number += len(asked)
    assert number > 300
    assert [one.name for one in outside.iterdir()] == ["secret"]
    assert (outside / "secret").read_text() == "what nobody is told"
    assert [set(place.iterdir()) for place in places] == before


def check(answer: Any, what: object) -> None:
    """It is in order or an error in words, and nothing of outside is in it."""
    assert answer.code != 500 and b"Traceback" not in answer.body, (what, answer.body)
    assert b"nobody is told" not in answer.body and b"root:x:0" not in answer.body, what
    if answer.code >= 400 and "/api/" in answer.effective_url:
        said = yaml.safe_load(answer.body)
        assert said["code"] and said["code"] != "unexpected" and said["message"], (what, said)
        assert len(said["message"]) < 2100, (what, len(said["message"]))
