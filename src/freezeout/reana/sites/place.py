"""The folder of the embedded REANA server: where each part is, its address and its token."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from freezeout.settings import home


@dataclass(frozen=True)
class Place:
    """The folder of one embedded server.

    Attributes
    ----------
    root : Path
        All of it is below; mode 0700.
    """

    root: Path

    @property
    def state_file(self) -> Path:
        """What the supervisor says of itself, while there is one."""
        return self.root / "state.json"

    @property
    def port_file(self) -> Path:
        """The port, which stays the same from one start to the next."""
        return self.root / "port"

    @property
    def token_file(self) -> Path:
        """What a client must know; mode 0600."""
        return self.root / "secrets" / "token"

    @property
    def database(self) -> Path:
        """What the server remembers."""
        return self.root / "server.sqlite"

    @property
    def workspaces(self) -> Path:
        """One folder for each workflow: its files."""
        return self.root / "workspaces"

    @property
    def scratch(self) -> Path:
        """One folder for each workflow: what engines need, and the logs of steps."""
        return self.root / "scratch"

    def log(self, name: str) -> Path:
        """The log of one of the processes."""
        return self.root / "logs" / f"{name}.log"

    @property
    def url(self) -> str:
        """Where the server answers when it runs; empty when it never did."""
        try:
            return f"http://127.0.0.1:{int(self.port_file.read_text())}"
        except (OSError, ValueError):
            return ""

    @property
    def token(self) -> str:
        """The token; empty when there is none yet."""
        try:
            return self.token_file.read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            return ""


def place() -> Place:
    """The folder of this user's embedded server."""
    return Place(home() / "reana")
