"""A builder that is killed or cancelled, at whatever moment, leaves nothing that is half there."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from freezeout.environments.build import run_build, start_build
from freezeout.environments.installation import installation, root
from freezeout.environments.kernels import kernels_folder, registered
from freezeout.environments.removal import remove
from freezeout.errors import InputError
from freezeout.jobs import store
from freezeout.jobs.job import Job
from freezeout.jobs.run import cancel

from .conftest import Recipe, builds, ended, kernels, nothing_to_see, processes_below, until
from .package_index import wheel

pytestmark = pytest.mark.slow  # with what builds or starts real environments and servers


def installing(recipe: Recipe) -> Job:
    """A build in a process of its own, while uv loads the package."""
    recipe.index.slow[recipe.name] = 30
    recipe.index.asked.clear()
    job = start_build(recipe.name)
    until(lambda: any(path.endswith(".whl") for path in recipe.index.asked))
    assert processes_below(root(recipe.name))
    return job


def builds_again(recipe: Recipe) -> None:
    recipe.index.slow.clear()
    run_build(recipe.name)
    found = installation(recipe.name)
    assert found is not None and (found.fault(), found.kernel_fault()) == (None, None)
    assert builds(recipe.name) == [found.prefix]


def every_kernel_leads_somewhere() -> None:
    """Whatever has happened: a kernel that is offered has its interpreter."""
    for name in kernels():
        path = kernels_folder() / name / "kernel.json"
        if path.exists():  # without it, it is no kernel
            python = json.loads(path.read_text())["argv"][0]
            assert os.access(python, os.X_OK), (name, python)


def test_kill_9_during_a_build(tiny: Recipe) -> None:
    job = installing(tiny)
    _, _, pid = store.instruction(job.id)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    until(lambda: not processes_below(root("tiny")), 10)
    (found,) = store.jobs()
    assert found.state == "failed" and found.error is not None
    assert found.error["code"] == "interrupted"
    assert nothing_to_see("tiny") and kernels() == []
    assert len(builds("tiny")) == 1  # the leftovers, which nobody sees
    builds_again(tiny)


def test_kill_9_during_an_update(tiny: Recipe) -> None:
    run_build("tiny")
    old = installation("tiny")
    assert old is not None
    tiny.lock(tiny.index.add("tiny", "2.0", wheel("tiny", "2.0")))
    job = installing(tiny)
    _, _, pid = store.instruction(job.id)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    until(lambda: not store.jobs()[0].live)
    now = installation("tiny")
    assert now is not None and now.prefix == old.prefix and now.fault() is None
    every_kernel_leads_somewhere()
    until(lambda: not processes_below(root("tiny")), 10)
    builds_again(tiny)
    now = installation("tiny")
    assert now is not None and now.packages["tiny"] == "2.0"


def test_cancelled_midway(tiny: Recipe) -> None:
    job = installing(tiny)
    cancel(job.id)
    assert ended(job).state == "cancelled"
    until(lambda: not processes_below(root("tiny")), 10)
    until(lambda: not builds("tiny"))
    assert nothing_to_see("tiny")
    assert store.read_log(job.id)[0].splitlines()[-1] == "cancelled"
    builds_again(tiny)


def test_cancelled_during_the_smoke_test(tiny: Recipe) -> None:
    tiny.smoke("import time\nprint('it begins', flush=True)\ntime.sleep(60)")
    job = start_build("tiny")
    until(lambda: "it begins" in store.read_log(job.id)[0])
    cancel(job.id)
    assert ended(job).state == "cancelled"
    assert nothing_to_see("tiny") and builds("tiny") == []


def test_ctrl_c_in_the_foreground(tiny: Recipe) -> None:
    tiny.index.slow["tiny"] = 30
    code = "from freezeout.environments.build import run_build; run_build('tiny')"
    child = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True)
    until(lambda: any(path.endswith(".whl") for path in tiny.index.asked))
    child.send_signal(signal.SIGINT)
    said = child.communicate(timeout=30)[1]
    assert child.returncode == -signal.SIGINT and said.rstrip().endswith("KeyboardInterrupt")
    assert store.jobs()[0].state == "cancelled"
    assert nothing_to_see("tiny") and builds("tiny") == []


_COUNTED = """
import os, sys
from freezeout.environments.build import run_build
from freezeout.environments.removal import remove
home, deadly, count = os.environ["FREEZEOUT_HOME"], int(sys.argv[1]), 0
parts = [home + "/environments", home + "/kernels"]
def watch(event, words):
    global count
    if event in ("open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "shutil.rmtree"):
        if event != "open" or (isinstance(words[2], int) and words[2] & (os.O_WRONLY | os.O_RDWR)):
            if any(part in str(word) for part in parts for word in words[:2]):
                count += 1
                if count == deadly:
                    os.kill(os.getpid(), 9)
sys.addaudithook(watch)
{act}
print(count)
"""


def killed_at_every_step(act: str, before: Callable[[], None], after: Callable[[], None], most: int) -> int:
    """Do something, killed at its first write below the home, at its second …; returns how many there are."""
    code = _COUNTED.replace("{act}", act)
    # what is cleared away has many files: the last of them say no more than the first
    for step in range(1, most + 1):
        before()
        killed = subprocess.run([sys.executable, "-c", code, str(step)], capture_output=True, text=True)
        if killed.returncode == 0:  # it has fewer steps
            return step
        assert killed.returncode == -signal.SIGKILL, (step, killed.stderr)
        after()
    return most


@pytest.mark.slow
def test_kill_9_at_every_step_of_a_first_build(tiny: Recipe) -> None:
    def before() -> None:
        if root("tiny").is_dir() and (installation("tiny") or registered("tiny")):
            remove("tiny")

    def after() -> None:
        every_kernel_leads_somewhere()
        found = installation("tiny")
        assert found is None or found.fault() is None
        if found is None:
            assert registered("tiny") == []
        builds_again(tiny)

    assert killed_at_every_step("run_build('tiny')", before, after, 40) > 15


@pytest.mark.slow
def test_kill_9_at_every_step_of_an_update(tiny: Recipe) -> None:
    locks = [tiny.index.add("tiny", v, wheel("tiny", v)) for v in ("1.0", "2.0")]

    def before() -> None:
        tiny.lock(locks[0])
        run_build("tiny")
        tiny.lock(locks[1])

    def after() -> None:
        every_kernel_leads_somewhere()
        found = installation("tiny")
        assert found is not None and found.fault() is None
        builds_again(tiny)

    assert killed_at_every_step("run_build('tiny')", before, after, 40) > 15


@pytest.mark.slow
def test_kill_9_at_every_step_of_a_removal(tiny: Recipe) -> None:
    def after() -> None:
        every_kernel_leads_somewhere()
        found = installation("tiny")
        if found is not None:
            assert found.fault() is None
            remove("tiny")
        assert nothing_to_see("tiny")

    assert killed_at_every_step("remove('tiny')", lambda: run_build("tiny") and None, after, 12) > 5


def test_a_build_that_cannot_offer_its_kernel_is_made_good_by_the_next(tiny: Recipe) -> None:
    kernels_folder().parent.mkdir(parents=True, exist_ok=True)
    kernels_folder().write_text("in the way")
    with pytest.raises(InputError, match=r"cannot use .*kernels"):
        run_build("tiny")
    found = installation("tiny")
    assert found is not None and found.fault() is None
    assert found.kernel_fault() == "its kernel freezeout-tiny is gone"
    kernels_folder().unlink()
    started = time.monotonic()
    builds_again(tiny)
    now = installation("tiny")
    assert now is not None and now.prefix == found.prefix, time.monotonic() - started


def test_leftovers_of_writing_are_cleared_away(tiny: Recipe) -> None:
    root("tiny").mkdir(parents=True)
    (root("tiny") / ".current.json.x7").write_text("{half")
    (root("tiny") / "0123456789ab-000000" / "bin").mkdir(parents=True)
    run_build("tiny")
    there = sorted(path.name for path in root("tiny").iterdir())
    assert [name for name in there if name not in (".builder", ".record", "current.json")] == [
        path.name for path in builds("tiny")
    ]
    assert len(builds("tiny")) == 1


def test_a_killed_job_of_a_removed_folder_is_settled(tiny: Recipe, tmp_path: Path) -> None:
    job = installing(tiny)
    _, _, pid = store.instruction(job.id)
    assert pid is not None
    (tiny.folder / "environment.yaml").rename(tmp_path / "away")
    os.kill(pid, signal.SIGKILL)
    assert ended(job).error is not None
