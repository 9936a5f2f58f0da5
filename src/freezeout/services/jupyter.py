"""JupyterLab with the extension and Voila, as one server on 127.0.0.1."""

from __future__ import annotations

import fcntl
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from freezeout.errors import FreezeoutError
from freezeout.files import disk_errors
from freezeout.services.process import Process, answers, free_port, secret_file
from freezeout.settings import home, shared_folder

_MOST = 50


@dataclass
class Jupyter:
    """A running server: its process, addresses, token, the folder it shows, and the lock on its place."""

    process: Process
    url: str
    token_file: Path
    dashboard: str
    root: Path
    owner: int

    @classmethod
    def start(cls, root: Path | None = None, port: int = 0, browser: bool = False) -> Jupyter:
        """Start the server and wait until it answers.

        Parameters
        ----------
        root : Path, optional
            The folder that Lab shows; default: the checkout, else the working folder.
        port : int
            0 picks a free one.
        browser : bool
            Open the user's browser.

        Raises
        ------
        FreezeoutError
            When the server does not come up.
        """
        shared = shared_folder("notebooks").parent
        checkout = shared if (shared / "pyproject.toml").is_file() else None
        root = (root or checkout or Path.cwd()).absolute()
        place, owner = _own_place(home() / "services" / "jupyter")
        token_file = secret_file(place / "token")
        port = port or free_port()
        command = server_command(root, port, browser)
        env = {"JUPYTER_TOKEN_FILE": str(token_file), "FREEZEOUT_GATEWAY_PYTHON": sys.executable}
        process = Process.start("JupyterLab", command, place / "log", env)
        url = f"http://127.0.0.1:{port}"
        try:
            process.wait_until(lambda: answers(f"{url}/api"), 90)
        except BaseException:
            process.stop()
            token_file.unlink(missing_ok=True)
            os.close(owner)
            raise
        return cls(process, url, token_file, f"{url}/freezeout/dashboards/summary", root, owner)

    def stop(self) -> None:
        """Stop the server and its kernels and forget the token."""
        self.process.stop()
        self.token_file.unlink(missing_ok=True)
        os.close(self.owner)


def _own_place(wanted: Path) -> tuple[Path, int]:
    """The folder for token and log of one server, with a number when another has it; and its lock."""
    for number in range(1, _MOST + 1):
        place = wanted if number == 1 else wanted.with_name(f"{wanted.name}-{number}")
        with disk_errors(place):
            place.mkdir(parents=True, exist_ok=True)
            handle = os.open(place / ".owner", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return place, handle
        except OSError:
            os.close(handle)
    raise FreezeoutError(f"{_MOST} servers run already", hint="stop one of them", code="too_many_servers")


def server_command(root: Path, port: int, browser: bool = False) -> list[str]:
    """The command that starts Lab with all of ours on a port of 127.0.0.1."""
    command = [
        sys.executable, "-m", "freezeout_jupyter.lab",
        "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={root}", "--LabApp.news_url=None",
        f"--ServerApp.open_browser={browser}",
    ]  # fmt: skip
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    return command
