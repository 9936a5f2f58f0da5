"""Workspaces over REST: filled from the server's own folder, listed, brought back, tidied."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .asking import Routes, make


@pytest.fixture
def folder(jp_root_dir: Path) -> Path:
    """A folder of a few files below the server's root."""
    found = jp_root_dir / "mine" / "data"
    (found / "deep").mkdir(parents=True)
    (found / "a.txt").write_text("a\n")
    (found / "deep" / "ä b.csv").write_text("x,y\n1,2\n")
    (found / ".hidden").write_text("not to be sent\n")
    return found


async def uploaded(api: Routes, reana: Any, name: str) -> str:
    """A workflow with the folder in its workspace."""
    workflow = make(reana, name, "true")
    job = await api.job(await api.post("uploads", 202, workflow=workflow, paths=["mine/data"]))
    assert (job["state"], job["kind"], job["result"]) == ("done", "reana-upload", {"files": 2}), job
    return workflow


async def test_a_folder_goes_up_and_comes_back_as_it_was(
    api: Routes, reana: Any, folder: Path, jp_root_dir: Path
) -> None:
    workflow = await uploaded(api, reana, "there-and-back")
    page = await api.get("files", workflow=workflow)
    assert {one["path"]: one["size"] for one in page["files"]} == {"data/a.txt": 2, "data/deep/ä b.csv": 8}
    assert page["total"] == 2 and not page["has_next"]
    first = await api.get("files", workflow=workflow, size=1)
    assert len(first["files"]) == 1 and first["has_next"]
    assert [one["path"] for one in (await api.get("files", workflow=workflow, search="a.txt"))["files"]] == [
        "data/a.txt"
    ]
    job = await api.job(await api.post("downloads", 202, workflow=workflow, paths=None, to="back/here"))
    assert (job["state"], job["kind"], job["result"]["files"]) == ("done", "reana-download", 2), job
    back = jp_root_dir / "back" / "here" / "data"
    assert (back / "a.txt").read_text() == "a\n" and (back / "deep" / "ä b.csv").read_text() == "x,y\n1,2\n"
    only = await api.job(await api.post("downloads", 202, workflow=workflow, paths=["data/a.txt"], to="one"))
    assert only["state"] == "done" and [one.name for one in (jp_root_dir / "one").rglob("*")] == [
        "data", "a.txt",
    ]  # fmt: skip


async def test_files_are_moved_removed_and_pruned(
    api: Routes, reana: Any, folder: Path, jp_root_dir: Path
) -> None:
    workflow = await uploaded(api, reana, "tidied")
    (jp_root_dir / "loose.txt").write_text("loose\n")
    await api.job(await api.post("uploads", 202, workflow=workflow, paths=["loose.txt"], to="extra"))

    async def paths() -> set[str]:
        return {one["path"] for one in (await api.get("files", workflow=workflow))["files"]}

    moved = {"workflow": workflow, "source": "extra/loose.txt", "target": "extra/moved.txt"}
    assert (await api.ask("POST", "move", moved))[0] == 204
    assert await paths() == {"data/a.txt", "data/deep/ä b.csv", "extra/moved.txt"}
    status, answer = await api.ask("DELETE", "files", {"workflow": workflow, "paths": ["data/a.txt"]})
    assert (status, answer) == (200, {"removed": ["data/a.txt"]})
    assert (await api.ask("POST", "prune", {"workflow": workflow}))[0] == 204
    assert await paths() == {"data/deep/ä b.csv"}
    assert await api.refused("DELETE", "files", {"workflow": workflow, "paths": ["none"]}) == (
        404, "unknown_file",
    )  # fmt: skip
    assert await api.refused("DELETE", "files", {"workflow": workflow, "paths": []}) == (400, "bad_body")


async def test_nothing_leaves_the_folder_of_the_file_browser(
    api: Routes, reana: Any, folder: Path, jp_root_dir: Path, tmp_path: Path
) -> None:
    workflow = make(reana, "contained", "true")
    (tmp_path / "secret").write_text("mine\n")
    (folder / "link").symlink_to(tmp_path / "secret")
    for path in ("../secret", "mine/data/link", "mine/data", "/../secret", "mine/data/.hidden"):
        assert await api.refused("POST", "uploads", {"workflow": workflow, "paths": [path]}) == (
            400, "path_outside",
        ), path  # fmt: skip
    for to in ("../out", "a/../../out", ".hidden"):
        assert await api.refused("POST", "downloads", {"workflow": workflow, "to": to}) == (
            400, "path_outside",
        ), to  # fmt: skip
    assert await api.refused("POST", "uploads", {"workflow": workflow, "paths": ["none"]}) == (
        404, "path_not_found",
    )  # fmt: skip
    assert (await api.get("files", workflow=workflow))["total"] == 0
    for target in ("../x", "a/../../x"):
        made = {"workflow": workflow, "source": "a", "target": target}
        assert (await api.refused("POST", "move", made))[0] in (400, 404)
        assert (await api.refused("GET", "preview", workflow=workflow, path=target))[0] in (400, 404)
        assert (await api.raw("GET", "/freezeout/reana/file", workflow=workflow, path=target)).code in (
            400,
            404,
        )


async def test_a_file_is_sent_to_be_saved_and_never_as_a_page(
    api: Routes, reana: Any, jp_root_dir: Path
) -> None:
    workflow = make(reana, "hostile", "true")
    text = "<script>alert(document.domain)</script>"
    (jp_root_dir / 'x";ä.html').write_text(text)
    await api.job(await api.post("uploads", 202, workflow=workflow, paths=['x";ä.html']))
    answer = await api.raw("GET", "/freezeout/reana/file", workflow=workflow, path='x";ä.html')
    assert answer.code == 200 and answer.body.decode() == text
    headers = answer.headers
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["Content-Disposition"] == "attachment; filename*=UTF-8''x%22%3B%C3%A4.html"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("sandbox")
    shown = await api.get("preview", workflow=workflow, path='x";ä.html')
    assert (shown["kind"], shown["text"]) == ("text", text)
    assert await api.refused("GET", "preview", workflow=workflow, path="none") == (404, "unknown_file")
    missing = await api.raw("GET", "/freezeout/reana/file", workflow=workflow, path="none")
    assert missing.code == 404 and "Content-Disposition" not in missing.headers


async def test_files_are_asked_for_anew_when_that_is_wanted(api: Routes, reana: Any, tmp_path: Path) -> None:
    workflow = make(reana, "anew", "true")
    assert (await api.get("files", workflow=workflow))["total"] == 0
    (tmp_path / "late.txt").write_text("late\n")
    # by another way than this server's, which does not see it
    reana.client().upload(workflow, {"late.txt": tmp_path / "late.txt"})
    assert [one["path"] for one in (await api.get("files", workflow=workflow, refresh=1))["files"]] == [
        "late.txt"
    ]
