"""The lake from a kernel whose environment lacks what it needs: the gateway's interpreter does the work."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from freezeout.errors import FreezeoutError, InputError
from freezeout.lake.files import manifest
from freezeout.settings import home

VARIABLE = "FREEZEOUT_GATEWAY_PYTHON"
"""Names the gateway's interpreter in kernels that the gateway or a run has started."""

_FILE = "gateway.json"
_NEEDED = ("httpx", "rucio")


@cache
def is_needed() -> bool:
    """Whether this interpreter cannot talk to the lake itself."""
    return any(find_spec(name) is None for name in _NEEDED)


def python() -> Path:
    """The interpreter that can.

    Raises
    ------
    InputError
        When what was fetched beforehand is all that there is.
    FreezeoutError
        When no gateway is known.
    """
    fetched = manifest.noted()
    if fetched is not None:
        raise InputError(
            f"this step has no way into the lake; fetched for it was {', '.join(fetched) or 'nothing'}",
            hint="name other data as a parameter of type did, or as an input of the workflow",
            code="not_fetched",
        )
    told = os.environ.get(VARIABLE, "")
    if not told:
        try:
            told = str(json.loads((home() / _FILE).read_text(encoding="utf-8"))["python"])
        except (OSError, ValueError, KeyError, TypeError):
            told = ""
    if not told or not os.access(told, os.X_OK):
        raise FreezeoutError(
            "this kernel cannot reach the lake by itself, and it is not known which Python is the gateway's",
            hint="start 'freezeout up' once, or install httpx and rucio-clients in this environment",
            code="no_gateway",
        )
    return Path(told)


def call(words: Sequence[str]) -> Any:
    """Do ``freezeout lake …`` there and return what it prints as JSON.

    Raises
    ------
    FreezeoutError, InputError
        The same as it would be here.
    """
    command = [str(python()), "-P", "-m", "freezeout.cli", "lake", words[0], "--json", *words[1:]]
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    env["FREEZEOUT_HOME"] = str(home())
    child = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env
    )
    try:
        said, talk = child.communicate()
    except BaseException:
        # the kernel's interrupt: it clears away what is half made
        child.terminate()
        child.communicate()
        raise
    if child.returncode == 0:
        return json.loads(said)
    raise _error(said, talk, child.returncode)


def option(name: str, value: object) -> list[str]:
    """The words of an option; none when it has no value.

    Examples
    --------
    >>> option("--to", "here"), option("--rse", None)
    (['--to=here'], [])
    """
    return [] if value in (None, "") else [f"{name}={value}"]


def metadata(values: Mapping[str, object]) -> list[str]:
    """The words that carry metadata with their types."""
    return [f"--metadata={json.dumps(dict(values))}"] if values else []


def _error(said: str, talk: str, status: int) -> FreezeoutError:
    try:
        error = json.loads(said)["error"]
        kind = InputError if status == 2 else FreezeoutError
        return kind(error["message"], hint=error["hint"], code=error["code"])
    except (ValueError, KeyError, TypeError):
        lines = [line for line in talk.splitlines() if line.strip()]
        last = lines[-1] if lines else f"it ended with the status {status}"
        return FreezeoutError(f"the gateway's Python failed: {last}", code="gateway_failed")
