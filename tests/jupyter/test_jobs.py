"""Jobs over REST: listed, looked at, read and cancelled."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from freezeout.jobs import store

from .test_environments import ask


@pytest.fixture
def finished(freezeout_home: Path) -> str:
    """The id of a job that has ended, with a log of thirteen bytes."""
    job, lock = store.add("test", "A test", "test:one", "freezeout.none:none", {})
    assert lock is not None
    job.log.write_text("grüße\nthere\n")
    store.finish(job.id, "done", result={"n": 1})
    os.close(lock)
    return job.id


async def test_there_are_no_jobs_at_first(jp_fetch: Any) -> None:
    assert await ask(jp_fetch, "GET", "jobs") == (200, {"jobs": [], "revision": 0})


async def test_a_job_is_listed_and_shown(jp_fetch: Any, finished: str) -> None:
    status, answer = await ask(jp_fetch, "GET", "jobs")
    assert status == 200
    (job,) = answer["jobs"]
    assert (job["id"], job["state"], job["result"]) == (finished, "done", {"n": 1})
    assert answer["revision"] == job["revision"]
    assert await ask(jp_fetch, "GET", f"jobs/{finished}") == (200, job)


async def test_a_log_is_read_from_where_one_is(jp_fetch: Any, finished: str) -> None:
    _, whole = await ask(jp_fetch, "GET", f"jobs/{finished}/log")
    assert whole == {"text": "grüße\nthere\n", "offset": 14, "size": 14}
    _, rest = await ask(jp_fetch, "GET", f"jobs/{finished}/log?offset=8")
    assert rest == {"text": "there\n", "offset": 14, "size": 14}
    _, end = await ask(jp_fetch, "GET", f"jobs/{finished}/log?offset=14")
    assert end["text"] == "" and end["offset"] == 14


@pytest.mark.parametrize("offset", ["-1", "1.5", "all", "٣", "9" * 40])
async def test_an_offset_that_is_none_is_refused(jp_fetch: Any, finished: str, offset: str) -> None:
    status, answer = await ask(jp_fetch, "GET", f"jobs/{finished}/log?offset={offset}")
    assert (status, answer["code"]) == (400, "bad_query")
    assert offset in answer["message"]


async def test_a_job_that_has_ended_stays_as_it_is_when_it_is_cancelled(jp_fetch: Any, finished: str) -> None:
    status, job = await ask(jp_fetch, "POST", f"jobs/{finished}/cancel")
    assert (status, job["state"]) == (200, "done")


async def test_a_job_whose_process_was_killed_is_shown_as_failed(jp_fetch: Any, freezeout_home: Path) -> None:
    job, lock = store.add("test", "A test", "test:two", "freezeout.none:none", {})
    assert lock is not None
    store.update(job.id, state="running")
    os.close(lock)
    _, answer = await ask(jp_fetch, "GET", f"jobs/{job.id}")
    assert answer["state"] == "failed" and answer["error"]["code"] == "interrupted"


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "jobs/none"), ("POST", "jobs/none/cancel"), ("GET", "jobs/none/log")]
)
async def test_an_unknown_job_is_not_found(jp_fetch: Any, method: str, path: str) -> None:
    status, answer = await ask(jp_fetch, method, path)
    assert (status, answer["code"]) == (404, "unknown_job")
