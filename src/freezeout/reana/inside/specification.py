"""Read and check a ``reana.yaml`` as REANA's client does, and print what came of it as JSON.

In a process of its own: reading a Snakefile runs it, and the client prints and exits where it likes.
"""

from __future__ import annotations

import json
import os
import re
import sys
import warnings
from typing import Any

_LONGEST = 1000
_SIGNS = re.compile(r"\x1b\[[0-9;]*m")


def main() -> None:
    """Print ``{"specification" or "error", "warnings"}`` of the file that is named."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.argv = sys.argv[1:]
    with out:
        json.dump(_read(sys.argv[1]), out, default=str)


def _read(path: str) -> dict[str, Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from reana_client import utils

    told: list[str] = []

    def tell(message: object, msg_type: str | None = None, **_: object) -> None:
        if msg_type in ("warning", "error"):
            told.append(_plain(message))

    _hear_all(tell)
    try:
        found = utils.load_validate_reana_spec(path, skip_validate_environments=True)
    except SystemExit:
        return {"error": told.pop() if told else "REANA's client does not say why", "warnings": told}
    except Exception as error:
        said = _plain(getattr(error, "message", "") or error) or type(error).__name__
        where = ".".join(str(part) for part in getattr(error, "absolute_path", ()))
        return {"error": f"{where}: {said}" if where else said, "warnings": told}
    return {"specification": found, "warnings": told}


def _hear_all(tell: Any) -> None:
    """Modules that have taken the function over by name."""
    for name, module in list(sys.modules.items()):
        if name.startswith("reana_client.") and "display_message" in vars(module):
            vars(module)["display_message"] = tell


def _plain(text: object) -> str:
    text = " ".join(_SIGNS.sub("", str(text)).split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
