"""Which interpreter has the gateway's packages, for kernels that have none of them."""

from __future__ import annotations

import json
import sys

from freezeout.files import write_atomically
from freezeout.settings import home

SCHEMA_VERSION = 1


def remember_interpreter() -> None:
    """Tell kernels that have none of the gateway's packages which interpreter has them."""
    text = json.dumps({"schema_version": SCHEMA_VERSION, "python": sys.executable})
    write_atomically(home() / "gateway.json", text)
