"""``python -m freezeout.reana.server``: the embedded server as a process of its own."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import socket
import sys
from pathlib import Path

from tornado.httpserver import HTTPServer

from freezeout.errors import FreezeoutError, InputError
from freezeout.reana.place import Place
from freezeout.reana.server.app import Server, application
from freezeout.reana.server.queue import Queue
from freezeout.reana.server.store import Store

_LARGEST_FILE = 1 << 50
_LOG = logging.getLogger("freezeout.reana.server")


def main(words: list[str] | None = None) -> int:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m freezeout.reana.server")
    parser.add_argument("--folder", type=Path, required=True, help="the server's folder")
    parser.add_argument("--fd", type=int, required=True, help="a socket that listens already, inherited")
    parser.add_argument("--at-once", type=int, default=2, help="how many workflows run at the same time")
    given = parser.parse_args(words)
    logging.basicConfig(
        format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.INFO, stream=sys.stderr
    )
    # tornado's own lines quote addresses, and addresses hold the token
    for name in ("tornado.access", "tornado.general", "tornado.application"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    os.umask(0o077)
    try:
        asyncio.run(_serve(Place(given.folder.resolve()), given.fd, max(1, given.at_once)))
    except FreezeoutError as error:
        print(f"{error}", file=sys.stderr)  # noqa: T201
        return error.exit_status
    return 0


async def _serve(place: Place, fd: int, at_once: int) -> None:
    if not place.token:
        raise InputError(f"there is no token in {place.token_file}", code="no_reana_token")
    for folder in (place.workspaces, place.scratch):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    listener = socket.socket(fileno=fd)
    listener.setblocking(False)
    store = Store(place.database)
    queue = Queue(store, place, at_once)
    server = Server(place, store, queue, place.token.encode())
    server.recover()
    http = HTTPServer(application(server), max_body_size=_LARGEST_FILE, chunk_size=1 << 18)
    http.add_socket(listener)
    end = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end.set)
    queue.pump()
    _LOG.info("serves on port %d, %d workflows at once", listener.getsockname()[1], at_once)
    await end.wait()
    _LOG.info("stops")
    http.stop()
    await queue.close()
    await http.close_all_connections()
    store.close()


if __name__ == "__main__":
    sys.exit(main())
