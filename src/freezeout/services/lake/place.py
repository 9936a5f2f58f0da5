"""The folder of the embedded lake: where each part is, and the secrets between them."""

from __future__ import annotations

import getpass
import hashlib
import os
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from freezeout.services.folders import has_secret, kept_secret
from freezeout.settings import home

RSES = ("HERE", "ARCHIVE", "MIRROR")
"""The storage elements; data is made available at the first."""

_LONGEST_SOCKET = 90
# of a list of folders, of an address and of a setting it is a part, and must not look like more
_PLAIN = re.compile("[A-Za-z0-9/._-]+")


@dataclass(frozen=True)
class Place:
    """The folder of one embedded lake.

    Attributes
    ----------
    root : Path
        All state is below it, but for the socket of the database.
    """

    root: Path

    @property
    def database(self) -> Path:
        """PostgreSQL's data."""
        return self.root / "postgres"

    @property
    def server_config(self) -> Path:
        """Rucio's configuration, which holds the database's password."""
        return self.root / "rucio" / "etc" / "rucio.cfg"

    @property
    def client_config(self) -> Path:
        """What the user's own client reads."""
        return self.root / "client" / "rucio.cfg"

    @property
    def admin_config(self) -> Path:
        """What the administrator's client reads."""
        return self.root / "client" / "root.cfg"

    @property
    def state_file(self) -> Path:
        """What the supervisor says of itself."""
        return self.root / "state.json"

    @property
    def transfers(self) -> Path:
        """What the transfer tool keeps of its transfers."""
        return self.root / "transfers"

    def rse(self, name: str) -> Path:
        """Where a storage element keeps its files."""
        return self.root / "rse" / name

    def log(self, name: str) -> Path:
        """The log of one of the processes."""
        return self.root / "log" / f"{name}.log"

    @property
    def socket(self) -> Path:
        """The folder of PostgreSQL's socket; elsewhere when the lake's own is too long or too odd for it."""
        own = self.root / "run"
        tag = hashlib.sha256(os.fsencode(self.root)).hexdigest()[:12]
        name = f"freezeout-{os.getuid()}-{tag}"
        for folder in (own, Path(tempfile.gettempdir()) / name):
            if len(os.fsencode(folder)) <= _LONGEST_SOCKET and _PLAIN.fullmatch(str(folder)):
                return folder
        return Path("/tmp") / name

    def secret(self, name: str, tell: Callable[[str], None] | None = None) -> str:
        """A password of this lake, made when it is first asked for; in a file of mode 0600.

        Parameters
        ----------
        name : str
            Of the file.
        tell : callable, optional
            Gets a new one before it is kept, so that whoever must know it does.
        """
        return kept_secret(self.root / "secrets" / name, tell)

    def has_secret(self, name: str) -> bool:
        """Whether there is such a password."""
        return has_secret(self.root / "secrets" / name)


def place() -> Place:
    """The folder of this user's embedded lake."""
    return Place(home() / "lake")


def account() -> str:
    """The user's account in the embedded lake: her name on this machine, in Rucio's spelling.

    Examples
    --------
    >>> re.fullmatch("[a-z0-9-_]{1,25}", account()) is not None
    True
    """
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = "user"
    name = re.sub("[^a-z0-9-_]", "-", name.lower())[:25] or "user"
    # Rucio's own administrator is another account, even when the administrator works
    return "user" if name == "root" else name
