"""A command of a job: heard line by line, bounded, and gone however it is left."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from freezeout.errors import FreezeoutError
from freezeout.jobs import child

from .conftest import until


def python(code: str) -> list[str | Path]:
    return [sys.executable, "-c", code]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_every_line_is_heard_as_it_comes(tmp_path: Path) -> None:
    heard: list[tuple[str, float]] = []
    code = "import time\nprint('one', flush=True)\ntime.sleep(0.5)\nprint('two')\nraise SystemExit(3)"
    status, said = child.run(python(code), lambda line: heard.append((line, time.monotonic())), cwd=tmp_path)
    assert (status, said) == (3, ["one", "two"])
    assert heard[1][1] - heard[0][1] > 0.3


def test_binary_colours_and_progress_bars_become_text(tmp_path: Path) -> None:
    code = r"import os; os.write(1, b'\x1b[31mred\x1b[0m\r10%\r20%\nr\xc3\xb6t \xff\x00\x07end')"
    assert child.run(python(code), lambda line: None, cwd=tmp_path)[1] == [
        "red", "10%", "20%", "röt \ufffd\ufffd\ufffdend",
    ]  # fmt: skip


def test_a_sign_that_arrives_in_two_parts_stays_whole(tmp_path: Path) -> None:
    code = (
        "import os, time; b = 'größer\\n'.encode(); os.write(1, b[:3]); time.sleep(0.3); os.write(1, b[3:])"
    )
    assert child.run(python(code), lambda line: None, cwd=tmp_path)[1] == ["größer"]


@pytest.mark.parametrize(("times", "code"), [(1_250_000, "print('x' * 79)"), (1, "print('x' * 10**8)")])
def test_a_flood_does_not_fill_the_memory(tmp_path: Path, times: int, code: str) -> None:
    flood = f"for _ in range({times}): {code}"
    count = 0

    def say(line: str) -> None:
        nonlocal count
        count += len(line)

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    status, said = child.run(python(flood), say, cwd=tmp_path)
    assert status == 0 and count > 90_000_000
    assert len(said) <= 2000 and max(map(len, said)) <= 4096
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000  # kB


def test_what_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    code = (
        "import signal, subprocess, sys, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "c = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(c.pid, flush=True)\ntime.sleep(60)"
    )
    heard: list[str] = []
    with pytest.raises(FreezeoutError, match=r"did not end within 1 s") as caught:
        child.run(python(code), heard.append, cwd=tmp_path, seconds=1)
    assert caught.value.code == "too_slow"
    until(lambda: not alive(int(heard[0])))


def test_what_a_command_leaves_behind_does_not_hold_it_up(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys\n"
        "c = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(30)'],"
        " start_new_session=True)\n"
        "print(c.pid)"
    )
    start = time.monotonic()
    status, said = child.run(python(code), lambda line: None, cwd=tmp_path)
    os.kill(int(said[0]), signal.SIGKILL)
    assert status == 0 and time.monotonic() - start < 10


def test_a_command_goes_when_its_parent_is_killed(tmp_path: Path) -> None:
    deaf = (
        "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "print(os.getpid(), flush=True); time.sleep(60)"
    )
    code = (
        "import sys\nfrom pathlib import Path\nfrom freezeout.jobs import child\n"
        f"child.run([sys.executable, '-c', {deaf!r}], lambda line: print(line, flush=True), cwd=Path('.'))"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=tmp_path)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    assert alive(pid)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    until(lambda: not alive(pid), 5)


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FreezeoutError, match="cannot start /no/such/program: No such file"):
        child.run(["/no/such/program"], lambda line: None, cwd=tmp_path)


def test_passwords_of_the_commands_settings_are_not_heard(tmp_path: Path) -> None:
    env = {**os.environ, "UV_DEFAULT_INDEX": "https://ada:love%2Dlace@example.org/simple"}
    code = "import os; print(os.environ['UV_DEFAULT_INDEX'], 'love-lace', 'love%2Dlace')"
    said = child.run(python(code), lambda line: None, cwd=tmp_path, env=env)[1]
    assert said == ["https://***@example.org/simple *** ***"]
