"""Disks that are full, that may not be written to, or that are not the cache's.

The disks are real: small ones in memory, mounted in a namespace of a child process.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from freezeout.environments.build import run_build
from freezeout.environments.installation import installation
from freezeout.jobs import store

from .conftest import Recipe, builds, nothing_to_see

pytestmark = pytest.mark.slow  # with what builds or starts real environments and servers

_TOLD = """
import json, sys
from freezeout.errors import FreezeoutError
def tell(act):
    try:
        return {"result": act()}
    except FreezeoutError as error:
        return {"code": error.code, "message": error.message, "hint": error.hint}
"""


def namespace(mounts: str, code: str) -> Any:
    """What a child prints as JSON which alone sees some mounts."""
    # a user who is not root may mount in a namespace of users
    words = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--mount"]
    script = f'set -e\n{mounts}\nexec "$0" -c "$1"'
    done = subprocess.run(
        [*words, "bash", "-c", script, sys.executable, _TOLD + code], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


_BUILD_ON_A_FULL_DISK = """
import os
from pathlib import Path
from freezeout.environments.build import run_build
from freezeout.environments.installation import installation, root
from freezeout.environments.kernels import registered
from freezeout.jobs import store
from freezeout.environments.card import cards
from freezeout.environments.folder import environment
told = [tell(lambda: run_build("tiny").state)]
left = [str(p.name) for p in root("tiny").iterdir() if p.is_dir()] if root("tiny").is_dir() else []
told.append({"seen": installation("tiny") is not None or bool(registered("tiny")), "left": left})
told.append({"jobs": [[j.state, (j.error or {}).get("code")] for j in store.jobs()]})
told.append({"card": cards([environment("tiny")])[0]["state"]})
ballast = Path(os.environ["FREEZEOUT_HOME"]) / "ballast"
if ballast.exists():
    ballast.unlink()
    told.append(tell(lambda: run_build("tiny").state))
