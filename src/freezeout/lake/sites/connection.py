"""Which Rucio is talked to, and as whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from freezeout.errors import InputError

Auth = Literal["userpass", "oidc", "x509", "x509_proxy"]
AUTHS: tuple[Auth, ...] = ("oidc", "userpass", "x509", "x509_proxy")
Kind = Literal["embedded", "settings", "rucio.cfg", "rucio-jupyterlab"]
EMBEDDED = "embedded"


@dataclass(frozen=True)
class Connection:
    """One Rucio server and one account there.

    Attributes
    ----------
    name : str
        What users choose it by: ``embedded``, ``site``, ``rucio.cfg``, or rucio-jupyterlab's name of it.
    kind : str
        Where it is configured: embedded, settings, rucio.cfg or rucio-jupyterlab.
    url, auth_url : str
        Of the server, without a slash at the end.
    auth : str
        userpass, oidc, x509 or x509_proxy.
    account : str
        The account; a token may know it alone.
    token_file : Path or None
        Where somebody keeps a fresh token of oidc.
    token_variable : str
        The environment variable that holds one.
    here : str
        RSE expression of the storage that is near: where data is made available, and new files go.
    mount : Path or None
        Where that storage is mounted here.
    begins_at : int
        How many parts of a replica's path are not below the mount (rucio-jupyterlab's ``path_begins_at``).
    scope : str
        The scope of what the user makes.
    title : str
        What it is called in a list.
    fault : str
        What is wrong with what is configured; nothing can be asked then.
    """

    name: str
    kind: Kind
    url: str
    auth_url: str
    auth: Auth
    account: str
    username: str = ""
    password: str = field(default="", repr=False)
    vo: str = ""
    certificate: Path | None = None
    key: Path | None = None
    proxy: Path | None = None
    authorities: Path | None = None
    token_file: Path | None = None
    token_variable: str = "RUCIO_ACCESS_TOKEN"
    here: str = ""
    mount: Path | None = None
    begins_at: int = 0
    scope: str = ""
    title: str = ""
    fault: str = ""

    @property
    def identity(self) -> str:
        """What stays the same: the embedded lake may be at another address the next time."""
        return self.url if self.kind != EMBEDDED else EMBEDDED

    def require_sound(self) -> None:
        """Refuse when nothing can be asked.

        Raises
        ------
        InputError
            Says what is wrong with what is configured.
        """
        if self.fault:
            raise InputError(
                f"the lake '{self.name}' cannot be used: {self.fault}",
                hint="freezeout config shows where it is configured",
                code="bad_lake",
            )
