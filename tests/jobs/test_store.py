"""The table of jobs: shared by processes, never lost, and true of those that were killed."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from freezeout.errors import FreezeoutError, InputError
from freezeout.jobs import store


def add(subject: str = "thing:one", kind: str = "make") -> tuple[str, int]:
    job, lock = store.add(kind, "Make one", subject, "freezeout.made_up:work", {"n": 1})
    assert lock is not None
    return job.id, lock


def test_a_job_is_found_again_as_it_was_stored() -> None:
    id, lock = add()
    assert store.begin(id, os.getpid())
    assert store.update(id, progress=0.5, message="half")
    assert store.finish(id, "done", result={"größe": 1})
    os.close(lock)
    job = store.job(id)
    assert (job.state, job.progress, job.message, job.result) == ("done", 0.5, "half", {"größe": 1})
    assert job.to_dict()["log_bytes"] == 0


def test_a_subject_has_one_live_job() -> None:
    id, lock = add()
    again, no_lock = store.add("make", "Make one", "thing:one", "freezeout.made_up:work", {})
    assert (again.id, no_lock) == (id, None)
    store.finish(id, "failed")
    os.close(lock)
    other, other_lock = add()
    os.close(other_lock)
    assert other != id


def test_what_has_ended_stays_as_it_ended() -> None:
    id, lock = add()
    assert store.finish(id, "cancelled")
    assert not store.begin(id, 1)
    assert not store.update(id, progress=0.9)
    assert not store.finish(id, "done")
    os.close(lock)
    assert store.job(id).state == "cancelled"


def test_a_job_whose_process_is_gone_has_failed() -> None:
    id, lock = add()
    store.begin(id, os.getpid())
    os.close(lock)  # as the operating system does when the process is killed
    (job,) = store.jobs()
    assert (job.id, job.state) == (id, "failed")
    assert job.error is not None and job.error["code"] == "interrupted"


_UPDATES = """
import os, sys
from freezeout.jobs import store
job, lock = store.add("make", "t", f"thing:{sys.argv[1]}", "freezeout.x:y", {})
for n in range(50):
    assert store.update(job.id, progress=n / 50, message=f"step {n}")
