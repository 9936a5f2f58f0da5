"""A socket that outlives the server behind it."""

from __future__ import annotations

import socket
import time
from pathlib import Path

from freezeout.errors import FreezeoutError
from freezeout.files import disk_errors, write_atomically

_PATIENCE = 3.0


def listen(port_file: Path) -> socket.socket:
    """A socket on the port of the last time, or on another when somebody else has that one by now.

    It stays open while the server behind it is started anew: who calls meanwhile waits, and is not
    turned away.
    """
    try:
        wanted = int(port_file.read_text())
    except (OSError, ValueError):
        wanted = 0
    end = time.monotonic() + _PATIENCE
    while True:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", wanted))
            listener.listen(512)
            break
        except (OSError, OverflowError) as error:
            listener.close()
            if not wanted:
                raise FreezeoutError(f"no port can be had: {error}", code="no_port") from error
            # our own of a moment ago may just be going
            if time.monotonic() > end or not 0 < wanted < 65536:
                wanted = 0
            time.sleep(0.1)
    port = int(listener.getsockname()[1])
    if port != wanted:
        with disk_errors(port_file):
            write_atomically(port_file, f"{port}\n")
    return listener