print(json.dumps(told))
"""


def test_a_disk_that_gets_full_while_packages_are_installed(tiny: Recipe, freezeout_home: Path) -> None:
    home = freezeout_home
    mounts = f"mount -t tmpfs -o size=8m tmpfs {home}; head -c 6946k /dev/zero > {home}/ballast"
    error, seen, jobs, card, again = namespace(mounts, _BUILD_ON_A_FULL_DISK)
    assert error["code"] == "disk_full", error
    assert "free some space" in error["hint"]
    assert seen == {"seen": False, "left": []}
    assert jobs == {"jobs": [["failed", "disk_full"]]}
    assert card == {"card": "ready"}
    assert again == {"result": "done"}


def test_a_disk_that_is_full_from_the_start(tiny: Recipe, freezeout_home: Path) -> None:
    home = freezeout_home
    mounts = f"mount -t tmpfs -o size=1m tmpfs {home}; head -c 2000k /dev/zero > {home}/ballast || true"
    error, seen, _, card, _ = namespace(mounts, _BUILD_ON_A_FULL_DISK)
    assert error["code"] in ("jobs_unusable", "disk_full"), error
    assert "disk" in error["hint"] or "space" in error["hint"]
    assert seen == {"seen": False, "left": []}
    assert card == {"card": "ready"}


def test_a_disk_that_is_too_small_is_told_before_anything_is_loaded(
    tiny: Recipe, freezeout_home: Path
) -> None:
    tiny.describe(megabytes=900)
    mounts = f"mount -t tmpfs -o size=8m tmpfs {freezeout_home}"
    error, seen, *_ = namespace(mounts, _BUILD_ON_A_FULL_DISK)
    assert error["code"] == "disk_full"
    assert "'tiny' needs 1080 MB, and" in error["message"] and "8 MB free" in error["message"]
    assert seen == {"seen": False, "left": []}
    assert tiny.index.asked == []


def test_a_cache_whose_disk_gets_full(tiny: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = tmp_path / "cache"
    cache.mkdir()
    monkeypatch.setenv("UV_CACHE_DIR", str(cache))
    error, seen, jobs, *_ = namespace(f"mount -t tmpfs -o size=200k tmpfs {cache}", _BUILD_ON_A_FULL_DISK)
    assert error["code"] == "disk_full" and "UV_CACHE_DIR" in error["hint"], error
    assert seen == {"seen": False, "left": []}
    assert jobs == {"jobs": [["failed", "disk_full"]]}


def test_a_limit_on_the_size_of_files(tiny: Recipe) -> None:
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))"
        + _BUILD_ON_A_FULL_DISK
    )
    error, seen, *_ = namespace("true", code)
    assert error["code"] == "disk_full", error
    assert seen == {"seen": False, "left": []}


_READ_ONLY = """
from freezeout.environments.build import run_build
from freezeout.environments.removal import remove
from freezeout.environments.card import cards
from freezeout.environments.folder import scan_environments
from freezeout.jobs import store
card = [c for c in cards(scan_environments()[0]) if c["name"] == "tiny"][0]
print(json.dumps([
    tell(lambda: run_build("tiny", force=True).state), tell(lambda: remove("tiny")),
    {"state": card["state"], "jobs": [job.state for job in store.jobs()]},
]))
"""


@pytest.mark.parametrize("before", [False, True], ids=["empty", "built"])
def test_a_home_that_may_not_be_written_to(tiny: Recipe, freezeout_home: Path, before: bool) -> None:
    if before:
        run_build("tiny")
    home = freezeout_home
    mounts = f"mount --bind {home} {home}; mount -o remount,bind,ro {home}"
    build, removal, seen = namespace(mounts, _READ_ONLY)
    for error in (build, removal) if before else (build,):
        assert error["code"] in ("path_unusable", "jobs_unusable"), error
        assert str(home) in error["message"]
        assert "ead-only" in error["message"] or "readonly" in error["message"]
    assert seen == {"state": "built" if before else "ready", "jobs": ["done"] if before else []}
    if before:
        found = installation("tiny")
        assert found is not None and found.fault() is None and found.kernel_fault() is None


def test_a_job_that_was_killed_is_told_so_also_where_it_cannot_be_written_down(
    tiny: Recipe, freezeout_home: Path
) -> None:
    job, lock = store.add("environment-build", "t", "environment:tiny", "freezeout.x:y", {})
    assert lock is not None
    os.close(lock)
    mounts = f"mount --bind {freezeout_home} {freezeout_home}; mount -o remount,bind,ro {freezeout_home}"
    seen = namespace(mounts, _READ_ONLY)[2]
    assert seen == {"state": "ready", "jobs": ["failed"]}
    assert store.jobs()[0].id == job.id


def test_a_home_on_another_disk_than_the_cache(
    tiny: Recipe, freezeout_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("UV_CACHE_DIR")
    code = """
import os
from freezeout.environments.build import run_build
from freezeout.environments.installation import installation
from freezeout.jobs import store
job = run_build("tiny")
home = os.environ["FREEZEOUT_HOME"]
links = os.stat(installation("tiny").data["site"] + "/tiny/ballast.bin").st_nlink
print(json.dumps([job.state, os.path.isdir(home + "/cache/uv"), links, store.read_log(job.id)[0]]))
"""
    state, own_cache, links, log = namespace(f"mount -t tmpfs -o size=50m tmpfs {freezeout_home}", code)
    assert (state, own_cache) == ("done", True)
    assert links == 2 and "hardlink" not in log.lower()


def test_a_home_on_another_disk_than_a_cache_that_the_user_has_chosen(
    tiny: Recipe, freezeout_home: Path
) -> None:
    code = """
import os
from freezeout.environments.build import run_build
print(json.dumps([run_build("tiny").state, os.path.isdir(os.environ["FREEZEOUT_HOME"] + "/cache")]))
"""
    mounted = namespace(f"mount -t tmpfs -o size=50m tmpfs {freezeout_home}", code)
    assert mounted == ["done", False]
    assert nothing_to_see("tiny") and builds("tiny") == []
