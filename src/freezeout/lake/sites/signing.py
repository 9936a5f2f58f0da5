"""Signing in: a password, a certificate or a token that somebody else keeps fresh."""

from __future__ import annotations

import base64
import binascii
import json
import math
import os
import re
import ssl
import time
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx

from freezeout.errors import FreezeoutError, InputError
from freezeout.lake.sites.connection import Connection
from freezeout.lake.sites.errors import kind_and_message, refusal

TOKEN_VARIABLE = "RUCIO_ACCESS_TOKEN"
_SPARE = 60.0
_LONGEST_TOKEN = 1 << 16


@dataclass(frozen=True)
class Signed:
    """A token and what is known of its life.

    Attributes
    ----------
    expires : float
        In seconds since 1970; 0 when nobody knows.
    account : str
        Whose it is, when the connection does not say.
    file : Path or None
        Where it was read, and its state then: whoever renews it writes that file.
    """

    token: str = field(repr=False)
    expires: float = 0.0
    account: str = ""
    file: Path | None = None
    seen: tuple[int, int, int] | None = None

    def is_old(self) -> bool:
        """Whether another must be had before the next request."""
        if self.file is not None and _state(self.file) != self.seen:
            return True
        return bool(self.expires) and self.expires - time.time() < (_SPARE if self.file is None else 0)


class Send(Protocol):
    """Sends a request."""

    async def __call__(self, request: httpx.Request, *, stream: bool, again: bool) -> httpx.Response:
        """Send it."""


def transport(connection: Connection) -> dict[str, Any]:
    """Arguments of an httpx client: whom it trusts, and which certificate it shows."""
    local = all(urlsplit(url).hostname in ("127.0.0.1", "localhost", "::1") for url in _urls(connection))
    if connection.auth.startswith("x509") and urlsplit(connection.auth_url).scheme == "http":
        raise InputError(
            f"a certificate signs in by https only; the lake '{connection.name}' is {connection.auth_url}",
            hint="freezeout config lake --auth-url https://…",
            code="lake_certificate",
        )
    if all(urlsplit(url).scheme == "http" for url in _urls(connection)):
        # nothing is encrypted, and reading all authorities takes a while
        return {"verify": False, "trust_env": not local}
    try:
        authorities = connection.authorities
        context = ssl.create_default_context(
            cafile=str(authorities) if authorities and not authorities.is_dir() else None,
            capath=str(authorities) if authorities and authorities.is_dir() else None,
        )
        if authorities is None and not os.environ.get("SSL_CERT_FILE"):
            import certifi

            context.load_verify_locations(cafile=certifi.where())
        if connection.auth == "x509":
            context.load_cert_chain(
                _required(connection, "certificate"), connection.key or connection.certificate
            )
        elif connection.auth == "x509_proxy":
            context.load_cert_chain(_required(connection, "proxy"))
    except (OSError, ssl.SSLError) as error:
        raise InputError(
            f"the certificates of the lake '{connection.name}' cannot be used: {error.strerror or error}",
            hint="freezeout config lake --certificate FILE --key FILE, --proxy FILE or --authorities FILE",
            code="lake_certificate",
        ) from error
    return {"verify": context, "trust_env": not local}


async def sign_in(connection: Connection, send: Send, refused: str = "") -> Signed:
    """Get a token.

    Parameters
    ----------
    refused : str
        A token that the server has just refused: it is not tried again.

    Raises
    ------
    InputError
        When the server refuses, or the token is old.
    """
    if connection.auth == "oidc":
        return await _sign_in_by_token(connection, send, refused)
    headers = {"X-Rucio-Account": connection.account, "X-Rucio-AppID": "freezeout"}
    if connection.vo:
        headers["X-Rucio-VO"] = connection.vo
    if connection.auth == "userpass":
        headers |= {"X-Rucio-Username": connection.username, "X-Rucio-Password": connection.password}
    try:
        request = httpx.Request(
            "GET", f"{connection.auth_url}/auth/{connection.auth}", headers=headers,
            extensions={"timeout": httpx.Timeout(30.0, connect=5.0).as_dict()},
        )  # fmt: skip
    except (UnicodeEncodeError, ValueError, TypeError) as error:
        raise InputError(
            f"the account or the password of the lake '{connection.name}' has signs that cannot be sent",
            hint="only ASCII signs can",
            code="lake_sign_in",
        ) from error
    response = await send(request, stream=False, again=True)
    token = response.headers.get("X-Rucio-Auth-Token", "")
    if not response.is_success or not token:
        raise _refused(connection, response)
    return Signed(token, _date(response.headers.get("X-Rucio-Auth-Token-Expires", "")))


def expiry(token: str) -> float:
    """When a JSON web token ends, in seconds since 1970, without proving it; 0 when it does not say.

    Examples
    --------
    >>> expiry("root-alice-unknown-0123")
    0.0
    """
    parts = token.split(".")
    if len(parts) != 3:
        return 0.0
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        ends = float(claims["exp"])
    except (ValueError, binascii.Error, KeyError, TypeError, RecursionError):
        return 0.0
    return ends if math.isfinite(ends) and ends > 0 else 0.0


def token_expires(connection: Connection) -> float:
    """When the token that somebody keeps for this connection ends; 0 when there is none or nobody knows."""
    if connection.auth != "oidc":
        return 0.0
    try:
        return kept_token(connection).expires
    except FreezeoutError:
        return 0.0


