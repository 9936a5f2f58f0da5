"""Pictures as data for an img element; of an SVG nothing is kept that is no drawing."""

from __future__ import annotations

import base64
import re
from typing import Any
from xml.etree.ElementTree import Element, ParseError, register_namespace, tostring

DRAWING = 1_000_000
"""Bytes of an SVG that is looked through; a larger one would hold up others meanwhile."""

_SVG, _LINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
_SIGNATURES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}
_DRAWN = frozenset(
    [
        "svg", "g", "defs", "symbol", "use", "title", "desc", "path", "rect", "circle", "ellipse", "line",
        "polyline", "polygon", "text", "tspan", "textPath", "image", "clipPath", "mask", "pattern", "marker",
        "linearGradient", "radialGradient", "stop", "style",
    ]
)  # fmt: skip
_OWN_LINK = re.compile(r"\s*(#|data:image/(png|jpeg|gif);base64,)")
# a reference to anything but a part of the same picture, or a way to hide one
_FOREIGN = re.compile(r"url\s*\(\s*['\"]?\s*(?!#)|@import|expression|\\", re.IGNORECASE)


def picture(data: bytes, suffix: str) -> dict[str, Any] | None:
    """Media type and data of a picture; None when it is none."""
    found = media_type(data)
    if found is None and suffix == ".svg":
        cleaned = clean_svg(data)
        if cleaned is not None:
            found, data = "image/svg+xml", cleaned
    return None if found is None else {"media_type": found, "data": base64.b64encode(data).decode()}


def media_type(data: bytes) -> str | None:
    """By what the bytes are and not by what the file is called."""
    for signature, found in _SIGNATURES.items():
        if data.startswith(signature):
            return found
    return "image/webp" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else None


def clean_svg(data: bytes) -> bytes | None:
    """The drawing alone: no scripts, no foreign content, no references to elsewhere.

    None if it is no SVG, or larger than `DRAWING`.
    """
    from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
    from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

    if len(data) > DRAWING:
        return None
    register_namespace("", _SVG)
    register_namespace("xlink", _LINK)
    try:
        root: Element = fromstring(data)
        if root.tag != f"{{{_SVG}}}svg":
            return None
        _clean(root)
        return tostring(root)
    except (ParseError, DefusedXmlException, ValueError, LookupError, RecursionError):
        return None


def _clean(element: Element) -> None:
    waiting = [element]  # not by recursion: it may be nested as deep as its author liked
    while waiting:
        one = waiting.pop()
        for name, value in list(one.attrib.items()):
            if not _is_drawing(name, value):
                del one.attrib[name]
        for child in list(one):
            if not isinstance(child.tag, str) or not _is_drawn(child):
                one.remove(child)
            else:
                waiting.append(child)


def _is_drawn(element: Element) -> bool:
    namespace, _, name = element.tag.rpartition("}")
    if namespace != f"{{{_SVG}" or name not in _DRAWN:
        return False
    return name != "style" or not _FOREIGN.search("".join(element.itertext()))


def _is_drawing(name: str, value: str) -> bool:
    bare = name.rpartition("}")[2].lower()
    if bare.startswith("on"):
        return False
    if bare in ("href", "src"):
        return _OWN_LINK.match(value) is not None
    return not _FOREIGN.search(value)
