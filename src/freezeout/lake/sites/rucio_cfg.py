"""Rucio's own configuration file: read where its client would find it, and written for its client."""

from __future__ import annotations

import getpass
import hashlib
import hmac
import os
import secrets
import shutil
import tempfile
from collections.abc import Mapping
from configparser import ConfigParser, Error
from dataclasses import asdict
from io import StringIO
from pathlib import Path
from typing import Any

from freezeout.errors import InputError
from freezeout.files import disk_errors, write_atomically
from freezeout.lake.sites import checking
from freezeout.lake.sites.connection import Connection
from freezeout.lake.sites.embedded import embedded_config
from freezeout.lake.sites.near import lake_settings, storage
from freezeout.settings import home, user_path

NAME = "rucio.cfg"


def found() -> Connection | None:
    """The lake of the rucio.cfg that Rucio's client would read, if any; not the embedded one's."""
    path = _where()
    if path is None or _is_embedded(path):
        return None
    try:
        return _connection(path)
    except InputError as error:
        return Connection(NAME, "rucio.cfg", "", "", "oidc", "", title=f"Rucio of {path}", fault=str(error))


def read_client(path: Path) -> dict[str, str]:
    """The section ``client`` of a rucio.cfg.

    Raises
    ------
    InputError
        When it cannot be read or has none.
    """
    parser = ConfigParser()
    try:
        with open(path, encoding="utf-8") as stream:
            parser.read_file(stream)
        return {name: value.strip() for name, value in parser.items("client", raw=path == embedded_config())}
    except (OSError, UnicodeDecodeError, Error) as error:
        # what configparser says may quote the line, and with it a password
        reason = (
            error.strerror
            if isinstance(error, OSError)
            else f"it is no configuration ({type(error).__name__})"
        )
        raise InputError(f"{path} cannot be read: {reason}", code="bad_lake") from None


def rucio_config(connection: Connection) -> Path:
    """A rucio.cfg (0600) for Rucio's own client, with a token file that nobody with other secrets uses.

    The client must see no ``RUCIO_…`` variable beside it: see `rucio_environ`.

    Raises
    ------
    InputError
        When the connection has a fault, or its token is old or missing.
    """
    connection.require_sound()
    folder = _private(_private(home() / "lake-clients") / _tag(connection))
    token = folder / "token"
    client = {
        "rucio_host": connection.url, "auth_host": connection.auth_url, "auth_type": connection.auth,
        "account": connection.account, "username": connection.username, "password": connection.password,
        "client_cert": connection.certificate or "",
        "client_key": connection.key or connection.certificate or "",
        "client_x509_proxy": connection.proxy or "", "ca_cert": connection.authorities or "",
        "vo": connection.vo, "request_retries": 3, "protocol_stat_retries": 2,
        "auth_token_file_path": token,
    }  # fmt: skip
    if connection.auth == "oidc":
        from freezeout.lake.sites.signing import kept_token

        write_atomically(token, kept_token(connection).token, flush=False, private=True)
    parser = ConfigParser(interpolation=None)
    parser.read_dict(
        {"client": {name: str(value).replace("%", "%%") for name, value in client.items() if value != ""}}
    )
    text = StringIO()
    parser.write(text)
    path = folder / "rucio.cfg"
    try:
        same = path.read_text(encoding="utf-8") == text.getvalue()
    except (OSError, UnicodeDecodeError):
        same = False
    return path if same else write_atomically(path, text.getvalue(), flush=False, private=True)


def rucio_environ(connection: Connection, environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment in which Rucio's own client talks to this lake, as this account, and to no other."""
    kept = {
        name: value
        for name, value in (os.environ if environ is None else environ).items()
        if not name.startswith("RUCIO_") and name not in ("X509_USER_PROXY", "X509_CERT_DIR")
    }
    return {**kept, "RUCIO_CONFIG": str(rucio_config(connection))}


def _where() -> Path | None:
    if os.environ.get("RUCIO_CONFIG"):
        return user_path(os.environ["RUCIO_CONFIG"])
    folders = [
        os.environ[name] for name in ("RUCIO_HOME", "VIRTUAL_ENV", "CONDA_PREFIX") if os.environ.get(name)
    ]
    for folder in (*folders, "/opt/rucio"):
        path = Path(folder) / "etc" / "rucio.cfg"
        if path.is_file():
            return path
    return None


def _is_embedded(path: Path) -> bool:
    try:
        return path.samefile(embedded_config())
    except OSError:
        return False


def _connection(path: Path) -> Connection:
    client = read_client(path)
    url = checking.address(client.get("rucio_host", ""), "rucio_host")
    auth = checking.auth(os.environ.get("RUCIO_AUTH_TYPE") or client.get("auth_type", ""))
    account = checking.word(os.environ.get("RUCIO_ACCOUNT") or client.get("account", ""), "account")
    if not account and auth != "oidc":
        raise InputError(f"{path} names no account", code="bad_lake")

    def file(name: str, *variables: str) -> Path | None:
        text = next((os.environ[one] for one in variables if os.environ.get(one)), "") or client.get(name, "")
        return user_path(os.path.expandvars(text)) if text else None

    vo = os.environ.get("RUCIO_VO") or client.get("vo", "")
    return Connection(
        name=NAME, kind="rucio.cfg", url=url,
        auth_url=checking.address(client.get("auth_host") or url, "auth_host"),
        auth=auth, account=account, username=checking.word(client.get("username", "") or account, "username"),
        password=client.get("password", ""), vo=checking.word("" if vo == "def" else vo, "vo"),
        certificate=file("client_cert", "RUCIO_CLIENT_CERT"), key=file("client_key", "RUCIO_CLIENT_KEY"),
        proxy=file("client_x509_proxy", "RUCIO_CLIENT_PROXY", "X509_USER_PROXY"),
        authorities=file("ca_cert", "RUCIO_CA_CERT"),
        token_file=file("auth_token_file_path") or _token_of_client(account, vo), title=f"Rucio of {path}",
        **storage(lake_settings(), account),
    )  # fmt: skip


def _token_of_client(account: str, vo: str) -> Path:
    """Where Rucio's client keeps its token when nobody tells it where."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    folder = f".rucio_{user}" + (f"@{vo}" if vo and vo != "def" else "")
    whose = f"account_{account}" if account else "default_account"
    return Path(tempfile.gettempdir()) / folder / f"auth_token_for_{whose}"


def _tag(connection: Connection) -> str:
    """A name that tells nothing, and is another for every other secret."""
    key = _private(home() / "lake-clients") / ".key"
    with disk_errors(key):
        try:
            handle = os.open(key, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:
            pass
        else:
            with os.fdopen(handle, "wb") as stream:
                stream.write(secrets.token_bytes(32))
        said: dict[str, Any] = asdict(connection)
        return hmac.new(key.read_bytes(), repr(sorted(said.items())).encode(), hashlib.sha256).hexdigest()[
            :24
        ]


def forget_clients(url: str) -> None:
    """Remove what Rucio's client was given for a server: passwords and tokens of it."""
    for path in (home() / "lake-clients").glob("*/rucio.cfg"):
        try:
            same = read_client(path).get("rucio_host") == url
        except InputError:
            same = True
        if same:
            shutil.rmtree(path.parent, ignore_errors=True)


def _private(folder: Path) -> Path:
    with disk_errors(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
    return folder
