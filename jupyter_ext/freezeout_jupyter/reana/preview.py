"""What is in a file that others wrote, in a form that can be shown without harm: never HTML."""

from __future__ import annotations

import codecs
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from freezeout.errors import FreezeoutError, InputError
from freezeout_jupyter.reana import notebook, pictures, root, tables

if TYPE_CHECKING:
    from freezeout.reana.client.client import Client

TEXT = 256 << 10
WHOLE = 5_000_000
"""What is read of a file that only makes sense as a whole."""

ROOT = 50_000_000
_MOST = {
    **dict.fromkeys((".ipynb", ".png", ".jpg", ".jpeg", ".gif", ".webp"), WHOLE), ".root": ROOT,
    ".svg": pictures.DRAWING,
}  # fmt: skip
_CLOSED = {
    ".gz": "a compressed file", ".h5": "an HDF5 file", ".hdf5": "an HDF5 file", ".npy": "an array of NumPy",
    ".npz": "arrays of NumPy", ".parquet": "a Parquet file", ".pdf": "a PDF document",
    ".pickle": "a pickle, which may run code", ".pkl": "a pickle, which may run code", ".zip": "an archive",
    ".fits": "a FITS file", ".tar": "an archive",
}  # fmt: skip


@dataclass(frozen=True)
class Looked:
    """The beginning of a file in a workspace, or all of it.

    Attributes
    ----------
    path : str
        In the workspace.
    size : int
        Of the whole file.
    data : bytes
        Its beginning.
    table : str
        Which one is wanted, when there are several in it.
    """

    path: str
    size: int
    data: bytes
    table: str = ""

    @property
    def truncated(self) -> bool:
        """Whether there is more."""
        return self.size > len(self.data)

    @property
    def suffix(self) -> str:
        """As of a name: ``.csv``."""
        return PurePosixPath(self.path).suffix.lower()

    @classmethod
    def at(cls, client: Client, workflow: str, path: str) -> Looked:
        """Read as much of a file as a preview of its kind needs.

        Raises
        ------
        FreezeoutError
            When there is no such file, or the server fails.
        """
        found = client.files(workflow, search=path, size=100)
        wanted = path.strip("/")
        one = next((one for one in found.items if one.path.strip("/") == wanted), None)
        if one is None and not found.has_next:
            raise InputError(f"there is no file '{path[:200]}' in {workflow}", code="unknown_file")
        suffix = PurePosixPath(path).suffix.lower()
        most = _MOST.get(suffix, TEXT)
        if suffix in _CLOSED or (one is not None and most > TEXT and one.size > most):
            return cls(path, 0 if one is None else one.size, b"")
        data = client.read(workflow, path, most) if most < ROOT else _brought(client, workflow, path)
        return cls(path, len(data) if one is None else max(one.size, len(data)), data)


def _brought(client: Client, workflow: str, path: str) -> bytes:
    """All of a file that is too large to go from hand to hand."""
    with tempfile.TemporaryDirectory(prefix="freezeout-file-") as folder:
        (found,) = client.download(workflow, [path], Path(folder))
        return found.read_bytes()


def preview(looked: Looked) -> dict[str, Any]:
    """The preview of a file as the API shows it."""
    suffix = looked.suffix
    if suffix in _CLOSED:
        return _said(looked, "binary", f"{_CLOSED[suffix]} cannot be shown here: download it")
    if looked.truncated and not looked.data:
        return _said(looked, "too_large", "it is too large to be shown: download it")
    if suffix == ".root":
        return _of_root(looked)
    found = pictures.picture(looked.data, suffix)
    if found is not None:
        return {**_said(looked, "image"), **found}
    text, encoding = decoded(looked.data)
    if text is None:
        return _said(looked, "binary", "it is no text, and of no kind that can be shown here: download it")
    shown = _structured(looked, text)
    if shown is not None:
        return shown
    cut = looked.truncated or len(text) > TEXT
    return {**_said(looked, "text"), "truncated": cut, "text": text[:TEXT], "encoding": encoding}


def _structured(looked: Looked, text: str) -> dict[str, Any] | None:
    """The preview of a text that is more than that, if it is."""
    if looked.suffix == ".ipynb" and (cells := notebook.cells(text)) is not None:
        return {**_said(looked, "notebook", cells.message), "cells": cells.cells}
    table = None
    if looked.suffix in (".csv", ".tsv"):
        table = tables.separated(text, "\t" if looked.suffix == ".tsv" else "", looked.truncated)
    elif looked.suffix in (".yaml", ".yml") and not looked.truncated:
        table = tables.hepdata(text)
    return None if table is None else _of_table(looked, table)


def _of_root(looked: Looked) -> dict[str, Any]:
    try:
        table = root.read(looked.data, looked.table)
    except FreezeoutError as error:
        return _said(looked, "binary", str(error))
    return _of_table(looked, table)


def _of_table(looked: Looked, table: tables.Table) -> dict[str, Any]:
    said = _said(looked, "table", table.message)
    said["truncated"] = looked.truncated or table.truncated
    return {**said, "columns": table.columns, "rows": table.rows, "tables": table.names}


def _said(looked: Looked, kind: str, message: str = "") -> dict[str, Any]:
    return {
        "kind": kind, "path": looked.path, "size": looked.size, "truncated": looked.truncated,
        "message": message,
    }  # fmt: skip


def decoded(data: bytes) -> tuple[str | None, str]:
    """The text that bytes are, and its encoding as it was guessed; None when they are none."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
    ):  # fmt: skip
        if data.startswith(mark):
            return data.decode(encoding, errors="replace"), encoding
    if b"\x00" in data:
        return None, ""
    try:
        # the last sign may have been cut
        return codecs.getincrementaldecoder("utf-8")().decode(data, final=False), "utf-8"
    except UnicodeDecodeError:
        from charset_normalizer import from_bytes

        best = from_bytes(data[:TEXT]).best()
        encoding = best.encoding if best else "latin-1"
        return data.decode(encoding, errors="replace"), encoding
