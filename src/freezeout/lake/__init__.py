"""The data lake: data identifiers, search, replicas, rules, upload and download; Rucio underneath.

A notebook needs five functions, which are the same in every kernel: `open` and `get` bring files here,
verified and once for all processes; `put` takes files there; `search` and `info` ask.

`did`
    Data identifiers.
`sites`
    Which Rucio is talked to, as whom, and how.
`catalogue`
    What it knows: browsing, search, metadata, replicas, rules.
`files`
    Bytes into it and out of it.
`inquiry`, `attached`, `remote`
    The same for code that waits, for data attached to a notebook, and from a kernel that lacks the packages.
"""

from __future__ import annotations

import builtins
import gzip
import io
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

__all__ = ["open", "get", "put", "search", "info"]


def open(did: str, mode: str = "r", *, lake: str = "") -> IO[Any]:
    """Open a file of the lake for reading.

    Text that is packed by gzip is unpacked.

    Parameters
    ----------
    did : str
        ``scope:name`` of a file, or of a dataset of one file.
    mode : str
        ``"r"`` for text, ``"rb"`` for the bytes as they are.
    lake : str
        Which lake, when more than one is connected.

    Raises
    ------
    InputError
        When there is no such file, or the dataset holds several, which are named.
    FreezeoutError
        When no replica is what the lake says.
    """
    from freezeout.errors import InputError

    if mode not in ("r", "rt", "rb"):
        raise InputError(f"files of the lake cannot be opened in the mode '{mode}'", hint="'r' or 'rb'")
    paths = get(did, lake=lake)
    if len(paths) != 1:
        names = ", ".join(path.name for path in paths[:5]) + (", …" if len(paths) > 5 else "")
        raise InputError(
            f"{did} holds {len(paths)} files{': ' if paths else ''}{names}",
            hint=f'freezeout.lake.get("{did}") gives their paths',
            code="several_files",
        )
    if mode == "rb":
        return builtins.open(paths[0], "rb")
    if paths[0].suffix == ".gz":
        return io.TextIOWrapper(gzip.open(paths[0], "rb"), encoding="utf-8")
    return builtins.open(paths[0], encoding="utf-8")


def get(did: str, to: Path | str | None = None, *, lake: str = "", verify: bool = False) -> list[Path]:
    """Bring the file, or all files of a dataset, here; see module ``freezeout.lake.files.get``."""
    from freezeout.lake import remote
    from freezeout.lake.did import DID
    from freezeout.lake.files import manifest

    there = manifest.get(DID.parse(did), to)
    if there is not None:
        return there
    if remote.is_needed():
        words = ["get", did, *remote.option("--to", to), *remote.option("--lake", lake)]
        found = remote.call([*words, "--verify"] if verify else words)
        return [Path(row["path"]) for row in found["files"]]
    from freezeout.lake.files.get import get as get_here

    return get_here(did, to, lake=lake, verify=verify)


def put(
    paths: Sequence[Path | str] | Path | str,
    did: str | None = None,
    *,
    dataset: str | None = None,
    metadata: Mapping[str, object] | None = None,
    rse: str = "",
    lifetime: int | None = None,
    lake: str = "",
) -> list[str]:
    """Put files, or a folder as a dataset, into the lake; see module ``freezeout.lake.files.put``.

    Returns
    -------
    list of str
        The data identifiers, the dataset first when there is one.
    """
    from freezeout.lake import remote

    if remote.is_needed():
        many = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
        return list(
            remote.call(
                [
                    "put", *[str(Path(path).absolute()) for path in many], *remote.option("--did", did),
                    *remote.option("--dataset", dataset), *remote.option("--rse", rse),
                    *remote.option("--lifetime", lifetime), *remote.option("--lake", lake),
                    *remote.metadata(metadata or {}),
                ]
            )["dids"]
        )  # fmt: skip
    from freezeout.lake.files.put import put as put_here

    found = put_here(paths, did, dataset=dataset, metadata=metadata, rse=rse, lifetime=lifetime, lake=lake)
    return [str(one) for one in found]


def search(query: str = "", *, type: str = "", scope: str = "", lake: str = "") -> list[dict[str, Any]]:
    """Data identifiers that fit, such as ``search("experiment=darkside50 AND rho_dm=0.3")``.

    Parameters
    ----------
    query : str
        ``key=value``, ``>``, ``<``, ``!=``, AND, OR, parentheses; a word is part of the name.
    type : str
        Only of this type: file, dataset or container.
    scope : str
        Only in this scope.

    Returns
    -------
    list of dict
        ``did``, ``type``, ``metadata``, ….
    """
    from freezeout.lake import remote

    if remote.is_needed():
        options = [*remote.option("--type", type), *remote.option("--scope", scope)]
        found: list[dict[str, Any]] = remote.call(["search", query, *options, *remote.option("--lake", lake)])
        return found
    from freezeout.lake import inquiry

    return inquiry.search(query, type=type, scope=scope, lake=lake)


def info(did: str, *, lake: str = "") -> dict[str, Any]:
    """What the lake knows of a data identifier: type, size, checksums, metadata, replicas, rules."""
    from freezeout.lake import remote

    if remote.is_needed():
        found: dict[str, Any] = remote.call(["info", did, *remote.option("--lake", lake)])
        return found
    from freezeout.lake import inquiry

    return inquiry.info(did, lake=lake)
