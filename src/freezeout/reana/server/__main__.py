"""``python -m freezeout.reana.server``: the embedded server as a process of its own."""

from __future__ import annotations

import argparse
import asyncio
import fcntl
import logging
import os
import re
import signal
import socket
import sys
from dataclasses import replace
from pathlib import Path

from tornado.httpserver import HTTPServer

from freezeout.errors import FreezeoutError, InputError
from freezeout.reana.server.app import Server, application
from freezeout.reana.server.options import Options, options
from freezeout.reana.server.queue import Queue
from freezeout.reana.server.store import Store
from freezeout.reana.server.vault import Vault
from freezeout.reana.sites.place import Place

_LARGEST_FILE = 1 << 50
_HOUR = 3600
_TRIES, _PAUSE = 50, 0.1
_LOG = logging.getLogger("freezeout.reana.server")


def main(words: list[str] | None = None) -> int:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m freezeout.reana.server")
    parser.add_argument("--folder", type=Path, required=True, help="the server's folder")
    parser.add_argument("--fd", type=int, required=True, help="a socket that listens already, inherited")
    parser.add_argument("--at-once", type=int, help="how many workflows run at the same time")
    given = parser.parse_args(words)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Discreet("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for name in (
        "tornado.access",
        "tornado.general",
    ):  # what others do wrong, with the addresses they asked for
        logging.getLogger(name).setLevel(logging.CRITICAL)
    os.umask(0o077)
    try:
        settled = options()
        if given.at_once is not None:
            settled = replace(settled, at_once=max(1, given.at_once))
        asyncio.run(_serve(Place(given.folder.resolve()), given.fd, settled))
    except FreezeoutError as error:
        print(f"{error}", file=sys.stderr)  # noqa: T201
        return error.exit_status
    return 0


class _Discreet(logging.Formatter):
    """Lines without a token, whoever wrote one down."""

    _TOKEN = re.compile(r"((?:access_)?token=)[^&\s'\"]+", re.IGNORECASE)

    def format(self, record: logging.LogRecord) -> str:
        return self._TOKEN.sub(r"\1***", super().format(record))


async def _alone(place: Place) -> int:
    """A lock that is held as long as the server is there: two would not be true about each other's runs."""
    handle = os.open(place.root / "server.lock", os.O_CREAT | os.O_RDWR, 0o600)
    for _ in range(_TRIES):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return handle
        except OSError:
            await asyncio.sleep(_PAUSE)  # that of before may just be going
    os.close(handle)
    raise FreezeoutError(f"another server works in {place.root} already", code="reana_busy")


async def _serve(place: Place, fd: int, settled: Options) -> None:
    lock = await _alone(place)
    if not place.token:
        raise InputError(f"there is no token in {place.token_file}", code="no_reana_token")
    for folder in (place.workspaces, place.scratch):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    listener = socket.socket(fileno=fd)
    listener.setblocking(False)
    store = Store(place.database)
    vault = Vault(place.token_file.with_name("user.json"))
    queue = Queue(store, place, vault, settled)
    server = Server(place, store, queue, vault, place.token.encode())
    server.recover()
    http = HTTPServer(application(server), max_body_size=_LARGEST_FILE, chunk_size=1 << 18)
    http.add_socket(listener)
    end = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end.set)
    queue.pump()
    tidier = asyncio.create_task(_tidy(server))
    _LOG.info("serves on port %d, %d workflows at once", listener.getsockname()[1], settled.at_once)
    await end.wait()
    _LOG.info("stops")
    tidier.cancel()
    http.stop()
    await asyncio.gather(queue.close(), server.sessions.close_all())
    await http.close_all_connections()
    store.close()
    os.close(lock)


async def _tidy(server: Server) -> None:
    while True:
        try:
            await server.tidy()
        except Exception:
            _LOG.exception("retention rules could not be applied")
        await asyncio.sleep(_HOUR)


if __name__ == "__main__":
    sys.exit(main())
