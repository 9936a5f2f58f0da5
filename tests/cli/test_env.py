"""``freezeout env``: environments from a terminal and from programs."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from freezeout.cli import main
from freezeout.cli.env import buildable_names
from freezeout.environments.build import run_build
from freezeout.environments.installation import installation
from freezeout.jobs.store import jobs
from freezeout.settings import home

pytestmark = pytest.mark.slow  # with what builds or starts real environments and servers

TOYS = Path(__file__).resolve().parents[1] / "experiments" / "folders"
Background = Callable[..., subprocess.Popen[str]]
Terminal = Callable[..., tuple[int, str]]


def said(capsys: pytest.CaptureFixture[str], *words: str, status: int = 0) -> tuple[str, str]:
    """What a command prints and what it says."""
    capsys.readouterr()
    assert main(words) == status
    return capsys.readouterr()


def told(capsys: pytest.CaptureFixture[str], *words: str, status: int = 0) -> Any:
    """The JSON that a command prints."""
    return json.loads(said(capsys, *words, "--json", status=status)[0])


def state(capsys: pytest.CaptureFixture[str]) -> str:
    """What the list says of the small environment."""
    (card,) = [card for card in told(capsys, "env", "list") if card["name"] == "small"]
    return str(card["state"])


def variant(small: Path, name: str, change: Callable[[str], str]) -> Path:
    """Another recipe beside the small one, with another description."""
    folder = small.parent / name
    shutil.copytree(small, folder)
    text = (folder / "environment.yaml").read_text().replace("name: small", f"name: {name}")
    (folder / "environment.yaml").write_text(change(text))
    return folder


@pytest.fixture
def slow_to_build(small: Path) -> Path:
    """The small environment with a test that takes its time, so that a build can be met."""
    (small / "smoke.py").write_text("import time\ntime.sleep(30)\n")
    return small


@pytest.fixture
def roman(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small: Path) -> Path:
    """The toy experiment, in the small environment."""
    folder = tmp_path / "experiments" / "toy"
    shutil.copytree(TOYS / "toy", folder)
    text = (folder / "experiment.yaml").read_text()
    (folder / "experiment.yaml").write_text(text.replace("environment: gateway", "environment: small"))
    monkeypatch.setenv("FREEZEOUT_EXPERIMENTS_PATH", str(folder.parent))
    return folder


def waited_for(what: Callable[[], Any]) -> Any:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen within a minute")


def running() -> Any:
    return next((job for job in jobs() if job.live and job.message.startswith("testing")), None)


def builds(name: str = "small") -> list[str]:
    folder = home() / "environments" / name
    return sorted(p.name for p in folder.iterdir() if p.is_dir()) if folder.is_dir() else []


def test_the_list_says_what_can_be_had_and_what_not(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    variant(small, "gone", lambda t: t.replace("status: ready", "status: unavailable\nreason: nobody has it"))
    variant(
        small,
        "half",
        lambda t: t.replace("status: ready", "status: partial\nmissing: [{name: x1, reason: so}]"),
    )
    out, err = said(capsys, "env", "list")
    assert "gone" not in out and "gone" in err and "--all" in err
    (line,) = [line for line in out.splitlines() if line.startswith("half")]
    assert "ready, partial" in line and "without x1" in line
    out, err = said(capsys, "env", "list", "--all")
    (line,) = [line for line in out.splitlines() if line.startswith("gone")]
    assert "unavailable" in line and "nobody has it" in line and "gone" not in err
    cards = {card["name"]: card for card in told(capsys, "env", "list", "--all")}
    assert cards["gone"]["state"] == "unavailable" and cards["small"]["state"] == "ready"
    assert cards["gateway"]["state"] == "built"


def test_a_damaged_recipe_is_said_and_the_others_are_listed(
    small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    variant(small, "odd", lambda t: t + "colour: red\n")
    out, err = said(capsys, "env", "list")
    assert "small" in out and "odd" not in out and "colour" in err


def test_one_with_a_damaged_lock_is_shown_as_broken(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (small / "requirements.txt").write_bytes(b"\xa2\xff")
    shown = told(capsys, "env", "show", "small")
    assert shown["state"] == "broken" and "cannot read the lock" in shown["reason"]
    assert shown["all_packages"] == []


def test_the_list_starts_without_numbers_and_without_processes(small: Path) -> None:
    code = (
        "import subprocess, sys, os; from freezeout.cli import main\n"
        "def forbidden(event, words):\n"
        "    if event in ('subprocess.Popen', 'os.posix_spawn', 'os.exec', 'os.fork'): os._exit(7)\n"
        "sys.addaudithook(forbidden)\n"
        "assert main(['env', 'list']) == 0\n"
        "heavy = ('numpy', 'scipy', 'bokeh', 'papermill', 'jupyter_client')\n"
        "print([m for m in heavy if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0 and done.stderr.endswith("[]\n"), done.stderr


def test_one_is_built_shown_tested_updated_and_removed(
    roman: Path, small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "small" in said(capsys, "env", "show", "small")[0]
    (result,) = told(capsys, "env", "build", "small")
    assert (
        result["ok"] and result["kernels"] == ["freezeout-small"] and result["smoke"]["message"] == "MCMXCIX"
    )
    out, err = said(capsys, "env", "build", "small")
    assert "MCMXCIX" in out and "built already" in err
    shown, _ = said(capsys, "env", "show", "small")
    for text in ("built", "MCMXCIX", "freezeout-small", "used by    toy", "roman", "5.1", "--require-hashes"):
        assert text in shown
    facts = told(capsys, "env", "show", "small")
    assert facts["notebooks"][0]["experiment"] == "toy"
    assert {"name": "roman", "version": "5.1"} in facts["all_packages"]
    assert said(capsys, "env", "test", "small")[0].startswith("small: MCMXCIX")
    (small / "requirements.in").write_text("roman==4.2\n")
    out, _ = said(capsys, "env", "lock", "small")
    assert "~" in out and "5.1 -> 4.2" in out
    assert state(capsys) == "outdated"
    said(capsys, "env", "update", "small")
    assert installation("small").packages["roman"] == "4.2" and len(builds()) == 1  # type: ignore[union-attr]
    _, err = said(capsys, "env", "remove", "small")
    assert "recipe stays" in err and builds() == [] and not list((home() / "kernels").iterdir())
    assert "is not built" in said(capsys, "env", "remove", "small", status=2)[1]


def test_a_failing_test_is_status_1(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (small / "smoke.py").write_text("raise RuntimeError('it is not sound')")
    assert "it is not sound" in said(capsys, "env", "build", "small", status=1)[1]
    out, err = said(capsys, "env", "test", "small", status=1)
    assert out == "" and "it is not sound" in err
    assert "failed" in said(capsys, "env", "list")[0]
    assert "it is not sound" in said(capsys, "env", "build", "small", status=1)[1]
    (small / "smoke.py").write_text("print('it is sound')")
    assert "it is sound" in said(capsys, "env", "test", "small")[0]
    assert "it is sound" in said(capsys, "env", "build", "small")[0]


def test_several_are_built_though_one_fails(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = variant(small, "bad", lambda text: text)
    shutil.copyfile(small / "requirements.txt", bad / "requirements.txt")
    (bad / "smoke.py").write_text("raise RuntimeError('bad')")
    results = told(capsys, "env", "build", "bad", "nothing", "small", status=1)
    assert [(r["name"], r["ok"]) for r in results] == [("bad", False), ("nothing", False), ("small", True)]
    assert results[1]["error"]["code"] == "unknown_environment"
    out, err = said(capsys, "env", "build", "nothing", "small", status=1)
    assert "1 of 2 failed: nothing" in err and "failed" in out and "MCMXCIX" in out


def test_all_that_is_ready_leaves_out_the_gateway_and_what_cannot_be_had(small: Path) -> None:
    variant(small, "gone", lambda t: t.replace("status: ready", "status: unavailable\nreason: nobody has it"))
    names = buildable_names()
    assert "small" in names and "gateway" not in names and "gone" not in names


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["show", "smalls"], "did you mean small"),
        (["build", "smalls"], "did you mean small"),
        (["build", "gateway"], "always built"),
        (["build"], "no environment is named"),
        (["test", "small"], "is not built"),
        (["remove", "gateway"], "cannot be removed"),
        (["clone", "small", "small"], "already"),
        (["lock", "gateway"], "belongs to Freezeout"),
        (["export", "nothing", "-o", "x"], "neither an environment nor a run"),
        (["export", "small", "-o", "/dev/null/x"], "cannot use"),
    ],
)
def test_wrong_input_is_one_line_with_status_2(
    small: Path, capsys: pytest.CaptureFixture[str], words: list[str], text: str
) -> None:
    out, err = said(capsys, "env", *words, status=2)
    line = err.strip().splitlines()[-1]
    assert out == "" and line.startswith("freezeout: ") and text in line


def test_an_unavailable_one_says_why_and_what_is_nearest(
    small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change = "status: unavailable\nreason: nobody has it\nsubstitute: small"
    variant(small, "gone", lambda text: text.replace("status: ready", change))
    out, err = said(capsys, "env", "build", "gone", status=2)
    assert out == "" and "nobody has it" in err and "'small'" in err
    out, _ = said(capsys, "env", "show", "gone")
    assert "nobody has it" in out and "instead    small" in out


def test_a_clone_prints_its_folder(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, err = said(capsys, "env", "clone", "small", "mine", "--title", "My own")
    assert Path(out.strip()) == small.parent / "mine" and "env lock mine" in err
    assert told(capsys, "env", "clone", "small", "other")["name"] == "other"


def test_a_lock_is_told_as_json(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (small / "requirements.in").write_text("roman==4.2\n")
    facts = told(capsys, "env", "lock", "small")
    assert facts["changed"] == {"roman": ["5.1", "4.2"]} and facts["path"] == str(small / "requirements.txt")


def test_a_recipe_that_cannot_be_written_is_refused(small: Path) -> None:
    script = f'mount --bind {small} {small} && mount -o remount,ro,bind {small} && "$@"'
    private = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--mount"]
    command = [sys.executable, "-m", "freezeout.cli", "env", "lock", "small"]
    done = subprocess.run([*private, "sh", "-c", script, "sh", *command], capture_output=True, text=True)
    assert done.returncode == 2 and "cannot be written" in done.stderr and "env clone small" in done.stderr


def test_ctrl_c_leaves_nothing(slow_to_build: Path, background: Background) -> None:
    child = background("env", "build", "small")
    waited_for(running)
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=20)
    assert child.returncode == 1 and out == "" and "Traceback" not in err
    assert "nothing half-made was kept" in err
    assert builds() == [] and installation("small") is None
    assert [job.state for job in jobs()] == ["cancelled"]


def test_closing_the_terminal_leaves_nothing(slow_to_build: Path, background: Background) -> None:
    child = background("env", "build", "small")
    waited_for(running)
    child.send_signal(signal.SIGHUP)
    _, err = child.communicate(timeout=20)
    assert child.returncode == 1 and "Traceback" not in err
    assert builds() == [] and [job.state for job in jobs()] == ["cancelled"]


def test_a_batch_system_that_stops_a_run_leaves_nothing(background: Background) -> None:
    child = background("run", "darkside50")
    waited_for(lambda: list((home() / "runs").glob(".*.partial")))
    child.terminate()
    out, err = child.communicate(timeout=20)
    assert child.returncode == 1 and out == "" and "nothing half-made was kept" in err
    assert not (home() / "runs").exists()


def test_a_build_goes_on_when_nobody_listens(small: Path) -> None:
    command = f"'{sys.executable}' -m freezeout.cli env build small 2>&1 >/dev/null | head -c 1"
    subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], check=True, capture_output=True)
    assert installation("small") is not None


def test_a_build_can_be_cancelled_from_elsewhere(
    slow_to_build: Path, background: Background, capsys: pytest.CaptureFixture[str]
) -> None:
    child = background("env", "build", "small")
    job = waited_for(running)
    assert state(capsys) == "building"
    assert "cancelled" in said(capsys, "jobs", job.id, "--cancel")[1]
    _, err = child.communicate(timeout=20)
    assert child.returncode == 1 and "was cancelled" in err and "Traceback" not in err
    assert builds() == []


def test_two_builds_at_once_are_one(
    slow_to_build: Path, background: Background, capsys: pytest.CaptureFixture[str]
) -> None:
    (slow_to_build / "smoke.py").write_text("import time\ntime.sleep(3)\nprint('it took its time')\n")
    first = background("env", "build", "small")
    waited_for(running)
    out, _ = said(capsys, "env", "build", "small")
    assert "it took its time" in out
    assert "it took its time" in first.communicate(timeout=60)[0]
    assert len(jobs()) == 1 and len(builds()) == 1


def test_leaving_a_build_of_another_process_leaves_it_going(
    slow_to_build: Path, background: Background
) -> None:
    first = background("env", "build", "small")
    job = waited_for(running)
    second = background("env", "build", "small")
    assert second.stderr is not None
    second.stderr.readline()
    second.send_signal(signal.SIGINT)
    _, err = second.communicate(timeout=20)
    assert second.returncode == 1 and f"freezeout jobs {job.id} --cancel" in err
    assert first.poll() is None


def test_a_terminal_sees_one_line_of_progress(small: Path, terminal: Terminal) -> None:
    status, screen = terminal("env", "build", "small")
    assert status == 0
    assert "[####" in screen and "100%" in screen and "MCMXCIX" in screen
    bars, _, table = screen.rpartition("\x1b[K")
    assert "\n" not in bars and "#" not in table


def test_a_run_asks_once_and_builds(roman: Path, terminal: Terminal) -> None:
    status, screen = terminal("run", "toy", answer="\n")
    assert status == 0 and screen.count("[Y/n]") == 1 and "build it? (30 MB)" in screen
    assert str(home() / "runs") in screen
    status, screen = terminal("run", "toy")
    assert status == 0 and "[Y/n]" not in screen


def test_a_run_that_may_not_build_does_not(roman: Path, terminal: Terminal) -> None:
    status, screen = terminal("run", "toy", answer="n\n")
    assert status == 2 and "freezeout env build small" in screen and installation("small") is None


def test_without_a_terminal_a_run_builds_only_when_told(
    roman: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, err = said(capsys, "run", "toy", status=2)
    assert out == "" and "'small' is not built (30 MB)" in err and "--yes" in err
    out, err = said(capsys, "run", "toy", "--yes")
    assert Path(out.strip()).parent == home() / "runs" and "build small: testing small" in err


def test_a_run_mends_a_broken_environment_only_when_told(
    roman: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_build("small")
    found = installation("small")
    assert found is not None
    found.python.unlink()
    out, err = said(capsys, "run", "toy", status=2)
    assert out == "" and "'small' is broken: its interpreter" in err and "--yes" in err
    out, _ = said(capsys, "run", "toy", "--yes")
    assert Path(out.strip()).parent == home() / "runs"


def test_a_run_in_an_outdated_build_says_so(
    roman: Path, small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_build("small")
    with (small / "requirements.txt").open("a") as stream:
        stream.write("# another\n")
    assert "freezeout env update small" in said(capsys, "run", "toy")[1]


def test_a_run_in_a_build_that_failed_its_test_says_so(
    roman: Path, small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (small / "smoke.py").write_text("raise RuntimeError('it is not sound')")
    said(capsys, "env", "build", "small", status=1)
    assert "did not pass its last test: RuntimeError: it is not sound" in said(capsys, "run", "toy")[1]
