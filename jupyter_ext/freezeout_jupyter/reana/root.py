"""ROOT files, read in a process of an environment that has uproot: the gateway has none."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path

from freezeout.errors import FreezeoutError
from freezeout_jupyter.reana.tables import MOST_ROWS, Table

_SECONDS = 30.0
_READER = Path(__file__).with_name("root_reader.py")


def read(data: bytes, wanted: str = "") -> Table:
    """A table or histogram of a file, the first unless another is wanted, and the names of all.

    Raises
    ------
    FreezeoutError
        When no environment with uproot is built, or the file cannot be read.
    """
    python = _python()
    with tempfile.TemporaryDirectory(prefix="freezeout-root-") as folder:
        path = Path(folder) / "file.root"
        path.write_bytes(data)
        try:
            done = subprocess.run(
                [python, "-I", _READER, path, str(MOST_ROWS), wanted],
                capture_output=True, cwd=folder, timeout=_SECONDS, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise FreezeoutError("reading it takes too long: download it", code="bad_root") from None
    if done.returncode != 0:
        last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2][:200]
        raise FreezeoutError(f"uproot cannot read it: {last}", code="bad_root")
    found = json.loads(done.stdout)
    rows, names = found["rows"][:MOST_ROWS], found["names"]
    if not names:
        raise FreezeoutError(
            "there is neither a tree nor a histogram of one dimension in it",
            hint="download it",
            code="bad_root",
        )
    return Table(found["columns"], rows, found["total"] > len(rows), found["name"], names)


def _python() -> Path:
    """The interpreter of an environment that has uproot."""
    from freezeout.environments.folder import scan_environments
    from freezeout.environments.installation import installation

    having = [one.name for one in scan_environments()[0] if "uproot" in one.description.get("packages", [])]
    for name in having:
        built = installation(name)
        if built is not None and not built.fault():
            return built.python
    raise FreezeoutError(
        "a ROOT file is shown when an environment with uproot is built",
        hint=f"build one of {', '.join(having)}, or download the file",
        code="missing_package",
    )