store.finish(job.id, "done")
"""


def test_many_writers_lose_nothing_and_revisions_only_grow() -> None:
    started = time.monotonic()
    children = [subprocess.Popen([sys.executable, "-c", _UPDATES, str(n)]) for n in range(8)]
    seen: list[int] = []
    while any(child.poll() is None for child in children):
        seen += [job.revision for job in store.changes(seen[-1] if seen else 0)]
    assert [child.wait() for child in children] == [0] * 8, time.monotonic() - started
    assert seen == sorted(set(seen))
    jobs = store.jobs()
    assert [(job.state, job.message) for job in jobs] == [("done", "step 49")] * 8
    # each of them: added, fifty updates, finished
    assert max(job.revision for job in jobs) == 8 * 52


def test_a_revision_is_not_given_twice_after_the_newest_job_is_forgotten() -> None:
    id, lock = add()
    store.finish(id, "done")
    os.close(lock)
    before = store.job(id).revision
    with sqlite3.connect(store.folder() / "jobs.sqlite") as table:
        table.execute("DELETE FROM jobs")
    table.close()
    other, other_lock = add()
    os.close(other_lock)
    assert store.job(other).revision > before


def test_old_jobs_are_forgotten_with_their_logs() -> None:
    first = ""
    for _ in range(205):
        id, lock = add()
        first = first or id
        (store.folder() / f"{id}.log").write_text("said")
        store.finish(id, "done")
        os.close(lock)
    assert len(store.jobs()) == 200
    assert len(list(store.folder().glob("*.log"))) == 200
    assert list(store.folder().glob("*.lock")) == []
    with pytest.raises(InputError, match=f"there is no job '{first}'"):
        store.job(first)


def test_reading_makes_nothing(freezeout_home: Path) -> None:
    assert store.jobs() == store.changes(0) == store.live_jobs() == []
    with pytest.raises(InputError, match="there is no job 'x'"):
        store.job("x")
    assert list(freezeout_home.iterdir()) == []


def test_a_table_of_the_first_form_is_taken_over() -> None:
    store.folder().mkdir(parents=True)
    with sqlite3.connect(store.folder() / "jobs.sqlite") as table:
        table.executescript(
            "CREATE TABLE jobs (id TEXT PRIMARY KEY, kind TEXT NOT NULL, title TEXT NOT NULL,"
            " subject TEXT NOT NULL, work TEXT NOT NULL, arguments TEXT NOT NULL, state TEXT NOT NULL,"
            " progress REAL, message TEXT NOT NULL DEFAULT '', result TEXT, error TEXT, pid INTEGER,"
            " created_at TEXT NOT NULL, started_at TEXT, finished_at TEXT, revision INTEGER NOT NULL);"
            "INSERT INTO jobs VALUES ('1', 'k', 't', 's', 'w', '{}', 'done', 1, '', NULL, NULL, NULL,"
            " '2026', NULL, NULL, 41); PRAGMA user_version = 1;"
        )
    table.close()
    assert store.job("1").state == "done"
    id, lock = add()
    os.close(lock)
    assert store.job(id).revision == 42


def test_a_newer_table_is_refused() -> None:
    store.folder().mkdir(parents=True)
    with sqlite3.connect(store.folder() / "jobs.sqlite") as table:
        table.execute("PRAGMA user_version = 99")
    table.close()
    with pytest.raises(InputError, match=r"was written by a newer Freezeout \(update Freezeout\)"):
        store.jobs()


@pytest.mark.parametrize("garbage", [b"no table at all " * 100, b"SQLite format 3\x00" + b"\x07" * 4000])
def test_a_damaged_table_is_set_aside(garbage: bytes) -> None:
    store.folder().mkdir(parents=True)
    path = store.folder() / "jobs.sqlite"
    path.write_bytes(garbage)
    assert store.jobs() == []
    (aside,) = store.folder().glob("jobs.damaged-*")
    assert aside.read_bytes() == garbage
    _, lock = add()
    os.close(lock)


def test_a_table_that_another_program_locks_is_an_error_with_its_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    id, lock = add()
    holder = sqlite3.connect(store.folder() / "jobs.sqlite", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    monkeypatch.setattr(store, "_PATIENCE", 0.2)
    with pytest.raises(FreezeoutError, match=r"cannot use the table of jobs .*locked"):
        store.update(id, progress=0.5)
    holder.close()
    assert store.update(id, progress=0.5)
    os.close(lock)


def test_a_log_is_read_on_from_where_it_was_and_never_in_the_middle_of_a_sign() -> None:
    id, lock = add()
    path = store.job(id).log
    text = "größer – 汉字 – 🦀\n" * 5
    data = text.encode()
    path.write_bytes(data[:3])
    read, offset = store.read_log(id)
    assert (read, offset) == ("gr", 2)
    path.write_bytes(data)
    collected, at = read, offset
    while at < len(data):
        more, after = store.read_log(id, at, limit=5)
        assert after > at
        collected, at = collected + more, after
    assert collected == text
    assert store.read_log(id, at) == ("", at)
    assert store.read_log(id, 10_000) == ("", 10_000)
    assert store.read_log(id, 10**15 - 1) == ("", 10**15 - 1)
    path.write_bytes(data[:3])
    assert store.read_log(id)[1] == 2
    store.finish(id, "done")
    os.close(lock)
    assert store.read_log(id) == ("gr\ufffd", 3)  # nobody will write the rest of it


def test_passwords_do_not_get_into_the_table() -> None:
    id, lock = add()
    store.finish(id, "failed", error={"code": "c", "message": "no https://u:secret@h/", "hint": ""})
    os.close(lock)
    assert b"secret" not in (store.folder() / "jobs.sqlite").read_bytes()
