"""Files to and from a workspace: several at once, in pieces, with the connection of all other calls.

The client's own functions hold a whole file in memory, do not quote its name, and cannot be stopped.
"""

from __future__ import annotations

import base64
import contextlib
import glob
import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from email.message import Message
from typing import Any
from urllib.parse import quote

import requests

from .failures import Cancelled, Refused, told
from .session import NotReana, Session

_CHUNK = 1 << 18
_AT_ONCE = 4
_AT_MOST_EVERY = 0.2
_FATAL = ("unreachable", "timeout", "certificate", "not_https", "no_way", "redirected", "disk", "cancelled")
_REFUSED = (401, 403, 429)


class Failed(Exception):
    """A file did not get through; what is to be told has been made by its thread."""

    def __init__(self, data: dict[str, Any]) -> None:
        super().__init__(data["message"])
        self.data = data


@dataclass
class Context:
    """What a long call is lent: a place to say how far it is, and whether it is still wanted."""

    say: Callable[[dict[str, Any]], None]
    cancelled: threading.Event = field(default_factory=threading.Event)


@dataclass
class Workspace:
    """The files of one workflow."""

    session: Session
    url: str
    token: str
    workflow: str

    def request(self, method: str, name: str = "", **settings: Any) -> requests.Response:
        """Send a request for the workspace, or for one of its files."""
        place = f"{self.url}/api/workflows/{quote(self.workflow, safe='')}/workspace"
        params = {"access_token": self.token, **settings.pop("params", {})}
        answer = self.session.request(
            method, f"{place}/{quote(name)}" if name else place, params=params, **settings
        )
        if answer.status_code != 200:
            # read while there is a connection: the message is in it
            _ = answer.content
            raise requests.exceptions.HTTPError(response=answer)
        return answer

    def open(self, path: str) -> requests.Response:
        """A file, of which nothing is read yet."""
        # the server takes it for a pattern
        name = glob.escape(path)
        headers = {"Accept-Encoding": "identity"}
        params = {"file_name": name}
        answer = self.request("GET", name, params=params, headers=headers, stream=True)
        if not _is_of(path, answer):
            answer.close()
            raise Refused("unknown_file", f"the server has no single file '{path}'")
        return answer


def _is_of(path: str, answer: requests.Response) -> bool:
    """Whether an answer is the file; several, or a folder, come as an archive of another name."""
    if answer.headers.get("Content-Type") != "application/zip":
        return True
    header = Message()
    header["content-disposition"] = answer.headers.get("Content-Disposition", "")
    name = header.get_filename() or ""
    return os.path.basename(name) == os.path.basename(path)


def read(workspace: Workspace, context: Context, *, path: str, limit: int) -> Any:
    """The beginning of a file, in base64, and its size."""
    found = b""
    with workspace.open(path) as answer:
        for piece in answer.iter_content(_CHUNK):
            _require_wanted(context)
            found += piece
            if len(found) > limit:
                break
        size = answer.headers.get("Content-Length")
    whole = len(found) <= limit
    content = base64.b64encode(found[:limit]).decode()
    return {
        "content": content,
        "whole": whole,
        "size": int(size) if size else (len(found) if whole else None),
    }


def fetch(workspace: Workspace, context: Context, *, files: list[dict[str, Any]]) -> Any:
    """Write files: each has a ``path``, the ``size`` of the listing, and a name ``to`` write to.

    Says ``{"file": number, "bytes": size}`` of each that is whole. What cannot be had for a reason of
    its own is in the answer; the others come nevertheless.
    """
    ticker = _Ticker(context)

    def one(number: int) -> dict[str, Any] | None:
        wanted = files[number]
        try:
            size = _fetch_one(workspace, wanted["path"], wanted["size"], wanted["to"], ticker)
        except Exception as error:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(wanted["to"])
            return _of_its_own(error, wanted["path"])
        context.say({"file": number, "bytes": size})
        return None

    return {"failures": _all_at_once(one, len(files), context)}


