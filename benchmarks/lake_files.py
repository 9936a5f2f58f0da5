"""Files into the lake and out of it: how much dearer that is than a copy whose checksums are taken by hand.

By hand is ``cp``, ``md5sum`` and an Adler-32 (Python's zlib, as Rucio's client has it) of 1 GB, one after
the other. Ours are whole processes, `freezeout lake put` and `freezeout lake get` into an empty cache;
the peer's are `rucio upload` and `rucio download` of the same bytes at the same server. In the end 10 000
small files are registered where they lie. What is written is flushed to the disk before the next begins;
ours flush within their time, the others after it.
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
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from freezeout.lake.sites.embedded import embedded
from freezeout.lake.sites.rucio_cfg import rucio_environ
from freezeout.services.lake.lake import Lake

T = TypeVar("T")

GIGABYTE = 1_000_000_000
FILES = 10_000
# for the tests; the size stays, or it is the start of the commands that is measured
BRIEF = {"repeats": 1, "files": 2_000}
FREEZEOUT = [sys.executable, "-m", "freezeout.cli", "lake"]
RUCIO = str(Path(sys.executable).with_name("rucio"))
ADLER32 = """
import sys, zlib
value = 1
with open(sys.argv[1], "rb") as stream:
    while block := stream.read(1 << 20):
        value = zlib.adler32(block, value)
print(f"{value:08x}")
"""


def measure(repeats: int = 3, size: int = GIGABYTE, files: int = FILES) -> dict[str, object]:
    """Median seconds of each way, the ratios to the way by hand, and seconds of the registration."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        os.environ["FREEZEOUT_HOME"] = str(home / "home")
        lake = Lake.start()
        try:
            lake.wait(quiet=900)
            connection = embedded()
            assert connection is not None
            big = home / "big.bin"
            with open(big, "wb") as stream:
                for _ in range(size // 1_000_000):
                    stream.write(os.urandom(1_000_000))
            rounds = [_round(home, big, connection.scope, number) for number in range(repeats)]
            taken = {name: statistics.median(one[name] for one in rounds) for name in rounds[0]}
            registered = _registered(home, connection.scope, files)
        finally:
            lake.stop()
    return {
        "name": "files of the lake", "bytes": size,
        **{f"{name}_s": seconds for name, seconds in taken.items()},
        "ratio_put": taken["put"] / taken["by_hand"], "ratio_get": taken["get"] / taken["by_hand"],
        "wanted_ratio_put": 2.0, "wanted_ratio_get": 2.0,
        "ratio_rucio_upload": taken["rucio_upload"] / taken["by_hand"],
        "ratio_rucio_download": taken["rucio_download"] / taken["by_hand"],
        "registered_files": files, "registered_s": registered, "wanted_registered_s": 60.0,
        "rounds": repeats,
    }  # fmt: skip


def _round(home: Path, big: Path, scope: str, number: int) -> dict[str, float]:
    """Seconds of each way, one after the other; all must find the same checksums."""
    ours, theirs = f"{scope}:ours{number}.bin", f"{scope}:theirs{number}.bin"
    down = home / "down"
    rucio = _rucio_environment()
    seconds = {}
    seconds["by_hand"], said = _timed(lambda: _by_hand(big, home / "copy.bin"))
    (home / "copy.bin").unlink()
    seconds["put"], _ = _timed(lambda: _run([*FREEZEOUT, "put", "--did", ours, str(big)]))
    seconds["get"], found = _timed(lambda: _run([*FREEZEOUT, "get", "--json", ours]))
    (got,) = json.loads(found)["files"]
    assert said == (got["md5"], got["adler32"]), (said, got)
    _run([*FREEZEOUT, "cache", "--clear"])
    named = home / theirs.partition(":")[2]
    named.hardlink_to(big)
    upload = [RUCIO, "upload", "--rse", "HERE", "--scope", scope, str(named)]
    seconds["rucio_upload"], _ = _timed(lambda: _run(upload, rucio))
    download = [RUCIO, "download", "--dir", str(down), theirs]
    seconds["rucio_download"], _ = _timed(lambda: _run(download, rucio))
    assert [path.stat().st_size for path in down.rglob("*.bin")] == [big.stat().st_size]
    shutil.rmtree(down)
    named.unlink()
    print(", ".join(f"{name} {taken:.1f} s" for name, taken in seconds.items()), file=sys.stderr)
    for did in (ours, theirs):
        _run([*FREEZEOUT, "rm", "--yes", did])
    return seconds


def _by_hand(source: Path, copy: Path) -> tuple[str, str]:
    _run(["cp", str(source), str(copy)])
    md5 = _run(["md5sum", str(copy)]).split()[0]
    return md5, _run([sys.executable, "-c", ADLER32, str(copy)]).strip()


def _registered(home: Path, scope: str, files: int) -> float:
    folder = home / "many"
    for number in range(files):
        path = folder / f"{number // 100:03d}" / f"{number:05d}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"number,value\n{number},1\n")
    did = f"{scope}:many"
    seconds, _ = _timed(
        lambda: _run([*FREEZEOUT, "put", "--register", "--rse", "INPLACE", "--did", did, str(folder)])
    )
    assert json.loads(_run([*FREEZEOUT, "info", "--json", did]))["length"] == files
    return seconds


def _rucio_environment() -> dict[str, str]:
    connection = embedded()
    assert connection is not None
    return rucio_environ(connection)


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    os.sync()
    begun = time.perf_counter()
    found = work()
    return time.perf_counter() - begun, found


def _run(command: list[str], environ: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(command, capture_output=True, text=True, env=environ)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr[-2000:]}")
    return done.stdout


if __name__ == "__main__":
    for name, value in measure().items():
        print(f"{name}: {value}")
