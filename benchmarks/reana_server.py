"""The embedded REANA server: how soon a workflow is done, a full queue, and who waits meanwhile.

A server of its own and the real client. Submitted to finished is create, upload, start and all questions
until it is finished, through Freezeout's client that is there already, and in each engine as the unchanged
command `reana-client run` (which takes its own start). A step of a serial workflow is measured in one of
many. Then a queue of workflows is filled at once, two run at a time; they must all finish, in their order.
Meanwhile a Jupyter server, whose panel asks for the workflows all the time, submits an experiment, and what
is held to the wanted figure is the 95th percentile of its GET /api; and once more while steps run that mean
harm, whose logs it reads. There is no peer that does this without Kubernetes.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from shared import hello, hostile
from shared.jupyter import Server, jupyter_server, p95, pings

from freezeout.environments.build import run_build
from freezeout.environments.installation import installation
from freezeout.reana.client.client import Client
from freezeout.reana.server.steps.sandbox import obstacle
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
            figures = {
                "name": "the embedded REANA server", "start_s": started, "wanted_start_s": 3.0,
                **_idle(reana, idle), **_hello(home, repeats), **_steps(),
            }  # fmt: skip
            (home / "root").mkdir()
            with jupyter_server(home) as server:
                return {**figures, **_queue(server, queued), **_hostile(server)}
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
    outputs, here = hello.write(folder), place()
    specification = hello.serial(["python greet.py names.txt greetings.txt"])
    files = {name: folder / name for name in ("greet.py", "names.txt")}
    built = installation("reana")
    assert built is not None
    command = str(built.python.with_name("reana-client"))
    variables = {
        "PATH": f"{built.python.parent}:{os.environ['PATH']}",
        "REANA_SERVER_URL": here.url, "REANA_ACCESS_TOKEN": here.token,
    }  # fmt: skip
    with Client(connection()) as client:
        client.server()

        def ends(workflow: str, output: str) -> None:
            while (state := client.status(workflow).status) in ("queued", "running"):
                time.sleep(_BEAT)
            assert state == "finished" and client.read(workflow, output) == hello.GREETINGS

        def submit() -> None:
            made = client.create(specification, "hello")
            client.upload(made.id, files)
            client.start(made.id)
            ends(made.id, "greetings.txt")

        def command_of(engine: str) -> None:
            words = [command, "run", "-w", f"hello-{engine}", "-f", f"{engine}.yaml"]
            env = {**os.environ, **variables}
            subprocess.run(words, cwd=folder, env=env, check=True, capture_output=True)
            ends(f"hello-{engine}", outputs[engine])

        times = [_seconds(submit) for _ in range(repeats)]
        # the least: what else the machine has to do only makes it slower
        command_s = min(_seconds(lambda: command_of("serial")) for _ in range(3))
        others = {
            f"hello_by_command_{engine}_s": _seconds(lambda: command_of(engine))  # noqa: B023
            for engine in outputs
            if engine != "serial"
        }
    return {
        "hello_s": statistics.median(times), "hello_worst_s": max(times), "wanted_hello_s": 3.0,
        "hello_by_command_s": command_s, "wanted_hello_by_command_s": 3.0, **others,
    }  # fmt: skip


def _seconds(what: Callable[[], None]) -> float:
    begun = time.perf_counter()
    what()
    return time.perf_counter() - begun


def _steps() -> dict[str, object]:
    """What a step costs that does nothing."""
    with _rest() as http:
        begun = time.perf_counter()
        workflow = _submit(http, "steps", ["true"] * STEPS)
        assert _await(http, [workflow]) == ["finished"]
        return {"step_s": (time.perf_counter() - begun) / STEPS, "wanted_step_s": 0.5}


@contextmanager
def _looked_at(server: Server, look: Callable[[], object]) -> Iterator[list[float]]:
    """What each GET /api takes while somebody looks all the time; filled when it is over."""
    ended, times = threading.Event(), list[float]()

    def look_on() -> None:
        while not ended.wait(0.5):
            look()

    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(pings, server, ended, 900), pool.submit(look_on)]
        try:
            yield times
        finally:
            ended.set()
        times += both[0].result()
        both[1].result()


def _queue(server: Server, queued: int) -> dict[str, object]:
    server.get("freezeout/api/reana/workflows")
    quiet, looked = pings(server, threading.Event(), 3.0), [0]

    def look() -> None:
        server.get("freezeout/api/reana/workflows", size=50)
        looked[0] += 1

    with _rest() as http, _looked_at(server, look) as busy:
        begun = time.perf_counter()
        workflows = [_submit(http, "queue", [f"echo {n} > number; sleep 0.2"]) for n in range(queued)]
        job = server.post("freezeout/api/reana/submissions", {"experiment": "darkside50", "preset": "smoke"})
        states = _await(http, workflows)
        taken = time.perf_counter() - begun
        while job["state"] in ("queued", "running"):
            time.sleep(0.3)
            job = server.get(f"freezeout/api/jobs/{job['id']}")
    assert job["state"] == "done", job
    return {
        "queued": queued, "queue_s": taken, "queue_finished": states.count("finished"),
        "queue_lost": queued - states.count("finished"), "wanted_queue_lost": 0,
        "queue_most_overtaken": _most_overtaken(workflows), "wanted_queue_most_overtaken": 2,
        "api_p95_quiet_s": p95(quiet), "api_p95_s": p95(busy), "api_worst_s": max(busy),
        "wanted_api_p95_s": 0.1, "api_requests": len(busy), "lists_meanwhile": looked[0],
        "server_megabytes": _megabytes(server),
    }  # fmt: skip


def _hostile(server: Server) -> dict[str, object]:
    """Steps that mean harm, two at a time; the panel shows all of them, and the logs of each."""
    with _rest() as http:
        workflows: dict[str, str] = {}

        def look() -> None:
            server.get("freezeout/api/reana/workflows", size=50)
            for workflow in list(workflows.values()):
                server.get("freezeout/api/reana/logs", workflow=workflow)

        with _looked_at(server, look) as busy:
            begun = time.perf_counter()
            for name, one in hostile.STEPS.items():
                command = one.command.replace("$", "$$")
                workflows[name] = _submit(http, f"hostile-{name}", [command], **one.hints)
            states = dict(zip(workflows, _await(http, list(workflows.values())), strict=True))
            taken = time.perf_counter() - begun
        for name, one in hostile.STEPS.items():
            said = http.get(f"workflows/{workflows[name]}/logs").raise_for_status().json()["logs"]
            assert (states[name], one.says in said) == (one.ends, True), (name, states[name], said[-2000:])
        assert obstacle() or not hostile.left_behind(place().root)
    return {
        "hostile_s": taken, "api_p95_hostile_s": p95(busy), "api_worst_hostile_s": max(busy),
        "wanted_api_p95_hostile_s": 0.1, "api_requests_hostile": len(busy),
    }  # fmt: skip


def _megabytes(server: Server) -> float:
    return memory(family(server.pid)) / 1e6


def _rest() -> httpx.Client:
    here = place()
    return httpx.Client(
        base_url=f"{here.url}/api/", params={"access_token": here.token}, timeout=120, trust_env=False
    )


def _submit(http: httpx.Client, name: str, commands: list[str], **hints: object) -> str:
    specification = hello.serial(commands, **hints)
    made = http.post("workflows", params={"workflow_name": name}, json=specification).raise_for_status()
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