async def _sign_in_by_token(connection: Connection, send: Send, refused: str) -> Signed:
    tried = {refused}
    while True:
        kept = kept_token(connection, tried)
        account = await _whose(connection, kept, send)
        if account is None:
            tried.add(kept.token)
        elif connection.account and account and account != connection.account:
            raise InputError(
                f"the token from {kept.file or connection.token_variable} is of the account '{account}', "
                f"and the lake '{connection.name}' is connected as '{connection.account}'",
                hint="use the token of that account, or: freezeout config lake --account …",
                code="lake_sign_in",
            )
        else:
            return replace(kept, account=account or connection.account)


def kept_token(connection: Connection, refused: Collection[str] = ()) -> Signed:
    """The token that somebody keeps for this connection: in a variable, or else in a file.

    Raises
    ------
    InputError
        When there is none, or all have ended or are `refused`.
    """
    faults: list[InputError] = []
    for read in (_of_variable, _of_file):
        try:
            found = read(connection)
        except InputError as error:
            faults.append(error)
            continue
        if found is None:
            continue
        if found.expires and found.expires <= time.time():
            faults.append(_ended(connection, found))
        elif found.token in refused:
            faults.append(_not_accepted(connection, found))
        else:
            return found
    if faults:
        raise faults[-1]
    raise InputError(
        f"there is no token for the lake '{connection.name}'",
        hint=f"set {connection.token_variable or TOKEN_VARIABLE}, or: freezeout config lake --token-file …",
        code="lake_sign_in",
    )


def _of_variable(connection: Connection) -> Signed | None:
    token = os.environ.get(connection.token_variable, "").strip() if connection.token_variable else ""
    if not token:
        return None
    return Signed(_checked(connection, token, connection.token_variable), expiry(token))


def _of_file(connection: Connection) -> Signed | None:
    path = connection.token_file
    if path is None:
        return None
    seen = _state(path)
    try:
        with open(path, encoding="utf-8") as stream:
            token = stream.read(_LONGEST_TOKEN + 1).strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise InputError(
            f"the token of the lake '{connection.name}' cannot be read from {path}: {reason}",
            hint="sign in there anew, or: freezeout config lake --token-file FILE",
            code="lake_sign_in",
        ) from error
    return Signed(_checked(connection, token, str(path)), expiry(token), file=path, seen=seen)


def _ended(connection: Connection, found: Signed) -> InputError:
    since = datetime.fromtimestamp(found.expires, UTC).strftime("%Y-%m-%d %H:%M UTC")
    return InputError(
        f"the token of the lake '{connection.name}' (from {found.file or connection.token_variable}) "
        f"ended at {since}",
        hint=_renew(connection, found), code="lake_sign_in",
    )  # fmt: skip


def _not_accepted(connection: Connection, found: Signed) -> InputError:
    return InputError(
        f"the lake '{connection.name}' does not accept the token from "
        f"{found.file or connection.token_variable}",
        hint=f"is it of this lake and this account? {_renew(connection, found)}",
        code="lake_sign_in",
    )


def _renew(connection: Connection, found: Signed) -> str:
    if found.file:
        return "put a new one into the file; it is read again by itself"
    return f"put a new one into {connection.token_variable}, and start again"


async def _whose(connection: Connection, kept: Signed, send: Send) -> str | None:
    """The account that a token is of, empty when the server does not say; None when it does not accept it."""
    request = httpx.Request(
        "GET", f"{connection.auth_url}/auth/validate", headers={"X-Rucio-Auth-Token": kept.token},
        extensions={"timeout": httpx.Timeout(30.0, connect=5.0).as_dict()},
    )  # fmt: skip
    response = await send(request, stream=False, again=True)
    if response.status_code in (400, 401, 403) or kind_and_message(response)[0] == "CannotAuthenticate":
        return None
    if not response.is_success:
        raise refusal(connection, response)
    # Rucio writes it as Python does, dates and all
    found = re.search(r"""['"]account['"]: ['"]([^'"]+)['"]""", response.text)
    return found[1] if found else ""


def _checked(connection: Connection, token: str, origin: str) -> str:
    if (
        not token
        or len(token) > _LONGEST_TOKEN
        or not token.isascii()
        or not token.isprintable()
        or " " in token
    ):
        raise InputError(
            f"{origin} holds no token for the lake '{connection.name}'", code="lake_sign_in",
            hint="it must hold the token and nothing else",
        )  # fmt: skip
    return token


def _state(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def _refused(connection: Connection, response: httpx.Response) -> FreezeoutError:
    kind, _ = kind_and_message(response)
    if response.status_code not in (401, 403) and not response.is_success:
        return refusal(connection, response)
    what = {
        "userpass": f"the account '{connection.account}' with this user name and password",
        "x509": f"the account '{connection.account}' with this certificate",
        "x509_proxy": f"the account '{connection.account}' with this proxy certificate",
    }[connection.auth]
    hint = "freezeout config lake shows and changes them"
    if connection.kind == "embedded":
        hint = "freezeout down, then freezeout up"
    return InputError(
        f"the lake '{connection.name}' refuses {what}{f' ({kind})' if kind == 'IdentityError' else ''}",
        hint=hint, code="lake_sign_in",
    )  # fmt: skip


def _date(text: str) -> float:
    try:
        return parsedate_to_datetime(text.replace("UTC", "GMT")).timestamp()
    except (ValueError, TypeError):
        return 0.0


def _required(connection: Connection, name: str) -> Path:
    path: Path | None = getattr(connection, name)
    if path is None:
        raise InputError(
            f"the lake '{connection.name}' needs a {name}: freezeout config lake --{name} FILE",
            code="lake_certificate",
        )
    return path


def _urls(connection: Connection) -> tuple[str, str]:
    return connection.url, connection.auth_url
