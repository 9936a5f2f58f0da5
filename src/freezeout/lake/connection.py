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


def connections() -> list[Connection]:
    """All connections that are configured; the first is used unless another is asked for.

    The order: Freezeout's own settings; ``RUCIO_CONFIG`` or the rucio.cfg that Rucio's client would find;
    rucio-jupyterlab's instances; the embedded lake. One with a fault is there, and says so.
    """
    from freezeout.lake import configured, rucio_cfg, rucio_jupyterlab

    own = embedded()
    found: dict[str, Connection] = {}
    for one in (configured.site(), rucio_cfg.found(), *rucio_jupyterlab.instances()):
        # rucio-jupyterlab may be configured for the embedded lake, too
        again = one and own and one.kind == "rucio-jupyterlab" and one.url == own.url
        if one is not None and one.name != EMBEDDED and not again:
            found.setdefault(one.name, one)
    if own is not None:
        found[own.name] = own
    return list(found.values())


def connection(name: str = "") -> Connection:
    """The connection of that name, or the first.

    Raises
    ------
    InputError
        When there is none, or it has a fault.
    """
    found = connections()
    for one in found:
        if not name or one.name == name:
            one.require_sound()
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
    from freezeout.lake.rucio_cfg import embedded_config, read_client
    from freezeout.settings import home

    path = embedded_config()
    if not path.is_file():
        return None
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
