"""Files of a workflow, and no others.

Names come from outside and steps may leave links behind. So each folder on the way to a file is opened
from the one above it, and a link is never followed: there is no moment between looking and using at
which a path could begin to lead elsewhere.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from freezeout.reana.server.pattern import matcher
from freezeout.reana.server.refusal import Refusal

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_DEEPEST = 200
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True)
class Entry:
    """Something in a workspace; its path has no ``/`` at its beginning."""

    path: str
    size: int
    modified: float
    kind: int

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder, and not a link to one."""
        return stat.S_ISDIR(self.kind)

    @property
    def is_link(self) -> bool:
        """Whether it is a link, to whatever."""
        return stat.S_ISLNK(self.kind)

    @property
    def is_file(self) -> bool:
        """Whether it holds bytes that can be read: not a link, a pipe or a socket."""
        return stat.S_ISREG(self.kind)


def parts(given: str) -> tuple[str, ...]:
    """The names on the way to a path of a workspace; none for the workspace itself.

    Raises
    ------
    Refusal
        400, when it leads out of the workspace or is no path.

    Examples
    --------
    >>> parts("/results//plot.png")
    ('results', 'plot.png')
    """
    names = tuple(name for name in given.split("/") if name not in ("", "."))
    if ".." in names:
        raise Refusal(400, f"The path {given!r} leads out of the workspace.")
    try:
        raw = os.fsencode(given)
    except UnicodeEncodeError:
        raise Refusal(400, f"The path {given!r} is not one that a file can have.") from None
    if b"\0" in raw or len(raw) > 4000 or any(len(os.fsencode(name)) > 255 for name in names):
        raise Refusal(400, "The path is too long, or has a character that no path can have.")
    return names


