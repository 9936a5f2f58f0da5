"""Listing and opening the experiments."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError

from freezeout.settings import shared_folder

from .conftest import body

NOTEBOOKS = shared_folder("notebooks")


async def open_(jp_fetch: Any, id: str) -> Any:
    return body(await jp_fetch(f"/freezeout/api/experiments/{id}/open", method="POST", body=""))


async def refused(jp_fetch: Any, id: str) -> tuple[int, Any]:
    with pytest.raises(HTTPClientError) as caught:
        await open_(jp_fetch, id)
    assert caught.value.response is not None
    return caught.value.code, body(caught.value.response)


async def test_every_experiment_of_the_project_is_listed_without_problems(jp_fetch: Any) -> None:
    answer = body(await jp_fetch("/freezeout/api/experiments"))
    assert {e["id"] for e in answer["experiments"]} == {
        path.parent.name for path in NOTEBOOKS.glob("*/experiment.yaml")
    }
    assert answer["problems"] == []


async def test_a_card_says_what_the_experiment_is(jp_fetch: Any) -> None:
    answer = body(await jp_fetch("/freezeout/api/experiments"))
    (card,) = (e for e in answer["experiments"] if e["id"] == "darkside50")
    assert card["method"] == "direct" and card["plane"] == "si"
    assert {"default", "smoke"} <= set(card["presets"])
    assert card["notebook"] is None  # it is not below this server's root


async def test_an_experiment_below_the_root_is_opened_where_it_lies(
    jp_fetch: Any, jp_root_dir: Path, mine: Path
) -> None:
    shutil.copytree(NOTEBOOKS / "darkside50", mine / "darkside50")
    assert await open_(jp_fetch, "darkside50") == {
        "path": "mine/darkside50/limit.ipynb", "state": "in_place", "outdated": False,
    }  # fmt: skip
    assert not (jp_root_dir / "freezeout").exists()


async def test_an_experiment_from_elsewhere_is_copied_and_jupyter_can_read_the_copy(jp_fetch: Any) -> None:
    opened = await open_(jp_fetch, "darkside50")
    assert opened == {"path": "freezeout/darkside50/limit.ipynb", "state": "copied", "outdated": False}
    shipped = json.loads((NOTEBOOKS / "darkside50" / "limit.ipynb").read_text())
    contents = body(await jp_fetch("/api/contents", opened["path"]))
    assert [c["source"] for c in contents["content"]["cells"]] == [
        "".join(c["source"]) for c in shipped["cells"]
    ]


async def test_what_the_user_wrote_into_the_copy_stays(jp_fetch: Any, jp_root_dir: Path) -> None:
    copy = jp_root_dir / (await open_(jp_fetch, "darkside50"))["path"]
    changed = copy.read_text().replace("v_0", "v_zero")
    copy.write_text(changed)
    assert (await open_(jp_fetch, "darkside50"))["state"] == "kept"
    assert copy.read_text() == changed


async def test_an_unknown_experiment_is_not_found_and_the_near_one_is_named(jp_fetch: Any) -> None:
    status, answer = await refused(jp_fetch, "darkside5")
    assert status == 404
    assert answer["code"] == "unknown_experiment"
    assert "'darkside5'" in answer["message"] and "did you mean darkside50?" in answer["hint"]


async def test_a_place_that_cannot_be_made_is_a_conflict(jp_fetch: Any, jp_root_dir: Path) -> None:
    (jp_root_dir / "freezeout").write_text("a file where a folder is needed")
    status, answer = await refused(jp_fetch, "darkside50")
    assert (status, answer["code"]) == (409, "path_unusable")
    assert str(jp_root_dir / "freezeout") in answer["message"]


async def test_a_folder_that_is_not_in_order_is_a_problem_and_the_others_are_listed(
    jp_fetch: Any, mine: Path
) -> None:
    (mine / "broken").mkdir()
    (mine / "broken" / "experiment.yaml").write_text("id: [")
    answer = body(await jp_fetch("/freezeout/api/experiments"))
    assert "darkside50" in {e["id"] for e in answer["experiments"]}
    (problem,) = answer["problems"]
    assert problem["id"] == "broken" and "not valid YAML" in problem["message"]


async def test_a_notebook_that_is_no_notebook_is_bad_input(jp_fetch: Any, mine: Path) -> None:
    shutil.copytree(NOTEBOOKS / "darkside50", mine / "darkside50")
    notebook = mine / "darkside50" / "limit.ipynb"
    notebook.write_text("[]")
    notebook.chmod(0o444)
    hidden = mine.with_name(".hidden")
    mine.rename(hidden)
    mine.symlink_to(hidden)
    status, answer = await refused(jp_fetch, "darkside50")
    assert (status, answer["code"]) == (400, "notebook_unreadable")