def _fetch_one(workspace: Workspace, path: str, listed: int, to: str, ticker: _Ticker) -> int:
    ticker.add(0)
    with workspace.open(path) as answer, open(to, "xb") as stream:
        for piece in answer.iter_content(_CHUNK):
            stream.write(piece)
            ticker.add(len(piece))
        size = stream.tell()
        said = answer.headers.get("Content-Length")
    # of a workflow that runs, a file may have grown since it was listed
    if size != (int(said) if said else listed):
        raise Refused("broken_off", f"'{path}' came with {size} bytes instead of {said or listed}")
    return size


def send(workspace: Workspace, context: Context, *, files: list[dict[str, Any]]) -> Any:
    """Take files to the workspace: each has a ``path`` there and a name ``source`` here."""
    ticker = _Ticker(context)

    def one(number: int) -> dict[str, Any] | None:
        given = files[number]
        try:
            _send_one(workspace, given["path"], given["source"], ticker)
        except Exception as error:
            raise Failed({**told(error), "path": given["path"]}) from error
        context.say({"file": number})
        return None

    _all_at_once(one, len(files), context)
    return {}


def _send_one(workspace: Workspace, path: str, source: str, ticker: _Ticker) -> None:
    ticker.add(0)
    with open(source, "rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        # an empty stream would be sent without its length, which some servers refuse
        data = _Counted(stream, size, ticker) if size else b""
        answer = workspace.request(
            "POST",
            params={"file_name": path},
            data=data,
            headers={"Content-Type": "application/octet-stream"},
        )
    if not isinstance(answer.json(), dict):
        raise NotReana


class _Counted:
    """A file that says how much of it was read, and never gives more than it had at first."""

    def __init__(self, stream: Any, size: int, ticker: _Ticker) -> None:
        self._stream, self._left, self._ticker = stream, size, ticker
        self._size = size

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[bytes]:
        while piece := self.read(_CHUNK):
            yield piece

    def read(self, how_many: int = -1) -> bytes:
        """The next piece."""
        wanted = self._left if how_many < 0 else min(max(how_many, _CHUNK), self._left)
        piece: bytes = self._stream.read(wanted)
        if wanted and not piece:
            raise OSError(None, "it became shorter while it was read", self._stream.name)
        self._left -= len(piece)
        self._ticker.add(len(piece))
        return piece


class _Ticker:
    """Adds up what moves, and tells not more often than anybody can see."""

    def __init__(self, context: Context) -> None:
        self._context, self._lock = context, threading.Lock()
        self._bytes, self._told = 0, 0.0

    def add(self, how_many: int) -> None:
        """So many bytes more."""
        _require_wanted(self._context)
        with self._lock:
            self._bytes += how_many
            now = time.monotonic()
            if now - self._told < _AT_MOST_EVERY:
                return
            self._told = now
            total = self._bytes
        self._context.say({"moved": total})


def _require_wanted(context: Context) -> None:
    if context.cancelled.is_set():
        raise Cancelled


def _of_its_own(error: Exception, path: str) -> dict[str, Any]:
    """What to tell of a file that cannot be had, unless the others cannot be had either."""
    data = {**told(error), "path": path}
    if data["kind"] in _FATAL or data["status"] in _REFUSED:
        raise Failed(data) from error
    return data


def _all_at_once(
    one: Callable[[int], dict[str, Any] | None], how_many: int, context: Context
) -> list[dict[str, Any]]:
    """Do all, several at once; the first that ends it ends the others."""
    stop = threading.Event()

    def guarded(number: int) -> dict[str, Any] | None:
        _require_wanted(context)
        return None if stop.is_set() else one(number)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        futures = [pool.submit(guarded, number) for number in range(how_many)]
        wait(futures, return_when=FIRST_EXCEPTION)
        stop.set()
        pool.shutdown(cancel_futures=True)
    for future in futures:
        if future.done() and not future.cancelled() and future.exception() is not None:
            raise future.exception() or Cancelled
    return [found for future in futures if (found := future.result()) is not None]