class Workspace:
    """The folder of a workflow.

    Parameters
    ----------
    root : Path
        It need not be there (any more).
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    @contextmanager
    def _opened(self, names: tuple[str, ...], make: bool = False) -> Iterator[int]:
        """A folder of the workspace, open."""
        try:
            handle = os.open(self.root, _FOLDER)
        except OSError:
            raise Refusal(404, "The workspace of this workflow does not exist any more.") from None
        try:
            for name in names:
                if make:
                    with contextlib.suppress(FileExistsError):
                        os.mkdir(name, dir_fd=handle)
                below = os.open(name, _FOLDER, dir_fd=handle)
                os.close(handle)
                handle = below
            yield handle
        finally:
            os.close(handle)

    @contextmanager
    def _told(self, path: str) -> Iterator[None]:
        """What the operating system says of a path, in words and with a status."""
        try:
            yield
        except FileNotFoundError:
            raise Refusal(404, f"{path} does not exist.") from None
        except NotADirectoryError:
            raise Refusal(400, f"A part of the path {path} is no folder, or a link.") from None
        except OSError as error:
            known = error.strerror or str(error)
            raise Refusal(507 if error.errno == 28 else 400, f"Cannot use {path}: {known}.") from error

    def entry(self, path: str) -> Entry | None:
        """What is at a path, if anything is; a link is not followed."""
        names = parts(path)
        try:
            with self._opened(names[:-1]) as folder:
                found = os.stat(names[-1] if names else ".", dir_fd=folder, follow_symlinks=False)
        except OSError:
            return None
        return _entry("/".join(names), found)

    def walk(self, path: str = "", *, bottom_up: bool = False) -> Iterator[Entry]:
        """All below a folder, in the order of their names."""
        names = parts(path)
        with self._told(path), self._opened(names) as folder:
            yield from self._below(folder, "".join(f"{name}/" for name in names), bottom_up)

    def _below(self, folder: int, prefix: str, bottom_up: bool) -> Iterator[Entry]:
        if prefix.count("/") > _DEEPEST:
            return
        with os.scandir(folder) as listing:
            names = sorted(one.name for one in listing)
        for name in names:
            try:
                entry = _entry(prefix + name, os.stat(name, dir_fd=folder, follow_symlinks=False))
            except OSError:  # gone meanwhile
                continue
            if not bottom_up:
                yield entry
            if entry.is_folder:
                # a folder may be gone, or closed to us
                with contextlib.suppress(OSError):
                    below = os.open(name, _FOLDER, dir_fd=folder)
                    try:
                        yield from self._below(below, f"{entry.path}/", bottom_up)
                    finally:
                        os.close(below)
            if bottom_up:
                yield entry

    def matching(self, pattern: str, *, bottom_up: bool = False) -> Iterator[Entry]:
        """What a path or a pattern stands for: a file, all below a folder, or all that match."""
        found = self.entry(pattern)
        if found is not None and found.is_folder:
            yield from self.walk(pattern, bottom_up=bottom_up)
        elif found is not None:
            yield found
        else:
            matches = matcher("/".join(parts(pattern)))
            if matches is not None:
                yield from (one for one in self.walk(bottom_up=bottom_up) if matches(one.path))

    def open(self, path: str) -> int:
        """A file, open to be read."""
        names = parts(path)
        if not names:
            raise Refusal(400, "The workspace itself is no file.")
        with self._told(path), self._opened(names[:-1]) as folder:
            handle = os.open(names[-1], _FILE, dir_fd=folder)
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                os.close(handle)
                raise Refusal(400, f"{path} is no file that can be read.")
        return handle

    def put(self, part: Path, path: str) -> None:
        """Give a file that is whole its place, over the one that is there."""
        names = parts(path)
        if not names or path.endswith("/"):
            raise Refusal(400, f"The path {path!r} is not that of a file.")
        with self._told(path), self._opened(names[:-1], make=True) as folder:
            os.replace(part, names[-1], dst_dir_fd=folder)

    def remove(self, path: str) -> None:
        """Remove a file, a link or an empty folder.

        Raises
        ------
        OSError
            Says why it cannot be.
        """
        names = parts(path)
        with self._opened(names[:-1]) as folder:
            kind = os.stat(names[-1], dir_fd=folder, follow_symlinks=False).st_mode
            if stat.S_ISDIR(kind):
                os.rmdir(names[-1], dir_fd=folder)
            else:
                os.unlink(names[-1], dir_fd=folder)

    def move(self, source: str, target: str) -> None:
        """Rename a file or a folder, or put it into a folder; nothing is written over."""
        start, goal = parts(source), parts(target)
        if not start:
            raise Refusal(400, "The workspace itself cannot be moved.")
        if self.entry(source) is None:
            raise Refusal(404, f"{source} does not exist.")
        there = self.entry(target)
        if there is not None and there.is_folder:
            goal = (*goal, start[-1])
        if goal[: len(start)] == start:
            raise Refusal(409, f"{source} cannot be moved into itself.")
        if self.entry("/".join(goal)) is not None:
            raise Refusal(409, f"There is something at {'/'.join(goal)} already: move or delete it first.")
        with (
            self._told(source),
            self._opened(start[:-1]) as from_folder,
            self._opened(goal[:-1], make=True) as to_folder,
        ):
            os.rename(start[-1], goal[-1], src_dir_fd=from_folder, dst_dir_fd=to_folder)

    def size(self) -> int:
        """Bytes in all of its files; 0 when it is not there."""
        try:
            return sum(one.size for one in self.walk() if not one.is_folder)
        except Refusal:
            return 0

    def clear(self) -> None:
        """Remove it with all that is in it."""
        try:
            shutil.rmtree(self.root, onerror=_let_us)
        except RecursionError:  # folders in folders, thousands of times
            subprocess.run(["rm", "-rf", "--", self.root], check=False, stderr=subprocess.DEVNULL)


def _entry(path: str, found: os.stat_result) -> Entry:
    return Entry(path, found.st_size, found.st_mtime, found.st_mode)


def _let_us(function: object, path: str, _error: object) -> None:
    """A step may have taken our own rights to a folder away."""
    with contextlib.suppress(OSError):
        os.chmod(os.path.dirname(path), 0o700)
        if os.path.isdir(path) and not os.path.islink(path):
            os.chmod(path, 0o700)
            shutil.rmtree(path, ignore_errors=True)
        else:
            os.unlink(path)
