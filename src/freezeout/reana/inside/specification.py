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
    """Print what is wanted of the file that is named.

    ``specification``: ``{"specification" or "error", "warnings"}``; ``inputs``: ``{"files" or "error"}``.
    """
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    what, path = sys.argv[2:]
    # what it imports may look at the words of its command
    sys.argv = [sys.argv[0], path]
    with out:
        json.dump({"specification": _read, "inputs": _inputs}[what](path), out, default=str)


def _inputs(path: str) -> dict[str, Any]:
    import yaml

    with open(path, encoding="utf-8") as stream:
        said = yaml.safe_load(stream)
    inputs = (said.get("inputs") if isinstance(said, dict) else None) or {}
    found: dict[str, None] = {}
    for name in inputs.get("files") or []:
        if not os.path.isfile(name) or os.path.islink(name):
            return {"error": f"'{name}' is no file"}
        found[os.path.normpath(name)] = None
    ignored = _ignored()
    for name in inputs.get("directories") or []:
        if not os.path.isdir(name):
            return {"error": f"'{name}' is no folder"}
        for folder, folders, files in os.walk(name):
            folders.sort()
            for file in sorted(files):
                inner = os.path.normpath(os.path.join(folder, file))
                if os.path.isfile(inner) and not os.path.islink(inner) and not ignored(inner):
                    found[inner] = None
    return {"files": list(found)}


def _ignored() -> Any:
    """Whether a file is named by one of the lists of what stays here."""
    import pathspec

    lists = []
    for name in (".gitignore", ".reanaignore"):
        if os.path.isfile(name):
            with open(name, encoding="utf-8") as lines:
                lists.append(pathspec.PathSpec.from_lines("gitwildmatch", lines))
    return lambda file: any(one.match_file(file) for one in lists)


def _read(path: str) -> dict[str, Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from reana_client import utils

    if _is_no_mapping(path):
        return {"error": "it is no mapping with a 'workflow' in it", "warnings": []}
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


def _is_no_mapping(path: str) -> bool:
    """Of this REANA's client would only say how it stumbles."""
    import yaml

    try:
        with open(path, encoding="utf-8") as stream:
            return not isinstance(yaml.safe_load(stream), dict)
    except (yaml.YAMLError, UnicodeDecodeError):
        return False  # of these it speaks well


def _hear_all(tell: Any) -> None:
    """Modules that have taken the function over by name."""
    for name, module in list(sys.modules.items()):
        if name.startswith("reana_client.") and "display_message" in vars(module):
            vars(module)["display_message"] = tell


def _plain(text: object) -> str:
    text = " ".join(_SIGNS.sub("", str(text)).split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
