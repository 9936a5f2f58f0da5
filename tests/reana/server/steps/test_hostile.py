"""Steps that mean harm are contained and reported."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from freezeout.files import write_atomically
from freezeout.reana.server.steps import sandbox
from freezeout.reana.sites.place import place

from .conftest import Runner

MB = 1 << 20


def test_what_prints_100_mb_has_a_log_with_its_beginning_and_its_end(run: Runner) -> None:
    command = "echo first; yes 'many a word of no weight' | head -c 100000000; echo last"
    assert run(command, limits={"log_bytes": 2 * MB}).well
    assert run.log.stat().st_size < 2.1 * MB
    lines = run.text.splitlines()
    assert "first" in lines[:4] and lines[-1] == "last"
    (told,) = [line for line in lines if line.endswith("bytes are left out here")]
    left_out = int(told.removeprefix("freezeout | ").split()[0].replace(",", ""))
    kept = sum(len(line) + 1 for line in lines if not line.startswith("freezeout | "))
    # a line feed before and after the place where something is left out
    assert abs(left_out + kept - len("first\nlast\n") - 100_000_000) <= 3


def test_what_makes_more_and_more_processes_is_ended(run: Runner) -> None:
    command = "for i in $(seq 300); do (while true; do date +%N >> beat; sleep 0.2; done) & done; wait"
    result = run(command, limits={"processes": 100})
    assert (result.status, result.reason) == (137, "limit of 100 processes exceeded")
    assert "limit of 100 processes exceeded" in run.text
    assert run.stands_still("beat")


def test_a_fork_bomb_is_ended_before_it_takes_the_machine(run: Runner) -> None:
    command = "bomb() { date +%N >> beat; bomb | bomb & }; bomb; sleep 600"
    result = run(command, limits={"processes": 300})
    assert (result.status, result.reason) == (137, "limit of 300 processes exceeded")
    assert run.stands_still("beat") and run.seconds < 30


def test_what_lives_on_apart_is_ended_with_its_step(run: Runner) -> None:
    twice = (
        "python -c 'import os, time\nif os.fork(): os._exit(0)\nos.setsid()\nif os.fork(): os._exit(0)\n"
        'while True:\n open("beat", "a").write("x"); time.sleep(0.01)\' < /dev/null > /dev/null 2>&1; '
        "while [ ! -s beat ]; do sleep 0.01; done; echo done"
    )
    assert run(twice).well
    assert run.text.endswith("done\n") and run.stands_still("beat")


def test_what_ignores_sigterm_is_killed_after_its_time(run: Runner) -> None:
    command = "trap '' TERM HUP INT; while true; do date +%N >> beat; sleep 0.05; done"
    result = run(command, kubernetes_job_timeout=1)
    assert (result.status, result.reason) == (137, "time limit of 1 s exceeded")
    assert run.stands_still("beat") and run.seconds > 1.4


@pytest.mark.parametrize("how", ["at once", "little by little", "by children"])
def test_what_fills_its_memory_is_ended_before_the_machine_is_full(run: Runner, how: str) -> None:
    command = {
        "at once": "python -c 'x = bytearray(4000 * 1024 ** 2)'",
        "little by little": "python -c '\nx = []\nwhile True: x.append(bytearray(1024 ** 2))'",
        "by children": (
            "for i in 1 2 3 4; do "
            "python -c 'import time; x = b\"x\" * (80 << 20); time.sleep(60)' & done; wait"
        ),
    }[how]
    result = run(command, limits={"memory_bytes": 2 << 30}, kubernetes_memory_limit="256Mi")
    assert (result.status, result.reason) == (137, "memory limit of 256 MiB exceeded")
    assert "freezeout | memory limit of 256 MiB exceeded" in run.text and run.seconds < 30


def test_memory_that_processes_share_counts_once(run_once: Runner) -> None:
    command = (
        'python -c \'import os, time\nx = b"x" * (100 << 20)\n'
        "for i in range(4):\n if not os.fork(): time.sleep(1.5); os._exit(0)\n"
        "for i in range(4): os.wait()'"
    )
    assert run_once(command, kubernetes_memory_limit="250Mi").well


@pytest.mark.usefixtures("plainly")  # in the sandbox nobody sees who that is
def test_what_kills_its_keeper_leaves_nothing_either(run_once: Runner) -> None:
    command = (
        "(setsid bash -c 'while true; do date +%N >> beat; sleep 0.02; done' > /dev/null 2>&1 &)\n"
        "while [ ! -s beat ]; do sleep 0.01; done; kill -9 $PPID; sleep 60"
    )
    result = run_once(command)
    assert "has ended" in result.reason and run_once.stands_still("beat")


def test_what_ends_its_own_group_ends_itself_only(run: Runner) -> None:
    result = run("kill -9 0")
    assert (result.status, result.reason) == (137, "")


def test_nothing_is_written_outside_of_the_workspace(
    run_once: Runner, sandboxed: bool, tmp_path: Path
) -> None:
    run = run_once
    if not sandboxed:
        assert "without a sandbox" in sandbox.note(network=True)
        return
    outside = run.work.workspace.parents[1]
    target = tmp_path / "target"
    target.mkdir()
    (run.work.workspace / "way").symlink_to(target)
    result = run(
        "echo x > ../../x; echo x > way/x; echo x > /etc/x; echo x > /usr/x; touch $(python -c "
        "'import sys; print(sys.prefix)')/x; ln -s / root; echo x > root/x; echo inside > inside"
    )
    assert result.status == 0 and (run.work.workspace / "inside").exists()
    for path in (outside / "x", target / "x", Path("/etc/x"), Path("/usr/x"), Path("/x")):
        assert not path.exists(), path
    assert "Read-only file system" in run.text


def test_the_token_other_workspaces_and_the_homes_of_users_are_not_there(
    run_once: Runner, sandboxed: bool
) -> None:
    run = run_once
    if not sandboxed:
        assert "without a sandbox" in sandbox.note(network=True)
        return
    write_atomically(place().token_file, "sesame-of-the-server")
    write_atomically(run.work.workspace.parent / "two" / "results.txt", "sesame-of-a-neighbour")
    write_atomically(run.work.scratch.parent / "two" / "workflow.log", "sesame-of-a-log")
    result = run(
        f"cat {place().token_file} {run.work.workspace.parent}/two/results.txt ../two/results.txt "
        f"{run.work.scratch.parent}/two/workflow.log; ls -a {run.work.workspace.parent} ~root /home /run; "
        "grep -a sesame /proc/*/environ; ls /proc | grep -c '^[0-9]'"
    )
    assert "sesame" not in run.text and result.well
    assert str(run.work.workspace) not in os.listdir(run.work.workspace)
    assert int(run.text.split()[-1]) < 8  # its own processes


def test_without_the_network_nobody_is_reached(
    run_once: Runner, sandboxed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_once
    if not sandboxed:
        assert "without a sandbox" in sandbox.note(network=True)
        return
    look = "python -c 'import socket; print(sorted(name for _, name in socket.if_nameindex()))'"
    assert run(look).well
    with_network = run.text.splitlines()[-1]
    monkeypatch.setenv("FREEZEOUT_REANA_NETWORK", "0")
    assert run(look).well
    assert run.text.splitlines()[-1] == "['lo']" and with_network != ""


def test_rights_cannot_be_had(run_once: Runner, sandboxed: bool) -> None:
    run = run_once
    if not sandboxed:
        assert "without a sandbox" in sandbox.note(network=True)
        return
    assert run("grep CapEff /proc/self/status; mount -o remount,rw / && echo 'it is mine'").status != 0
    assert "CapEff:\t0000000000000000" in run.text and "it is mine" not in run.text
