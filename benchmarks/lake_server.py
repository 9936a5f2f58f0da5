"""The Jupyter server beside a large lake: how soon a first page comes, and who waits meanwhile.

A real lake of its own, with a dataset of 100 000 files. The first page of it, read anew each time; then
GET /api, asked all the time while the 100 000 data identifiers of the scope are listed again and again,
1 GB is uploaded and ten rules replicate files: what is held to the wanted figure is the 95th percentile.
It has no peer: rucio-jupyterlab cuts a listing off at 1000.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import threading
import time
from pathlib import Path

import httpx
from shared.jupyter import Server, jupyter_server, p95, pings

from freezeout.lake import put
from freezeout.lake.sites.connection import Connection
from freezeout.lake.sites.embedded import embedded
from freezeout.services.lake.lake import Lake
from freezeout.services.lake.place import place
from freezeout.services.memory import family, memory

FILES = 100_000
GIGABYTE = 1_000_000_000
RULES = 10
# for the tests, which cannot wait for 100 000 files
BRIEF = {"files": 6_000, "size": 200_000_000}


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
            with jupyter_server(home) as server:
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
    quiet = pings(server, threading.Event(), 3.0)
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
    pinger = threading.Thread(target=lambda: busy.extend(pings(server, ended, 600)))
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
        "api_p95_quiet_s": p95(quiet), "api_p95_s": p95(busy), "api_worst_s": max(busy),
        "wanted_api_p95_s": 0.1, "api_requests": len(busy), "load_s": work, "listings_meanwhile": listed[0],
        "uploaded_bytes": uploaded["bytes"], "replications": states.count("OK"),
        "server_megabytes": memory(family(server.pid)) / 1e6,
    }  # fmt: skip


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


if __name__ == "__main__":
    for name, value in measure().items():
        print(f"{name}: {value}")
