"""Jupyter on the workspace of a workflow, one server for each, on 127.0.0.1 and behind a token of its own."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import secrets
import shutil
import signal
import sys
from asyncio.subprocess import DEVNULL, Process
from dataclasses import dataclass
from pathlib import Path

from freezeout.files import write_atomically
from freezeout.jobs.child import end_with_parent
from freezeout.reana.server.refusal import Refusal
from freezeout.reana.server.store import Workflow

TYPES = ("jupyter",)
_FOREIGN = ("JUPYTER", "JPY_", "REANA_", "PYTHONPATH", "PYTHONHOME")
_PATIENCE = 120.0
_PAUSE = 0.1
_GOODBYE = 8.0
_LOG = logging.getLogger(__name__)


@dataclass
class Session:
    """A Jupyter server; its token is known to nobody who has not that of this server."""

    workflow: Workflow
    process: Process
    folder: Path
    token: str
    address: str = ""
    closing: bool = False

    @property
    def path(self) -> str:
        """Where on this server it is reached."""
        return f"/{self.workflow.id}"

    @property
    def entrance(self) -> str:
        """Where it lets in whoever comes from this server."""
        return f"{self.address}lab?token={self.token}"

    def told(self) -> dict[str, str]:
        """What a list of workflows says of it."""
        return {
            "session_type": TYPES[0],
            "session_uri": self.path,
            "session_status": "running" if self.address else "created",
        }


class Sessions:
    """The sessions that are open; they end with the server."""

    def __init__(self) -> None:
        self._open: dict[str, Session] = {}
        self._starting: set[str] = set()
        self._watches: set[asyncio.Task[None]] = set()

    def told(self) -> dict[str, dict[str, str]]:
        """What is said of each, by the id of its workflow."""
        return {workflow_id: session.told() for workflow_id, session in self._open.items()}

    def entrance(self, workflow_id: str) -> str:
        """The address of a session; empty when there is none, or not yet."""
        session = self._open.get(workflow_id)
        return session.entrance if session is not None and session.address else ""

    async def open(self, workflow: Workflow, workspace: Path, scratch: Path) -> str:
        """Start Jupyter on a workspace, and return its path on this server when it answers.

        Raises
        ------
        Refusal
            When there is one already, or Jupyter does not start.
        """
        if workflow.id in self._open or workflow.id in self._starting:
            raise Refusal(409, f"An interactive session of {workflow.full_name} is open already.")
        folder = scratch / "session"
        token = secrets.token_urlsafe(32)
        self._starting.add(workflow.id)
        try:
            await asyncio.to_thread(_prepare, folder, workspace, token)
            session = Session(workflow, await _start(folder, workspace), folder, token)
            self._open[workflow.id] = session
        except FileNotFoundError:  # deleted meanwhile
            raise Refusal(404, f"Workflow {workflow.full_name} has no workspace any more.") from None
        finally:
            self._starting.discard(workflow.id)
        watch = asyncio.create_task(self._watch(session))
        self._watches.add(watch)
        watch.add_done_callback(self._watches.discard)
        try:
            session.address = await _answer(session)
        except BaseException:
            await _end(session)
            raise
        return session.path

    async def _watch(self, session: Session) -> None:
        """Forget a session whose Jupyter has ended, as its user may have wanted by its menu."""
        status = await session.process.wait()
        _LOG.info("the session of %s ended with status %d", session.workflow.full_name, status)
        # before the next one may have this folder
        await asyncio.to_thread(shutil.rmtree, session.folder, ignore_errors=True)
        self._open.pop(session.workflow.id, None)

    async def close(self, workflow: Workflow) -> None:
        """End a session.

        Raises
        ------
        Refusal
            404, when there is none.
        """
        session = self._open.get(workflow.id)
        if session is None:
            raise Refusal(404, f"No interactive session of {workflow.full_name} is open.")
        await _end(session)

    async def close_all(self) -> None:
        """End all of them."""
        await asyncio.gather(*map(_end, list(self._open.values())))


def _prepare(folder: Path, workspace: Path, token: str) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    settings = {
        "IdentityProvider": {"token": token},
        "ServerApp": {
            "ip": "127.0.0.1",
            "port": 0,
            "open_browser": False,
            "root_dir": str(workspace),
            "allow_root": os.geteuid() == 0,
            "jpserver_extensions": {
                "freezeout_jupyter": False,
                "rucio_jupyterlab": False,
                "voila.server_extension": False,
            },
        },
    }
    write_atomically(folder / "jupyter_server_config.json", json.dumps(settings))
    (folder / "jupyter_server_config.json").chmod(0o600)


async def _start(folder: Path, workspace: Path) -> Process:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    places = {"JUPYTER_CONFIG_DIR": folder, "JUPYTER_RUNTIME_DIR": folder / "runtime"}
    (folder / "runtime").mkdir(mode=0o700)
    with (folder / "log").open("ab") as log:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "jupyterlab",
            stdin=DEVNULL,
            stdout=log,
            stderr=log,
            cwd=workspace,
            env=kept | {name: str(path) for name, path in places.items()},
            start_new_session=True,
            preexec_fn=lambda: end_with_parent(signal.SIGKILL),
        )


async def _answer(session: Session) -> str:
    """The address of a Jupyter server, when it has written it down."""
    file = session.folder / "runtime" / f"jpserver-{session.process.pid}.json"
    end = asyncio.get_running_loop().time() + _PATIENCE
    while asyncio.get_running_loop().time() < end:
        if session.closing:
            raise Refusal(409, "The session was closed while it started.")
        if session.process.returncode is not None:
            raise Refusal(500, "Jupyter ended at once. Is JupyterLab installed beside the server?")
        with contextlib.suppress(OSError, ValueError, KeyError):
            return f"http://127.0.0.1:{int(json.loads(file.read_text())['port'])}/"
        await asyncio.sleep(_PAUSE)
    raise Refusal(500, f"Jupyter did not start within {_PATIENCE:.0f} seconds.")


async def _end(session: Session) -> None:
    session.closing = True
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(session.process.pid, number)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(session.process.wait(), _GOODBYE)
            break
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(session.process.pid, signal.SIGKILL)
