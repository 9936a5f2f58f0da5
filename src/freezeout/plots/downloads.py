"""What is shown, as the file that a user takes away."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass

from freezeout.errors import InputError
from freezeout.limits.bibtex import bibtex
from freezeout.limits.submission import submission
from freezeout.limits.tables import to_long_csv
from freezeout.plots.overlays import Overlay


@dataclass(frozen=True)
class Download:
    """A file: its name, its media type and its bytes."""

    name: str
    media_type: str
    content: bytes

    @property
    def link(self) -> str:
        """The file as an address that needs no server."""
        return f"data:{self.media_type};base64,{base64.b64encode(self.content).decode()}"


def _picture(format: str) -> Callable[[Overlay], bytes]:
    def make(described: Overlay) -> bytes:
        from freezeout.plots.matplotlib import picture

        return picture([described], format)

    return make


FORMATS: dict[str, tuple[str, str, Callable[[Overlay], bytes]]] = {
    "PNG": ("png", "image/png", _picture("png")),
    "PDF": ("pdf", "application/pdf", _picture("pdf")),
    "CSV": ("csv", "text/csv", lambda described: to_long_csv(described.curves).encode()),
    "HEPData": ("zip", "application/zip", lambda described: submission(described.curves, described.title)),
    "BibTeX": ("bib", "application/x-bibtex", lambda described: bibtex(described.curves).encode()),
}


def download(described: Overlay, format: str) -> Download:
    """The curves of an overlay as PNG, PDF, CSV, HEPData or BibTeX.

    Parameters
    ----------
    described : Overlay
    format : str

    Raises
    ------
    InputError
        For another format, or when nothing is shown.
    """
    if format not in FORMATS:
        raise InputError(f"there is no download as '{format}'", hint=f"one of {', '.join(FORMATS)}")
    if not described.series:
        raise InputError("no curve is shown", hint="tick a curve in the list")
    suffix, media_type, make = FORMATS[format]
    name = f"{described.plane.name.replace('/', '-')}.{suffix}"
    return Download(name, media_type, make(described))
