"""Data that is attached to a notebook, as variables of its kernel.

The list is that of rucio-jupyterlab, kept in the notebook's metadata as ``rucio_attachments``, and so is
what the variables are: of a file a text that is its path, of a dataset a list of those. They come
through `freezeout.lake.get`, so that they are verified and there in every kernel. A notebook that runs
without a page, as a job does, attaches its own list by ``attach(list)`` in a cell.
"""

from __future__ import annotations

import json
import keyword
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn

from freezeout.errors import FreezeoutError, InputError

__all__ = ["AttachedFile", "AttachedFiles", "Unavailable", "attach", "said"]

_said: dict[str, str | None] = {}


class AttachedFile(str):
    """The path of a file; `did` is what it is in the lake."""

    path: str
    pfn: str
    did: str
    did_available = True

    def __new__(cls, path: str, did: str) -> AttachedFile:
        """Make it of a path."""
        made = super().__new__(cls, path)
        made.path, made.did = path, did
        made.pfn = f"file://localhost{path}"
        return made

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.path, self.did)


class AttachedFiles(list[AttachedFile]):
    """The paths of a dataset's files; `did` is what it is in the lake."""

    did_available = True

    def __init__(self, files: Sequence[AttachedFile] = (), did: str = "") -> None:
        super().__init__(files)
        self.did = did

    @property
    def items(self) -> list[AttachedFile]:
        """The paths."""
        return list(self)


class Unavailable:
    """What could not be brought here: says why to whoever uses it."""

    did_available = False

    def __init__(self, did: str, error: FreezeoutError) -> None:
        self.did, self.error = did, error

    def __repr__(self) -> str:
        return f"<{self.did} is not available: {self.error}>"

    def _refuse(self, *_: object) -> NoReturn:
        raise FreezeoutError(
            f"{self.did} is not available: {self.error.message}", hint=self.error.hint, code=self.error.code
        )

    __fspath__ = __str__ = __iter__ = __len__ = __getitem__ = __add__ = __contains__ = _refuse


def attach(
    attachments: str | Sequence[Mapping[str, object]],
    lake: str = "",
    namespace: dict[str, Any] | None = None,
) -> None:
    """Make the variables.

    Parameters
    ----------
    attachments : sequence of mapping, or str
        ``{"did": …, "type": "file" | "collection", "variableName": …}``, or the same as JSON.
    lake : str
        Which lake, when more than one is connected.
    namespace : dict, optional
        Where the variables go; default: what the notebook's cells see.

    Raises
    ------
    InputError
        When the list is none. What cannot be brought is an `Unavailable`, and no error.
    """
    variables = _of_notebook() if namespace is None else namespace
    _said.clear()
    for did, type, name in _checked(attachments):
        try:
            variables[name] = _brought(did, type, lake)
            _said[name] = None
        except FreezeoutError as error:
            variables[name] = Unavailable(did, error)
            _said[name] = str(error)


def said() -> str:
    """What came of the last `attach`, as JSON: null of each variable, or why it is not available."""
    return json.dumps(_said)


def _brought(did: str, type: str, lake: str) -> AttachedFile | AttachedFiles:
    from freezeout.lake import get

    files = [AttachedFile(str(path), did) for path in get(did, lake=lake)]
    return files[0] if type == "file" and len(files) == 1 else AttachedFiles(files, did)


def _checked(attachments: str | Sequence[Mapping[str, object]]) -> Iterator[tuple[str, str, str]]:
    try:
        found = json.loads(attachments) if isinstance(attachments, str) else attachments
        rows = [(str(one["did"]), str(one.get("type", "")), str(one["variableName"])) for one in found]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputError("this is no list of attachments", code="bad_attachments") from error
    for did, type, name in rows:
        # rucio-jupyterlab lets an empty name and a keyword through
        if name.isidentifier() and not keyword.iskeyword(name):
            yield did, type, name


def _of_notebook() -> dict[str, Any]:
    import sys

    # only where it is loaded already: in a kernel
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None:
        import __main__

        return vars(__main__)
    found: dict[str, Any] = shell.user_ns
    return found
