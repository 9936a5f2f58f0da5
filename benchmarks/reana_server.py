"""The embedded REANA server: how soon a workflow is done, a full queue, and who waits meanwhile.

A server of its own and the real client. Submitted to finished is create, upload, start and all questions
until it is finished, through Freezeout's client that is there already, and once as the unchanged command
`reana-client run` (which takes its own start). A step of a serial workflow is measured in one of many. Then
a queue of workflows is filled at once, two run at a time; they must all finish, in their order. Meanwhile a
Jupyter server, whose panel asks for the workflows all the time, submits an experiment, and what is held to
the wanted figure is the 95th percentile of its GET /api. There is no peer that does this without Kubernetes.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import yaml
from shared.jupyter import Server, jupyter_server, p95, pings

from freezeout.environments.build import run_build
from freezeout.environments.installation import installation
from freezeout.reana.client.client import Client
from freezeout.reana.sites.connection import connection
from freezeout.reana.sites.place import place
from freezeout.services.memory import family, memory
from freezeout.services.reana.reana import Reana

QUEUED = 100
STEPS = 20
IDLE = 30.0
# for the tests
BRIEF = {"queued": 30, "repeats": 3, "idle": 5.0}
_BEAT = 0.05


def measure(queued: int = QUEUED, repeats: int = 7, idle: float = IDLE) -> dict[str, object]:
    """Seconds of workflows, steps, the queue and GET /api; megabytes and cores of the idle server."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        os.environ["FREEZEOUT_HOME"] = str(home)
        run_build("reana")
        begun = time.perf_counter()
        reana = Reana.start()
        try:
            reana.wait()
            started = time.perf_counter() - begun
            return {
                "name": "the embedded REANA server", "start_s": started, "wanted_start_s": 3.0,
                **_idle(reana, idle), **_hello(home, repeats), **_steps(), **_queue(home, queued),
            }  # fmt: skip
        finally:
            reana.stop()


def _idle(reana: Reana, seconds: float) -> dict[str, object]:
    pid = reana.status.pid
    assert pid is not None
    pids = family(pid)
    time.sleep(1)
    before, begun = sum(map(_cpu_seconds, pids)), time.perf_counter()
    time.sleep(seconds)
    used, passed = sum(map(_cpu_seconds, pids)) - before, time.perf_counter() - begun
    return {
        "idle_megabytes": memory(pids) / 1e6, "wanted_idle_megabytes": 60.0, "idle_cores": used / passed,
        "wanted_idle_cores": 0.02,
    }  # fmt: skip


def _hello(home: Path, repeats: int) -> dict[str, object]:
    """A greeting of some names, from a file into a file, by a Python script."""
    folder = home / "hello"
    folder.mkdir()
    (folder / "greet.py").write_text(
        "import sys\nnames = open(sys.argv[1]).read().split()\n"
        "open(sys.argv[2], 'w').write(''.join(f'Hello {name}!\\n' for name in names))\n"
    )
    (folder / "names.txt").write_text("Ada\nVera\n")
    specification = _serial(["python greet.py names.txt greetings.txt"])
    specification["inputs"] = {"files": ["greet.py", "names.txt"]}
    specification["outputs"] = {"files": ["greetings.txt"]}
    (folder / "reana.yaml").write_text(yaml.safe_dump(specification))
    files = {name: folder / name for name in ("greet.py", "names.txt")}
    times = []
    with Client(connection()) as client:
        client.server()
        for _ in range(repeats):
            begun = time.perf_counter()
            made = client.create(specification, "hello")
            client.upload(made.id, files)
            client.start(made.id)
            while (state := client.status(made.id).status) in ("queued", "running"):
                time.sleep(_BEAT)
            times.append(time.perf_counter() - begun)
            assert (
                state == "finished" and client.read(made.id, "greetings.txt") == b"Hello Ada!\nHello Vera!\n"
            )
        begun = time.perf_counter()
        built, here = installation("reana"), place()
        assert built is not None
        variables = {"REANA_SERVER_URL": here.url, "REANA_ACCESS_TOKEN": here.token}
        subprocess.run(
            [str(built.python.parent / "reana-client"), "run", "-w", "by-command"],
            cwd=folder, env={**os.environ, **variables}, check=True, capture_output=True,
        )  # fmt: skip
        while client.status("by-command").status in ("queued", "running"):
            time.sleep(_BEAT)
        command = time.perf_counter() - begun
        assert client.status("by-command").status == "finished"
    return {
        "hello_s": statistics.median(times), "hello_worst_s": max(times), "wanted_hello_s": 3.0,
        "hello_by_command_s": command,
    }  # fmt: skip


