"""The process that starts the embedded REANA server, watches it, and ends with the one who asked for it.

``python -m freezeout.services.reana.supervisor [--parent PID]`` runs until it gets SIGTERM, or until
the process PID, when it is its parent, is gone. However it ends, nothing that it started is left.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace

from freezeout.reana.server.options import options
from freezeout.reana.sites.place import Place, place
from freezeout.services import supervisor
from freezeout.services.folders import kept_secret
from freezeout.services.listener import listen
from freezeout.services.process import Process, answers
from freezeout.services.reana.status import SERVICE, ReanaStatus
from freezeout.services.service import Service

# of somebody else's server, and of the Jupyter server that may have started this
_FOREIGN = ("REANA_", "JUPYTER", "JPY_", "RUCIO_")
# longer than the server gives the steps that run
_STOP_SECONDS = 30.0


class Supervisor(supervisor.Supervisor[ReanaStatus]):
    """The embedded server's one process.

    Parameters
    ----------
    place : Place
        Its folder.
    """

    def __init__(self, place: Place) -> None:
        super().__init__(place, ReanaStatus("starting"), "reana_failed")
        self._place = place

    def begin(self, things: ExitStack) -> None:
        """Listen, have a token, and know how the server is started."""
        at_once = options().at_once
        kept_secret(self._place.token_file)
        listener = things.enter_context(listen(self._place.port_file))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self._status = replace(self._status, url=url)
        self._services = {
            SERVICE: Service(
                SERVICE, lambda: _start(self._place, listener, at_once),
                lambda: answers(f"{url}/api/ping", 1), 60, stop_seconds=_STOP_SECONDS,
            ),
        }  # fmt: skip
        self.say(message="starting the server")


def _start(where: Place, listener: socket.socket, at_once: int) -> Process:
    words = [
        sys.executable, "-P", "-m", "freezeout.reana.server", "--folder", str(where.root),
        "--fd", str(listener.fileno()), "--at-once", str(at_once),
    ]  # fmt: skip
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    # killed with the supervisor, not asked: the next one wants its port and its database at once
    return Process.start(
        "the REANA server", words, where.log(SERVICE), whole_env=kept | {"PYTHONUNBUFFERED": "1"},
        append=True, cwd=where.root, keep=[listener.fileno()], end_by=signal.SIGKILL,
    )  # fmt: skip


def main(words: Sequence[str] | None = None) -> int:
    """Run the REANA server of this user's home; the exit status says why it ended."""
    told = supervisor.arguments("freezeout.services.reana.supervisor").parse_args(words)
    where = place()
    return supervisor.supervise(where, told.parent, lambda: Supervisor(where))


if __name__ == "__main__":
    sys.exit(main())
