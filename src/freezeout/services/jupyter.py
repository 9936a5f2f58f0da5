"""JupyterLab with the extension and Voila, as one server on 127.0.0.1."""

from __future__ import annotations

import os
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from freezeout.services.process import Process, free_port, secret_file
from freezeout.settings import home, shared_folder


@dataclass
class Jupyter:
    """A running server: its process, where it is and where its token lies."""

    process: Process
    url: str
    token_file: Path
    dashboard: str

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
        place = home() / "services" / "jupyter"
        token_file = secret_file(place / "token")
        port = port or free_port()
        command = server_command(root, port, browser)
        env = {"JUPYTER_TOKEN_FILE": str(token_file)}
        process = Process.start("JupyterLab", command, place / "log", env)
        url = f"http://127.0.0.1:{port}"
        try:
            process.wait_until(lambda: _answers(f"{url}/api"), 90)
        except BaseException:
            process.stop()
            token_file.unlink(missing_ok=True)
            raise
        return cls(process, url, token_file, f"{url}/freezeout/dashboards/summary")

    def stop(self) -> None:
        """Stop the server and its kernels and forget the token."""
        self.process.stop()
        self.token_file.unlink(missing_ok=True)


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


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