def _steps() -> dict[str, object]:
    """What a step costs that does nothing."""
    with _rest() as http:
        begun = time.perf_counter()
        workflow = _submit(http, "steps", ["true"] * STEPS)
        assert _await(http, [workflow]) == ["finished"]
        return {"step_s": (time.perf_counter() - begun) / STEPS, "wanted_step_s": 0.5}


def _queue(home: Path, queued: int) -> dict[str, object]:
    (home / "root").mkdir()
    with jupyter_server(home) as server, _rest() as http:
        server.get("freezeout/api/reana/workflows")
        quiet = pings(server, threading.Event(), 3.0)
        ended, busy = threading.Event(), list[float]()
        looked = [0]

        def look() -> None:
            while not ended.is_set():
                server.get("freezeout/api/reana/workflows", size=50)
                looked[0] += 1
                ended.wait(0.5)

        threads = [
            threading.Thread(target=lambda: busy.extend(pings(server, ended, 900))),
            threading.Thread(target=look),
        ]
        for one in threads:
            one.start()
        begun = time.perf_counter()
        workflows = [_submit(http, "queue", [f"echo {n} > number; sleep 0.2"]) for n in range(queued)]
        job = server.post("freezeout/api/reana/submissions", {"experiment": "darkside50", "preset": "smoke"})
        states = _await(http, workflows)
        taken = time.perf_counter() - begun
        while job["state"] in ("queued", "running"):
            time.sleep(0.3)
            job = server.get(f"freezeout/api/jobs/{job['id']}")
        ended.set()
        for one in threads:
            one.join()
        assert job["state"] == "done", job
        return {
            "queued": queued, "queue_s": taken, "queue_finished": states.count("finished"),
            "queue_lost": queued - states.count("finished"), "wanted_queue_lost": 0,
            "queue_most_overtaken": _most_overtaken(workflows), "wanted_queue_most_overtaken": 2,
            "api_p95_quiet_s": p95(quiet), "api_p95_s": p95(busy), "api_worst_s": max(busy),
            "wanted_api_p95_s": 0.1, "api_requests": len(busy), "lists_meanwhile": looked[0],
            "server_megabytes": _megabytes(server),
        }  # fmt: skip


def _megabytes(server: Server) -> float:
    return memory(family(server.pid)) / 1e6


def _serial(commands: list[str]) -> dict[str, Any]:
    steps = [{"environment": "python:3.11", "commands": commands}]
    return {"version": "0.9.0", "workflow": {"type": "serial", "specification": {"steps": steps}}}


def _rest() -> httpx.Client:
    here = place()
    return httpx.Client(
        base_url=f"{here.url}/api/", params={"access_token": here.token}, timeout=120, trust_env=False
    )


def _submit(http: httpx.Client, name: str, commands: list[str]) -> str:
    made = http.post("workflows", params={"workflow_name": name}, json=_serial(commands)).raise_for_status()
    workflow = str(made.json()["workflow_id"])
    http.post(f"workflows/{workflow}/start", json={}).raise_for_status()
    return workflow


def _await(http: httpx.Client, workflows: list[str]) -> list[str]:
    """What each has come to, when all have ended."""
    states = []
    for workflow in workflows:
        while (state := _status(http, workflow)["status"]) in ("queued", "pending", "running"):
            time.sleep(_BEAT)
        states.append(str(state))
    return states


def _most_overtaken(workflows: list[str]) -> int:
    """How many later ones began before one of them, at most; of two that run at once it may be either."""
    begun = [(place().workspaces / one / "number").stat().st_mtime_ns for one in workflows]
    return max(sum(later < mine for later in begun[n + 1 :]) for n, mine in enumerate(begun))


def _status(http: httpx.Client, workflow: str) -> Any:
    return http.get(f"workflows/{workflow}/status").raise_for_status().json()


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    for name, value in measure().items():
        print(f"{name}: {value}")
