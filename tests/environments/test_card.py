"""Listing all environments is quick, starts nothing and imports little."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from typing import Any

import pytest

from freezeout.environments.build import run_build, start_build
from freezeout.environments.card import card, cards
from freezeout.environments.folder import environment, environment_folders
from freezeout.environments.installation import installation
from freezeout.jobs.run import cancel

from .conftest import Recipe, ended, until
from .package_index import wheel

_LISTING = """
import json, sys, time
started = []
from freezeout.environments.card import cards
from freezeout.environments.folder import scan_environments
def watch(event, words):
    if event in ("subprocess.Popen", "os.fork", "os.exec", "os.posix_spawn", "os.system", "os.forkpty"):
        started.append([event, str(words)])
if sys.argv[1] == "watched":
    sys.addaudithook(watch)
times = [time.process_time()]
for _ in range(2):
    shown = cards(scan_environments()[0])
    times.append(time.process_time())
heavy = ("numpy", "jsonschema", "packaging", "sqlite3", "subprocess", "asyncio", "ctypes", "jupyter_client")
print(json.dumps({"names": [one["name"] for one in shown], "started": started,
    "seconds": [times[1] - times[0], times[2] - times[1]],
    "heavy": [name for name in heavy if name in sys.modules]}))
"""


def listing(how: str) -> dict[str, Any]:
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-c", _LISTING, how], capture_output=True, text=True, check=True, env=env
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_listing_starts_no_process_and_imports_nothing_heavy() -> None:
    found = listing("watched")
    assert found["started"] == [] and found["heavy"] == []
    assert set(environment_folders()) <= set(found["names"])


@pytest.mark.slow
@pytest.mark.alone
def test_listing_all_takes_at_most_50_ms_also_the_first_time() -> None:
    listing("alone")
    # of this process's own time: nothing is waited for, and who else is on the machine is not counted
    times = [listing("alone")["seconds"] for _ in range(7)]
    assert statistics.median(first for first, _ in times) <= 0.050, times
    assert statistics.median(again for _, again in times) <= 0.025, times


def test_the_state_follows_what_is_done(tiny: Recipe) -> None:
    def state() -> str:
        (one,) = cards([environment("tiny")])
        return str(one["state"])

    assert state() == "ready"
    tiny.index.slow["tiny"] = 30
    job = start_build("tiny")
    assert state() == "building"
    (shown,) = cards([environment("tiny")])
    assert shown["job"]["id"] == job.id and shown["job"]["subject"] == "environment:tiny"
    until(lambda: any(path.endswith(".whl") for path in tiny.index.asked))
    cancel(job.id)
    ended(job)
    assert state() == "ready"
    tiny.index.slow.clear()
    run_build("tiny")
    assert state() == "built"
    tiny.lock(tiny.index.add("tiny", "2.0", wheel("tiny", "2.0")))
    assert state() == "outdated"
    run_build("tiny")
    assert state() == "built"


def test_a_card_shows_what_is_built(tiny: Recipe) -> None:
    tiny.describe(packages="[Tiny]", offered_as="[small]")
    before = card(environment("tiny"))
    assert before["packages"] == [{"name": "Tiny", "version": "1.0"}] and before["built_at"] is None
    assert before["own"] and before["kernels"] == [] and before["smoke"] is None
    run_build("tiny")
    found, shown = installation("tiny"), card(environment("tiny"))
    assert found is not None
    assert shown["built_at"] == found.data["built_at"] and shown["seconds"] == found.data["seconds"]
    assert shown["python"] == ".".join(map(str, sys.version_info[:3]))
    assert shown["lock_sha256"] == shown["built_lock_sha256"]
    assert shown["kernels"] == ["freezeout-tiny"] and shown["offered_as"] == ["small"]
    assert json.loads(json.dumps(shown)) == shown


def test_what_cannot_be_built_here_says_why(tiny: Recipe) -> None:
    tiny.describe(status="unavailable", reason="only conda has it", substitute="gamma")
    shown = card(environment("tiny"))
    assert shown["state"] == "unavailable"
    assert shown["reason"] == "only conda has it (the nearest is 'gamma')"
    tiny.describe(platforms="[macos-x86_64]")
    assert "can be built on macos-x86_64, and this is" in card(environment("tiny"))["reason"]
    tiny.describe(system="[{command: no-such-compiler, package: no-such-package}]")
    assert (
        "lacks no-such-compiler (on Debian: apt-get install no-such-package)"
        in (card(environment("tiny"))["reason"])
    )
    tiny.describe()
    (tiny.folder / "requirements.txt").unlink()
    assert "has no lock: requirements.txt is missing" in card(environment("tiny"))["reason"]
