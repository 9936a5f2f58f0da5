"""Files: written whole or not at all, and read only when they are what they should be."""

from __future__ import annotations

import csv
import errno
import gzip
import hashlib
import io
import os
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from freezeout.errors import InputError

if TYPE_CHECKING:
    import numpy as np

_CHUNK = 1 << 20
_NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)
"""What file systems without hard links say."""
_DEEPEST = 100
_SURELY_SHALLOW = 1000


@contextmanager
def disk_errors(path: Path | str) -> Iterator[None]:
    """Turn what the operating system says about `path` into an error for the user."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise InputError(
                f"no space left to write {path}",
                hint="free some space or choose another folder",
                code="disk_full",
            ) from error
        raise InputError(
            f"cannot use {path}: {error.strerror or error}",
            hint="choose another path",
            code="path_unusable",
        ) from error


def write_atomically(
    path: Path | str, content: bytes | str, flush: bool = True, private: bool = False
) -> Path:
    """Write `content` beside `path`, flush it to disk and rename it into place.

    Parameters
    ----------
    flush : bool
        Whether it must outlive a loss of power; else nobody waits for the disk.
    private : bool
        Whether nobody else may read it, at no moment.

    Raises
    ------
    InputError
        When the folder cannot be made or the disk is full; nothing is left behind.
    """
    path = Path(path)
    data = content.encode() if isinstance(content, str) else content
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
                stream.flush()
                if flush:
                    os.fsync(stream.fileno())
            if not private:
                os.chmod(name, 0o666 & ~_umask())
            os.replace(name, path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    return path


def put_into_place(part: Path, target: Path) -> None:
    """Give a file that is whole its name, never over another one.

    Raises
    ------
    FileExistsError
        When there is one of this name.
    InputError
        When the folder cannot be written.
    """
    try:
        _link(part, target)
    except FileExistsError:
        raise
    except OSError:
        with disk_errors(target):
            raise


def _link(part: Path, target: Path) -> None:
    try:
        os.link(part, target)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        # claimed first: then nobody else has the name
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        os.replace(part, target)
    else:
        part.unlink()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def checksums(path: Path | str) -> dict[str, object]:
    """Size in bytes, SHA-256 and Adler-32 (as Rucio writes it) of a file, in one reading."""
    sha256, adler32, size = hashlib.sha256(), 1, 0
    with open(path, "rb") as stream:
        while chunk := stream.read(_CHUNK):
            sha256.update(chunk)
            adler32 = zlib.adler32(chunk, adler32)
            size += len(chunk)
    return {"bytes": size, "sha256": sha256.hexdigest(), "adler32": f"{adler32:08x}"}


def verify(path: Path | str, sha256: str) -> Path:
    """Return `path` when the file there has this SHA-256.

    Raises
    ------
    InputError
        When the file is missing or another one.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"the input {path} is missing", code="input_missing")
    found = checksums(path)["sha256"]
    if found != sha256:
        raise InputError(
            f"the input {path} is damaged or was changed: "
            f"its SHA-256 is {str(found)[:12]}…, expected {sha256[:12]}…",
            hint="restore the file, or record the new checksum if the change is meant",
            code="checksum_mismatch",
        )
    return path


def read_columns(path: Path | str) -> dict[str, np.ndarray]:
    """Read a CSV table (plain or ``.gz``) with a header line into named columns.

    Columns whose every value is a number become float arrays (an empty cell is NaN), the others
    arrays of strings.

    Raises
    ------
    InputError
        When the file is missing, empty, ragged or not text.
    """
    path = Path(path)
    try:
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8-sig")
        rows = [row for row in csv.reader(io.StringIO(text)) if row and not row[0].startswith("#")]
    except (OSError, EOFError, UnicodeDecodeError, csv.Error, zlib.error) as error:
        raise InputError(f"cannot read the table {path}: {error}", code="table_unreadable") from error
    if not rows:
        raise InputError(f"the table {path} is empty", code="table_unreadable")
    header, body = [name.strip() for name in rows[0]], rows[1:]
    for number, row in enumerate(body, start=2):
        if len(row) != len(header):
            raise InputError(
                f"row {number} of the table {path} has {len(row)} cells, its header {len(header)}",
                code="table_unreadable",
            )
    return {name: _column([row[i].strip() for row in body]) for i, name in enumerate(header)}


def _column(cells: list[str]) -> np.ndarray:
    # only here: most who read or write files need no numbers, and start without
    import numpy as np

    try:
        return np.array([float(cell) if cell else np.nan for cell in cells])
    except ValueError:
        return np.array(cells)


def read_yaml(path: Path | str) -> object:
    """Read a YAML file with the safe loader.

    Raises
    ------
    InputError
        When the file is missing or is not YAML, or says a key twice.
    """
    try:
        return parse_yaml(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {path}: {error}", code="file_unreadable") from error
    except _KeyTwice as error:
        raise InputError(f"{path} says '{error.key}' twice, at line {error.line}", code="file_unreadable",
                         hint="keep one of them") from error  # fmt: skip
    except yaml.YAMLError as error:
        where = getattr(error, "problem_mark", None)
        line = f" at line {where.line + 1}" if where else ""
        raise InputError(f"{path} is not valid YAML{line}", code="file_unreadable") from error
    except (ValueError, OverflowError) as error:
        # the 99th of May, say: the parser hands on what Python thinks of it
        raise InputError(f"{path} has a value that is none: {error}", code="file_unreadable") from error
    except RecursionError as error:
        raise InputError(f"{path} is nested too deeply", code="file_unreadable") from error


def parse_yaml(text: str) -> object:
    """The value of a YAML text that anybody may have written.

    Raises
    ------
    YAMLError, ValueError, OverflowError, RecursionError
        When it is none, or says a key twice, or is nested so deeply that it would end this process.
    """
    _require_shallow(text)
    return yaml.load(text, Loader=_Loader)


def read_source_table(folder: Path, name: str) -> dict[str, np.ndarray]:
    """Read table `name` of a folder whose SOURCE.yaml lists it with its SHA-256.

    Raises
    ------
    InputError
        When the table is not listed or is not the one that was listed.
    """
    source = read_yaml(folder / "SOURCE.yaml")
    files = source.get("files", {}) if isinstance(source, Mapping) else {}
    if name not in files:
        raise InputError(f"{folder / 'SOURCE.yaml'} lists no file {name}", code="input_missing")
    return read_columns(verify(folder / name, files[name]["sha256"]))


def _require_shallow(text: str) -> None:
    """Refuse what is nested so deeply that the parser, which is written in C, would crash the process."""
    if sum(map(text.count, "\n[{-?:")) < _SURELY_SHALLOW:
        return
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _DEEPEST:
            raise RecursionError


class _KeyTwice(yaml.YAMLError):
    """A mapping has a key a second time; the parser would silently take the last."""

    def __init__(self, key: str, line: int) -> None:
        super().__init__(key)
        self.key, self.line = key, line


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The safe loader, which sees keys that are there twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
        seen: set[tuple[str, str]] = set()
        for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
            if isinstance(key, yaml.ScalarNode) and key.value != "<<":
                if (key.tag, key.value) in seen:
                    raise _KeyTwice(key.value, key.start_mark.line + 1)
                seen.add((key.tag, key.value))
        found: dict[object, object] = super().construct_mapping(node, deep=deep)
        return found
