"""The Jupyter server beside a large lake: how soon a first page comes, and who waits meanwhile.

A real lake of its own, with a dataset of 100 000 files. The first page of it, read anew each time; then
GET /api, asked all the time while the 100 000 data identifiers of the scope are listed again and again,
1 GB is uploaded and ten rules replicate files: what is held to the wanted figure is the 95th percentile.
It has no peer: rucio-jupyterlab cuts a listing off at 1000.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from freezeout.lake import put
from freezeout.lake.sites.connection import Connection
from freezeout.lake.sites.embedded import embedded
from freezeout.services.jupyter import server_command
from freezeout.services.lake.lake import Lake
from freezeout.services.lake.place import place
from freezeout.services.memory import family, memory
from freezeout.services.process import free_port

FILES = 100_000
GIGABYTE = 1_000_000_000
RULES = 10
# for the tests, which cannot wait for 100 000 files
BRIEF = {"files": 6_000, "size": 200_000_000}
TOKEN = "benchmark"


def measure(files: int = FILES, size: int = GIGABYTE) -> dict[str, object]:
    """Seconds to the first page (median, worst), and those of GET /api in peace and under load."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        os.environ["FREEZEOUT_HOME"] = str(home)
        lake = Lake.start()
        try:
            lake.wait(quiet=900)
            connection = embedded()
            assert connection is not None
            begun = time.perf_counter()
            _register(connection, files)
            registered = time.perf_counter() - begun
            dids = _small_files(home, connection)
            (home / "root").mkdir()
            with open(home / "root" / "big.bin", "wb") as stream:
                for _ in range(size // 1_000_000):
                    stream.write(os.urandom(1_000_000))
            with _server(home) as server:
                return {"name": "the lake's routes", "files": files, "registered_s": registered} | _figures(
                    server, connection, dids, files
                )
        finally:
            lake.stop()


def _figures(server: Server, connection: Connection, dids: list[str], files: int) -> dict[str, object]:
    listing, did = "freezeout/api/lake/listing", f"{connection.scope}:big"
    server.get("freezeout/api/lake/connections")
    first = []
    for _ in range(7):
        begun = time.perf_counter()
        page = server.get(listing, did=did, limit=200, refresh=1)
        first.append(time.perf_counter() - begun)
        assert len(page["rows"]) == 200 and page["total"] <= files
    begun = time.perf_counter()
    while not (page := server.get(listing, did=did, limit=1))["complete"]:
        time.sleep(0.05)
    whole = time.perf_counter() - begun
    assert page["total"] == files
    quiet = _pings(server, threading.Event(), 3.0)
    done, listed = threading.Event(), [0]

    def list_on() -> None:
        while not done.is_set():
            page = server.get(listing, scope=connection.scope, type="file", limit=200, refresh=1)
            while not page["complete"] and not done.is_set():
                time.sleep(0.2)
                page = server.get(listing, scope=connection.scope, type="file", limit=200, offset=200)
            listed[0] += page["complete"]

    lister = threading.Thread(target=list_on)
    lister.start()
    job = server.post("freezeout/api/lake/uploads", {"paths": ["big.bin"]})
    for one in dids:
        server.post("freezeout/api/lake/rules", {"did": one, "rse": "MIRROR"})
    ended = threading.Event()
    busy: list[float] = []
    pinger = threading.Thread(target=lambda: busy.extend(_pings(server, ended, 600)))
    pinger.start()
    begun, states = time.perf_counter(), list[str]()
    while job["state"] in ("queued", "running") or states.count("OK") < RULES or not listed[0]:
        assert time.perf_counter() - begun < 600
        time.sleep(0.5)
        job = server.get(f"freezeout/api/jobs/{job['id']}")
        found = [server.get("freezeout/api/lake/rules", did=one)["rules"] for one in dids]
        states = [r["state"] for some in found for r in some if r["rse_expression"] == "MIRROR"]
    work = time.perf_counter() - begun
    done.set()
    ended.set()
    lister.join()
    pinger.join()
    assert job["state"] == "done", job
    uploaded = server.get("freezeout/api/lake/did", did=f"{connection.scope}:big.bin")
    return {
        "first_page_s": statistics.median(first), "first_page_worst_s": max(first),
        "wanted_first_page_s": 0.5, "whole_listing_s": whole,
        "api_p95_quiet_s": _p95(quiet), "api_p95_s": _p95(busy), "api_worst_s": max(busy),
        "wanted_api_p95_s": 0.1, "api_requests": len(busy), "load_s": work, "listings_meanwhile": listed[0],
        "uploaded_bytes": uploaded["bytes"], "replications": states.count("OK"),
        "server_megabytes": memory(family(server.pid)) / 1e6,
    }  # fmt: skip


class Server:
    """Asks a Jupyter server."""

    def __init__(self, url: str, pid: int) -> None:
        self.url, self.pid = url, pid

    def get(self, path: str, **query: object) -> Any:
        """A JSON answer."""
        return self._ask(f"{path}?{urllib.parse.urlencode(query)}" if query else path)

    def post(self, path: str, data: object) -> Any:
        """A JSON answer to a body."""
        return self._ask(path, json.dumps(data).encode())

    def _ask(self, path: str, data: bytes | None = None) -> Any:
        headers = {"Authorization": f"token {TOKEN}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}/{path}", data, headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)


def _pings(server: Server, end: threading.Event, seconds: float) -> list[float]:
    """What each GET /api takes, until the end."""
    times, until = [], time.perf_counter() + seconds
    while not end.is_set() and time.perf_counter() < until:
        begun = time.perf_counter()
        server.get("api")
        times.append(time.perf_counter() - begun)
        end.wait(0.05)
    return times


def _p95(times: list[float]) -> float:
    return sorted(times)[int(0.95 * len(times))]


def _register(connection: Connection, files: int) -> None:
    """Files that are in the catalogue only, as the administrator."""
    scope, root = connection.scope, place().secret("root")
    with httpx.Client(base_url=connection.url, timeout=120, trust_env=False) as http:
        words = {"X-Rucio-Account": "root", "X-Rucio-Username": "root", "X-Rucio-Password": root}
        token = http.get("/auth/userpass", headers=words).headers["X-Rucio-Auth-Token"]
        http.headers["X-Rucio-Auth-Token"] = token
        http.post(f"/dids/{scope}/big", json={"type": "DATASET"}).raise_for_status()
        for start in range(0, files, 1000):
            rows: list[dict[str, object]] = [
                {"scope": scope, "name": f"big.{n:06d}", "bytes": 1000 + n, "adler32": f"{n + 1:08x}"}
                for n in range(start, min(start + 1000, files))
            ]
            body = {"rse": "ARCHIVE", "files": rows, "ignore_availability": True}
            http.post("/replicas", json=body).raise_for_status()
            dids = [{"scope": scope, "name": row["name"]} for row in rows]
            attached = {"attachments": [{"scope": scope, "name": "big", "dids": dids}]}
            http.post("/dids/attachments", json=attached).raise_for_status()


def _small_files(home: Path, connection: Connection) -> list[str]:
    """Ten files of 20 MB at the near storage."""
    dids = []
    for number in range(RULES):
        path = home / f"part{number}.bin"
        path.write_bytes(os.urandom(20_000_000))
        dids += [str(one) for one in put(path, f"{connection.scope}:{path.name}")]
        path.unlink()
    return dids


@contextmanager
def _server(home: Path) -> Iterator[Server]:
    """A Jupyter server as ``freezeout up`` starts it, which shows the folder ``root``."""
    port = free_port()
    env = {**os.environ, "JUPYTER_TOKEN": TOKEN}
    env |= {f"JUPYTER_{name}_DIR": str(home / "jupyter" / name) for name in ("CONFIG", "DATA", "RUNTIME")}
    with open(home / "jupyter.log", "w") as log:
        child = subprocess.Popen(
            server_command(home / "root", port), env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    server = Server(f"http://127.0.0.1:{port}", child.pid)
    try:
        until = time.monotonic() + 90
        while True:
            try:
                server.get("api")
                break
            except OSError:
                if child.poll() is not None or time.monotonic() > until:
                    raise RuntimeError((home / "jupyter.log").read_text()[-2000:]) from None
                time.sleep(0.1)
        yield server
    finally:
        child.terminate()
        child.wait(60)


if __name__ == "__main__":
    for name, value in measure().items():
        print(f"{name}: {value}")
