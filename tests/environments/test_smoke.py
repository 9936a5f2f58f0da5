"""The deep test: what it finds is kept with the build, whatever the test does."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from freezeout.environments import smoke
from freezeout.environments.build import run_build, run_test
from freezeout.environments.card import card
from freezeout.environments.folder import environment
from freezeout.environments.installation import installation
from freezeout.errors import FreezeoutError
from freezeout.jobs import store

from .conftest import Recipe, kernels

pytestmark = pytest.mark.slow  # with what builds or starts real environments and servers


def result() -> dict[str, object]:
    found = installation("tiny")
    assert found is not None and found.fault() is None
    shown: dict[str, object] = card(environment("tiny"))["smoke"]
    assert shown == found.data["smoke"]
    return shown


def test_one_that_fails_marks_the_build_and_fails_the_job(tiny: Recipe) -> None:
    tiny.smoke("print('so far so good')\nraise RuntimeError('two is not three')")
    with pytest.raises(FreezeoutError, match="RuntimeError: two is not three") as caught:
        run_build("tiny")
    assert caught.value.code == "smoke_failed"
    (job,) = store.jobs()
    assert job.state == "failed" and job.error is not None and job.error["code"] == "smoke_failed"
    assert "so far so good" in store.read_log(job.id)[0]
    assert result()["ok"] is False and kernels() == ["freezeout-tiny"]
    tiny.smoke("print('well now')")
    assert run_test("tiny").state == "done"
    assert (result()["ok"], result()["message"]) == (True, "well now")
    tiny.smoke("raise SystemExit(3)")
    with pytest.raises(FreezeoutError, match="does not pass its test: it said nothing"):
        run_test("tiny")
    assert result()["ok"] is False


def test_an_update_that_fails_its_test_leaves_the_good_build_in_its_place(tiny: Recipe) -> None:
    run_build("tiny")
    good = installation("tiny")
    assert good is not None and good.data["smoke"]["ok"]
    tiny.smoke("raise RuntimeError('not any more')")
    with pytest.raises(
        FreezeoutError, match=r"not any more.*the build that was there before is kept"
    ) as caught:
        run_build("tiny", force=True)
    assert caught.value.code == "smoke_failed"
    kept = installation("tiny")
    assert kept is not None and kept.prefix == good.prefix and kept.fault() is None
    assert kernels() == ["freezeout-tiny"]


def test_one_that_hangs_is_ended(tiny: Recipe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smoke, "_SECONDS", 1.0)
    tiny.smoke("import time; print('waiting', flush=True); time.sleep(100)")
    with pytest.raises(FreezeoutError, match="did not end within 1 s"):
        run_build("tiny")
    assert result()["ok"] is False


@pytest.mark.parametrize(("number", "name"), [(signal.SIGSEGV, "SIGSEGV"), (40, "signal 40")])
def test_one_that_dies_is_told_with_its_signal(tiny: Recipe, number: int, name: str) -> None:
    tiny.smoke(f"import os; os.kill(os.getpid(), {int(number)})")
    with pytest.raises(FreezeoutError, match=f"it was ended by {name}"):
        run_build("tiny")
    assert result()["ok"] is False


def test_one_that_is_a_link_to_nowhere_is_not_left_out(tiny: Recipe) -> None:
    (tiny.folder / "smoke.py").unlink()
    (tiny.folder / "smoke.py").symlink_to("gone.py")
    with pytest.raises(FreezeoutError, match="does not pass its test"):
        run_build("tiny")


@pytest.mark.parametrize("line", ["print('x' * 79)", "print('x' * 10_000_000)"])
def test_one_that_floods_fills_neither_memory_nor_disk(tiny: Recipe, line: str) -> None:
    times = 1_250_000 if "79" in line else 10
    tiny.smoke(f"for _ in range({times}):\n    {line}\nprint('the end')")
    run_build("tiny")
    (job,) = store.jobs()
    assert job.log.stat().st_size < 4_500_000
    assert result()["message"] == "the end"
    assert "the end" in job.log.read_text()[-200:]


def test_one_that_prints_what_is_no_text(tiny: Recipe) -> None:
    tiny.smoke("import os\nos.write(1, bytes(range(256)) * 10)\nprint('\\nend \\x1b[32mgreen\\x1b[0m')")
    run_build("tiny")
    assert result()["message"] == "end green"
    text = store.jobs()[0].log.read_text()
    assert not [sign for sign in text if ord(sign) < 32 and sign not in "\n\t"]


def test_it_runs_in_an_empty_folder_and_leaves_none(tiny: Recipe) -> None:
    tiny.smoke("import os; open('x', 'w').close(); print(os.getcwd(), os.listdir())")
    said = str(run_build("tiny").result["smoke"]["message"])
    folder, _, names = said.partition(" ")
    assert names == "['x']" and not Path(folder).exists()


def test_without_one_the_kernel_is_imported(tiny: Recipe) -> None:
    (tiny.folder / "smoke.py").unlink()
    with pytest.raises(FreezeoutError, match="No module named 'ipykernel'"):
        run_build("tiny")
