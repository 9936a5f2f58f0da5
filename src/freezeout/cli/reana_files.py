"""``freezeout reana ls``, ``download`` and what else is done with the files of a workspace."""

from __future__ import annotations

import argparse
import base64
import shutil
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from freezeout.cli.output import count, print_json, print_table, say
from freezeout.cli.reana_client import build, client_of, require_agreed, time_of
from freezeout.errors import InputError

if TYPE_CHECKING:
    from freezeout.reana.client.workflow import File


def ls(options: argparse.Namespace) -> None:
    """List the files of a workspace."""
    from freezeout.lake.files.amount import amount

    found = _found(options)
    if options.json:
        return print_json([asdict(one) for one in found])
    if not found:
        return say("no files")
    print_table(("PATH", "BYTES", "MODIFIED"), [(one.path, one.size, time_of(one.modified)) for one in found])
    say(f"{count(len(found), 'file')}, {amount(sum(one.size for one in found))}")


def _found(options: argparse.Namespace) -> list[File]:
    """The files that are meant, in the order of their names."""
    client = client_of(options)
    if options.path:
        found = client.find(options.workflow, [options.path])
        found = [one for one in found if options.search.casefold() in one.path.casefold()]
    else:
        found = client.all_files(options.workflow, search=options.search)
    return sorted(found, key=lambda one: one.path)


def tree(options: argparse.Namespace) -> None:
    """The files as a tree."""
    found = _found(options)
    if options.json:
        return print_json([one.path for one in found])
    seen: set[str] = set()
    for one in sorted(found, key=lambda file: file.path.split("/")):
        *folders, name = one.path.split("/")
        for depth in range(len(folders)):
            here = "/".join(folders[: depth + 1])
            if here not in seen:
                seen.add(here)
                print(f"{'  ' * depth}{folders[depth]}/")
        print(f"{'  ' * len(folders)}{name}")


def du(options: argparse.Namespace) -> None:
    """What files and folders take."""
    from freezeout.lake.files.amount import amount

    found = client_of(options).disk_usage(options.workflow, summarize=options.summarize)
    if options.json:
        return print_json([{"path": one.path, "bytes": one.size} for one in found])
    print_table(("SIZE", "PATH"), [(amount(one.size), one.path or ".") for one in found])


def download(options: argparse.Namespace) -> None:
    """Bring files here."""
    from freezeout.cli.progress import watched

    client = client_of(options)
    to = options.to or Path(client.status(options.workflow).full_name)
    with watched(f"download {options.workflow}", talks=True) as progress:
        found = client.download(options.workflow, options.paths or None, to, progress)
    if options.json:
        return print_json({"folder": str(to), "files": [str(path) for path in found]})
    say(f"{count(len(found), 'file')} in {to}")
    for path in found:
        print(path)


def upload(options: argparse.Namespace) -> None:
    """Take files to a workspace."""
    from freezeout.cli.progress import watched
    from freezeout.reana.client.inputs import files_of, inputs_of

    client = client_of(options)
    files = files_of(options.paths, options.to) if options.paths else inputs_of(Path(), build)
    if not files:
        raise InputError("there is nothing to upload", hint="name files or folders", code="path_not_found")
    with watched(f"upload to {options.workflow}") as progress:
        client.upload(options.workflow, files, progress)
    if options.json:
        return print_json({"files": sorted(files)})
    say(f"{count(len(files), 'file')} uploaded")


def cat(options: argparse.Namespace) -> None:
    """Print a file."""
    client = client_of(options)
    if options.bytes:
        return _write(options, client.read(options.workflow, options.path, options.bytes))
    with tempfile.TemporaryDirectory(prefix="freezeout-") as folder:
        found = client.download(options.workflow, [options.path], Path(folder))
        if len(found) != 1:
            raise InputError(f"'{options.path}' is more than one file", code="unknown_file")
        if options.json:
            return _write(options, found[0].read_bytes())
        with found[0].open("rb") as stream:
            sys.stdout.flush()
            shutil.copyfileobj(stream, sys.stdout.buffer)


def _write(options: argparse.Namespace, content: bytes) -> None:
    if options.json:
        try:
            return print_json({"path": options.path, "text": content.decode()})
        except UnicodeDecodeError:
            return print_json({"path": options.path, "base64": base64.b64encode(content).decode()})
    sys.stdout.flush()
    sys.stdout.buffer.write(content)


def rm(options: argparse.Namespace) -> None:
    """Remove files of a workspace."""
    names = ", ".join(options.paths)
    require_agreed(options, f"remove {names} of {options.workflow}")
    gone = client_of(options).remove(options.workflow, options.paths)
    if options.json:
        return print_json({"removed": gone})
    say(f"{count(len(gone), 'file')} removed")
    for path in gone:
        print(path)


def mv(options: argparse.Namespace) -> None:
    """Move a file within a workspace."""
    client_of(options).move(options.workflow, options.source, options.target)
    say(f"{options.source} is {options.target} now")
    if options.json:
        print_json({"source": options.source, "target": options.target})


def prune(options: argparse.Namespace) -> None:
    """Remove what is neither input nor output."""
    kept = [name for name in ("inputs", "outputs") if not getattr(options, name)]
    what = f"all files but {' and '.join(kept)}" if kept else "all files"
    require_agreed(options, f"remove {what} of {options.workflow}")
    said = client_of(options).prune(options.workflow, inputs=options.inputs, outputs=options.outputs)
    say(said)
    if options.json:
        print_json({"message": said})
