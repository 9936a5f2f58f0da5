"""Which Rucio is talked to, and as whom."""

from __future__ import annotations

from configparser import ConfigParser, Error
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from freezeout.errors import InputError
from freezeout.settings import home

Auth = Literal["userpass", "oidc", "x509", "x509_proxy"]
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
        The account.
    here : str
        RSE expression of the storage that is near: where data is made available, and new files go.
    mount : Path or None
        Where that storage is mounted here.
    begins_at : int
        How many parts of a replica's path are not below the mount (rucio-jupyterlab's ``path_begins_at``).
    scope : str
        The scope of what the user makes.
    """

    name: str
    kind: Literal["embedded", "settings", "rucio.cfg", "rucio-jupyterlab"]
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
    here: str = ""
    mount: Path | None = None
    begins_at: int = 0
    scope: str = ""


def connections() -> list[Connection]:
    """All connections that are configured; the first is used unless another is asked for.

    The order: Freezeout's own settings, ``RUCIO_CONFIG``, rucio-jupyterlab's instances, the embedded lake.
    """
    found = [embedded()]
    return [one for one in found if one is not None]


def connection(name: str = "") -> Connection:
    """The connection of that name, or the first.

    Raises
    ------
    InputError
        When there is none.
    """
    found = connections()
    for one in found:
        if not name or one.name == name:
            return one
    if name and found:
        raise InputError(
            f"there is no lake '{name}'",
            hint=f"lakes: {', '.join(c.name for c in found)}",
            code="unknown_lake",
        )
    raise InputError(
        "no data lake is connected",
        hint="start the embedded one: freezeout up; or name a site's: freezeout config lake --url …",
        code="no_lake",
    )


def embedded() -> Connection | None:
    """The embedded lake, when it was ever started."""
    path = home() / "lake" / "client" / "rucio.cfg"
    if not path.is_file():
        return None
    parser = ConfigParser(interpolation=None)
    try:
        parser.read(path, encoding="utf-8")
        client = parser["client"]
        account = client["account"]
        return Connection(
            name=EMBEDDED, kind="embedded", url=client["rucio_host"], auth_url=client["auth_host"],
            auth="userpass", account=account, username=client["username"], password=client["password"],
            here="HERE",
            mount=home() / "lake" / "rse" / "HERE", scope=f"user.{account}",
        )  # fmt: skip
    except (OSError, UnicodeDecodeError, Error, KeyError) as error:
        raise InputError(
            f"cannot read {path}: {error}", hint="freezeout down, then freezeout up", code="bad_lake"
        ) from error
