"""The deep test of an environment: its ``smoke.py``, run by its own interpreter."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import Any

from freezeout.environments import uv
from freezeout.environments.folder import Environment, environment
from freezeout.environments.installation import Installation, amend, require
from freezeout.environments.kernels import within
from freezeout.errors import FreezeoutError
from freezeout.jobs import child
from freezeout.jobs.reporter import Reporter
from freezeout.jobs.store import now

_SECONDS = 300.0


def test(reporter: Reporter, name: str) -> dict[str, Any]:
    """Test a built environment and remember how it went.

    Raises
    ------
    FreezeoutError
        When it is not built, is broken, or fails its test.
    """
    found = environment(name)
    built = require(found)
    reporter.progress(None, f"testing {name}")
    with built.in_use():
        smoke = check(found, built.python, built.setup, reporter)
    if built.data["builder"] != "gateway":
        amend(built, smoke=smoke)
    return accept(found, smoke)


def check(environment: Environment, python: Path, setup: Path | None, reporter: Reporter) -> dict[str, Any]:
    """Run the test in an empty folder: ``ok``, ``message``, ``seconds`` and the time."""
    script = environment.folder / "smoke.py"
    command: list[str | Path] = [python, script]
    if not os.path.lexists(script):  # a link that leads nowhere is no reason to test less
        command = [python, "-c", "import freezeout, ipykernel; print('it starts')"]
    command = within(setup, command)
    env = uv.environ()
    env.pop("FREEZEOUT_RUN_FOLDER", None)
    env["PATH"] = f"{python.parent}:{env.get('PATH', '')}"
    env["MPLBACKEND"] = "agg"
    # what it compiles is there for the kernels, which start the quicker
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="freezeout-test-") as folder:
        try:
            status, said = child.run(command, reporter.log, cwd=Path(folder), env=env, seconds=_SECONDS)
        except FreezeoutError as error:
            status, said = 1, [str(error)]
    last = next((line.strip() for line in reversed(said) if line.strip()), "it said nothing")
    if status < 0:
        last = f"it was ended by {child.ended_by(status)}"
    return {
        "ok": status == 0,
        "message": last[:300],
        "seconds": round(time.monotonic() - start, 1),
        "at": now(),
    }


def accept(
    environment: Environment,
    smoke: dict[str, Any],
    hint: str = "the environment is there, but do not trust it",
) -> dict[str, Any]:
    """Return the result of a test that passed.

    Raises
    ------
    FreezeoutError
        When it did not.
    """
    if not smoke["ok"]:
        raise FreezeoutError(
            f"'{environment.name}' does not pass its test: {smoke['message']}",
            hint=f"the log says more; {hint}",
            code="smoke_failed",
        )
    return smoke


def fresh(built: Installation) -> bool:
    """Whether the last test of a build passed."""
    smoke = built.data.get("smoke")
    return bool(smoke and smoke["ok"])
