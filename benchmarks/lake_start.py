"""The embedded lake: how long until it is usable, and what it costs when nobody uses it.

First is ``freezeout up`` in an empty home: it builds Rucio's environment, of packages that were fetched
before (with UV_CACHE_DIR at an empty folder they are fetched, 124 MB, and that is what is measured), and
makes the lake. Cold is the first one of a home in which the environment is built already: a database is made,
Rucio's tables are. Warm is every later one. All are whole: a process of the command line, Lab beside it,
until its printed address answers. Memory is that of all processes of the lake, what they
share counted once; idle is a minute in which nobody asks. There is no peer that does this without
containers.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from freezeout.services.lake.place import place
from freezeout.services.lake.status import read_status
from freezeout.services.memory import family, memory
from freezeout.services.process import answers

IDLE = 60.0
CALM = 10.0
# for the tests
BRIEF = {"repeats": 1, "idle": 10.0, "calm": 3.0}
COMMAND = [sys.executable, "-m", "freezeout.cli"]


def measure(repeats: int = 3, idle: float = IDLE, calm: float = CALM) -> dict[str, object]:
    """Seconds of a first, a cold and warm starts and of a stop, megabytes, and share of a core when idle."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["FREEZEOUT_HOME"] = str(Path(folder) / "home")
        try:
            first = _up()
            _settle(calm)
            _down()
            shutil.rmtree(place().root)
            cold = _up()
            _settle(calm)
            megabytes, cpu = _idle(idle)
            stop = _down()
            warm = []
            for _ in range(repeats):
                warm.append(_up())
                _settle(calm)
                _down()
        finally:
            _down()
    return {
        "name": "start of the embedded lake",
        "first_s": first,
        "wanted_first_s": 60.0,
        "cold_s": cold,
        "wanted_cold_s": 60.0,
        "warm_s": statistics.median(warm),
        "wanted_warm_s": 15.0,
        "stop_s": stop,
        "idle_megabytes": sum(megabytes.values()),
        "wanted_idle_megabytes": 700.0,
        **{f"idle_megabytes_{name}": size for name, size in megabytes.items()},
        "idle_cores": cpu,
        "starts": 2 + repeats,
        "idle_s": idle,
    }


def _up() -> float:
    begun = time.perf_counter()
    told = subprocess.run(
        [*COMMAND, "up", "--no-browser", "--detach", "--json"], capture_output=True, text=True, check=True
    )
    lake = json.loads(told.stdout)["lake"]
    if not lake or not answers(f"{lake}/ping", 10):
        raise RuntimeError(f"no lake: {told.stdout} {told.stderr}")
    return time.perf_counter() - begun


def _down() -> float:
    begun = time.perf_counter()
    subprocess.run([*COMMAND, "down"], capture_output=True, check=True)
    return time.perf_counter() - begun


def _settle(calm: float) -> None:
    """Wait until the inputs are registered, and what follows from it is done."""
    end = time.monotonic() + 120
    while read_status(place()).inputs != "registered":
        if time.monotonic() > end:
            raise RuntimeError(f"inputs: {read_status(place()).inputs}")
        time.sleep(0.2)
    time.sleep(calm)


def _idle(seconds: float) -> tuple[dict[str, float], float]:
    """Megabytes of each service, and cores that all of them use (Linux)."""
    status = read_status(place())
    services = {name: one.pid for name, one in status.services.items() if one.pid}
    if status.pid is None or len(services) != 3:
        raise RuntimeError(f"not all services run: {services}")
    below = {name: family(pid) for name, pid in services.items()}
    below["supervisor"] = [status.pid]
    everybody = [pid for pids in below.values() for pid in pids]
    before, begun = sum(map(_cpu_seconds, everybody)), time.perf_counter()
    time.sleep(seconds)
    used, passed = sum(map(_cpu_seconds, everybody)) - before, time.perf_counter() - begun
    return {name: memory(pids) / 1e6 for name, pids in below.items()}, used / passed


def _cpu_seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    for name, value in measure().items():
        print(f"{name}: {value}")
