"""A notebook that others wrote, as sources, texts and pictures; its HTML and scripts are left out."""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from typing import Any

from freezeout_jupyter.reana.pictures import picture

_MOST_CELLS = 500
_LONGEST = 20_000
_MOST_PICTURES = 3_000_000
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[@-_]")
_PICTURES = ("image/png", "image/jpeg", "image/svg+xml")


@dataclass(frozen=True)
class Cells:
    """What is shown of a notebook, and what is said of the rest."""

    cells: list[dict[str, Any]]
    message: str


def cells(text: str) -> Cells | None:
    """The cells of a notebook; None when it is none that can be read."""
    try:
        found = json.loads(text)["cells"]
        left = _MOST_PICTURES
        shown: list[dict[str, Any]] = []
        for cell in found[:_MOST_CELLS]:
            outputs = []
            for output in cell.get("outputs", [])[:50]:
                one = _output(output, left)
                left -= len(one["data"])
                outputs.append(one)
            type = cell["cell_type"]
            count = cell.get("execution_count")
            shown.append(
                {
                    "type": type if type in ("markdown", "code") else "raw",
                    "source": _text(cell["source"]),
                    "count": count if isinstance(count, int) else None,
                    "outputs": outputs,
                }
            )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    more = len(found) - len(shown)
    return Cells(shown, f"{more} more cells" if more > 0 else "")


def _output(output: dict[str, Any], left: int) -> dict[str, Any]:
    if output["output_type"] == "stream":
        return _of_text("text", output["text"])
    if output["output_type"] == "error":
        trace = output.get("traceback") or [f"{output.get('ename')}: {output.get('evalue')}"]
        return _of_text("error", "\n".join(map(str, trace)))
    bundle = output.get("data", {})
    for type in _PICTURES:
        if type in bundle and (found := _picture(type, bundle[type])) and len(found["data"]) <= left:
            return {"kind": "image", "text": "", **found}
    said = bundle.get("text/plain")
    return _of_text("text", f"({', '.join(sorted(bundle))})" if said is None else said)


def _picture(type: str, data: Any) -> dict[str, Any] | None:
    text = "".join(data) if isinstance(data, list) else data
    if type == "image/svg+xml":
        return picture(text.encode(), ".svg")
    try:
        return picture(base64.b64decode(text), "")
    except (ValueError, binascii.Error):
        return None


def _of_text(kind: str, said: Any) -> dict[str, Any]:
    return {"kind": kind, "text": _text(said), "media_type": "", "data": ""}


def _text(said: Any) -> str:
    text = _COLOURS.sub("", "".join(said) if isinstance(said, list) else str(said))
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "\n…"
