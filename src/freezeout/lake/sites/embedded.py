"""The lake of this home: where its client's configuration is, and the connection to it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from freezeout.errors import InputError
from freezeout.settings import home

if TYPE_CHECKING:
    from freezeout.lake.sites.connection import Connection


def embedded_config() -> Path:
    """What the user's client of the embedded lake reads."""
    return home() / "lake" / "client" / "rucio.cfg"


def embedded() -> Connection | None:
    """The embedded lake, when it was ever started."""
    path = embedded_config()
    if not path.is_file():
        return None
    # not before: every server that starts asks, and most have none
    from freezeout.lake.sites.connection import EMBEDDED, Connection
    from freezeout.lake.sites.rucio_cfg import read_client

    try:
        client = read_client(path)
        url, account, password = client["rucio_host"], client["account"], client["password"]
    except (InputError, KeyError) as error:
        return Connection(
            EMBEDDED, "embedded", "", "", "userpass", "", title="Embedded lake",
            fault=f"{path} cannot be read ({error}); freezeout down, then freezeout up",
        )  # fmt: skip
    return Connection(
        name=EMBEDDED, kind="embedded", url=url, auth_url=url, auth="userpass", account=account,
        username=client.get("username", account), password=password, here="HERE",
        mount=home() / "lake" / "rse" / "HERE", scope=f"user.{account}", title="Embedded lake",
    )  # fmt: skip
