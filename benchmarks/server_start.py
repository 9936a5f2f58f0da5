"""From the start of a server to its first answer of /api/status: ours, and a bare Jupyter server.

Ours is what ``freezeout up`` starts: JupyterLab with Voila, Rucio's extension, our own and twenty
environments' kernels. The bare one is the same installation's Jupyter server without any extension.
The same Lab without our extension says what that adds. Seconds on the clock are those of the machine
at that moment; the CPU seconds until the answer are what is held to the wanted figures.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from importlib.metadata import version
from pathlib import Path

from freezeout.environments.folder import environment
from freezeout.environments.kernels import register
from freezeout.services.jupyter import server_command
from freezeout.services.process import free_port

KERNELS = 20
TOKEN = "benchmark"


def measure(repeats: int = 7) -> dict[str, object]:
    """Median wall and CPU seconds of all of them, what ours adds, and the whole over the bare server."""
    with tempfile.TemporaryDirectory() as place:
        home = Path(place)
        _register_kernels(home)
        off = "--ServerApp.jpserver_extensions={'freezeout_jupyter': False}"
        servers = {
            "bare": ([sys.executable, "-m", "jupyter_server"], {"JUPYTER_NO_CONFIG": "1"}),
            "ours": ([], {}),
            "without": ([off], {}),
        }
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in servers}
        for turn in range(repeats + 1):  # taking turns, so that a busy moment is everybody's
            for name, (words, variables) in servers.items():
                figures = _start(home, words, variables)
                if turn:  # the first time compiles
                    times[name].append(figures)
    wall = {name: statistics.median(t for t, _ in found) for name, found in times.items()}
    cpu = {name: statistics.median(t for _, t in found) for name, found in times.items()}
    return {
        "name": "start of the server",
        "peer": "bare Jupyter server",
        "peer_version": version("jupyter_server"),
        "peer_s": wall["bare"],
        "ours_s": wall["ours"],
        "without_extension_s": wall["without"],
        "peer_cpu_s": cpu["bare"],
        "ours_cpu_s": cpu["ours"],
        "without_extension_cpu_s": cpu["without"],
        "times_bare": wall["ours"] / wall["bare"],
        "times_bare_cpu": cpu["ours"] / cpu["bare"],
        "wanted_times_bare_cpu": 1.3,
        "added_s": wall["ours"] - wall["without"],
        "added_cpu_s": cpu["ours"] - cpu["without"],
        "wanted_added_cpu_s": 0.1,
        "kernels": KERNELS,
        "starts": repeats,
    }


def _register_kernels(home: Path) -> None:
    os.environ["FREEZEOUT_HOME"] = str(home)
    for number in range(KERNELS):
        name = f"environment-{number}"
        folder = home / "own" / "environments" / name
        folder.mkdir(parents=True)
        said = {"schema": 1, "name": name, "title": f"The {number}th", "summary": "None.", "status": "ready"}
        (folder / "environment.yaml").write_text(json.dumps(said))
        prefix = home / "environments" / name / "built"
        register(environment(name), prefix / "bin" / "python", prefix)


def _start(home: Path, words: list[str], variables: dict[str, str]) -> tuple[float, float]:
    """Wall and CPU seconds until a server answers."""
    port = free_port()
    command = server_command(home, port)
    if words and words[0] == sys.executable:
        command = [*words, *(word for word in command if word.startswith(("--ServerApp", "--allow-root")))]
    else:
        command += words
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    env |= {f"JUPYTER_{name}_DIR": str(home / "jupyter" / name) for name in ("CONFIG", "DATA", "RUNTIME")}
    env |= {"JUPYTER_TOKEN": TOKEN, "FREEZEOUT_HOME": str(home), **variables}
    url = f"http://127.0.0.1:{port}/api/status"
    asked = urllib.request.Request(url, headers={"Authorization": f"token {TOKEN}"})
    begun = time.perf_counter()
    quiet = subprocess.DEVNULL
    server = subprocess.Popen(command, env=env, stdin=quiet, stdout=quiet, stderr=quiet)
    try:
        while not _answers(asked):
            if server.poll() is not None:
                raise RuntimeError(f"{' '.join(command)} ended with {server.returncode}")
            time.sleep(0.005)
        return time.perf_counter() - begun, _cpu_seconds(server.pid)
    finally:
        server.kill()
        server.wait()


def _answers(asked: urllib.request.Request) -> bool:
    try:
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _cpu_seconds(pid: int) -> float:
    """User and system seconds of a process and of its children that have ended (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    for name, value in measure().items():
        print(f"{name}: {value}")
