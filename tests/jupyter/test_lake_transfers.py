"""Downloads and uploads over REST: jobs with progress, between the lake and the server's own folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from freezeout import lake as library
from freezeout.jobs import store

from .lakes import LakeApi


@pytest.fixture
def api(jp_fetch: Any) -> LakeApi:
    return LakeApi(jp_fetch)


@pytest.fixture
def folder(jp_root_dir: Path) -> Path:
    """A folder of two files below the server's root."""
    found = jp_root_dir / "data" / "run"
    (found / "deep").mkdir(parents=True)
    (found / "a.csv").write_text("1\n")
    (found / "deep" / "b.csv").write_text("2\n")
    return found


async def test_a_folder_goes_up_as_a_dataset_and_comes_down_as_it_was(
    api: LakeApi, lake: Any, folder: Path, jp_root_dir: Path
) -> None:
    asked = {"paths": ["data/run"], "scope": lake.scope, "metadata": {"cl": 0.9}}
    status, job = await api.ask("POST", "uploads", asked)
    assert (status, job["kind"]) == (202, "lake-upload"), job
    job = await api.job(job)
    assert job["state"] == "done", job
    did = f"{lake.scope}:run"
    assert job["result"]["did"] == did
    found = await api.get("did", did=did)
    assert (found["type"], found["length"], found["metadata"]) == ("DATASET", 2, {"cl": 0.9})
    status, job = await api.ask("POST", "downloads", {"did": did, "to": "back"})
    assert (status, job["kind"], job["subject"]) == (202, "lake-download", f"lake:embedded:{did}")
    job = await api.job(job)
    assert job["state"] == "done" and job["progress"] == 1.0, job
    back = jp_root_dir / "back" / "run"
    assert (back / "a.csv").read_text() == "1\n" and (back / "deep" / "b.csv").read_text() == "2\n"


async def test_a_listing_shows_an_upload_when_it_is_read_again(api: LakeApi, lake: Any, folder: Path) -> None:
    assert (await api.get("listing", scope=lake.scope, type="file"))["total"] == 0
    asked = {"paths": ["data/run/a.csv"], "scope": lake.scope}
    job = await api.job((await api.ask("POST", "uploads", asked))[1])
    assert job["state"] == "done", job
    page = await api.get("listing", scope=lake.scope, type="file", refresh=1)
    assert [one["name"] for one in page["rows"]] == ["a.csv"]


async def test_a_job_that_fails_says_why(api: LakeApi, lake: Any) -> None:
    status, job = await api.ask("POST", "downloads", {"did": f"{lake.scope}:nothing", "to": ""})
    assert status == 202
    job = await api.job(job)
    assert (job["state"], job["error"]["code"]) == ("failed", "did_not_found")


async def test_one_download_at_a_time_of_the_same_data(api: LakeApi, lake: Any, folder: Path) -> None:
    (did,) = library.put(folder / "a.csv", f"{lake.scope}:a.csv")
    work = "freezeout.lake.files.get:download_job"
    arguments = {"connection": "embedded", "did": did, "to": str(folder.parents[1] / "here")}
    job, lock = store.add("lake-download", "Download", f"lake:embedded:{did}", work, arguments)
    assert lock is not None
    try:
        status, same = await api.ask("POST", "downloads", {"did": did, "to": "here"})
        assert (status, same["id"]) == (202, job.id)
        status, answer = await api.ask("POST", "downloads", {"did": did, "to": "there"})
        assert (status, answer["code"]) == (409, "job_busy")
    finally:
        os.close(lock)


@pytest.mark.parametrize(
    ("route", "data", "status", "code"),
    [
        ("downloads", {"did": "a:b", "to": "../out"}, 400, "path_outside"),
        ("downloads", {"did": "a:b", "to": "link"}, 400, "path_outside"),
        ("downloads", {"did": "a:b", "to": "link/deeper"}, 400, "path_outside"),
        ("downloads", {"did": "a:b", "to": ".hidden"}, 400, "path_outside"),
        ("downloads", {"did": "a:b", "to": "data/run/a.csv"}, 409, "path_unusable"),
        ("downloads", {"did": "a:b"}, 400, "bad_body"),
        ("downloads", {"did": "b", "to": ""}, 400, "bad_did"),
        ("uploads", {"paths": []}, 400, "bad_body"),
        ("uploads", {"paths": "data"}, 400, "bad_body"),
        ("uploads", {"paths": ["nowhere"]}, 404, "path_not_found"),
        ("uploads", {"paths": ["../" + 20 * "../" + "etc/passwd"]}, 400, "path_outside"),
        ("uploads", {"paths": ["link/secret"]}, 400, "path_outside"),
        ("uploads", {"paths": ["data"]}, 400, "path_outside"),  # a link in it leads out
        ("uploads", {"paths": ["a\x00b"]}, 400, "path_outside"),
        ("uploads", {"paths": ["data/run"], "connection": "elsewhere"}, 404, "unknown_lake"),
    ],
)
async def test_nothing_outside_of_the_server_s_folder_is_read_or_written(
    api: LakeApi,
    lake: Any,
    folder: Path,
    tmp_path: Path,
    route: str,
    data: dict[str, Any],
    status: int,
    code: str,
) -> None:
    root, outside = folder.parents[1], tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("x")
    (root / "link").symlink_to(outside)
    (root / "data" / "leak").symlink_to(outside / "secret")
    found, answer = await api.ask("POST", route, data)
    assert (found, answer["code"]) == (status, code), answer
    assert store.jobs() == [] and [path.name for path in outside.iterdir()] == ["secret"]
