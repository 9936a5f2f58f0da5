"""Which REANA is talked to, and with which token."""

from __future__ import annotations

import base64
import binascii
import json
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from freezeout.errors import FreezeoutError, InputError
from freezeout.reana.sites import kept
from freezeout.reana.sites.checking import address, certificates, secret
from freezeout.reana.sites.place import place
from freezeout.settings import settings, user_path

EMBEDDED = "embedded"
CONFIGURED = "configured"
Kind = Literal["embedded", "configured", "kept"]


@dataclass(frozen=True)
class Connection:
    """One REANA server, and the token of one user there.

    Attributes
    ----------
    name : str
        What users choose it by: ``embedded``, ``configured``, or the name it was kept under.
    kind : str
        embedded, configured (settings or ``REANA_SERVER_URL``) or kept.
    url : str
        Of the server, without a slash at the end; empty when the embedded one never ran.
    token : str
        Never shown.
    verify : bool
        Whether the server's certificate is verified.
    authorities : Path or None
        A file of certificates that are trusted, in place of the usual ones.
    fault : str
        What is wrong with what is configured; nothing can be asked then.
    """

    name: str
    kind: Kind
    url: str
    token: str = field(default="", repr=False)
    verify: bool = True
    authorities: Path | None = None
    fault: str = ""

    @property
    def token_expires_at(self) -> str | None:
        """When the token stops being accepted, if it says so; ISO 8601, UTC."""
        return expiry(self.token)

    def current(self) -> Connection:
        """The same, as it is now: the embedded server may be at another address, or have a new token."""
        return _embedded() if self.kind == EMBEDDED else self

    def require_sound(self) -> None:
        """Refuse when nothing can be asked.

        Raises
        ------
        FreezeoutError
            Says what is missing, and what to do.
        """
        if self.fault:
            raise InputError(
                f"the REANA '{self.name}' cannot be used: {self.fault}",
                hint="freezeout reana connections shows where it is configured",
                code="bad_reana",
            )
        if self.kind == EMBEDDED and not (self.url and self.token):
            raise FreezeoutError(
                "the embedded REANA has never run", hint="freezeout up", code="reana_unreachable"
            )


def connections() -> list[Connection]:
    """All that are known, the preferred one first."""
    configured = _configured()
    found = [configured] if configured else []
    return [*found, _embedded(), *_kept()]


def connection(name: str = "") -> Connection:
    """The connection of this name, or the preferred one.

    Raises
    ------
    InputError
        When there is none of this name.
    """
    known = connections()
    if not name:
        return known[0]
    found = next((one for one in known if one.name == name), None)
    if found is None:
        raise InputError(
            f"there is no REANA called '{name[:60]}'",
            hint=f"known: {', '.join(one.name for one in known)}",
            code="unknown_reana",
        )
    return found


def keep(
    name: str, url: str, token: str, *, insecure: bool = False, authorities: Path | None = None
) -> Connection:
    """Keep a server and a token under a name; another of this name is replaced.

    Parameters
    ----------
    insecure : bool
        Whether http to another machine and certificates that nobody vouches for are put up with.
    authorities : Path, optional
        A file of the certificates that are trusted there, in place of the usual ones.

    Raises
    ------
    InputError
        When the name, the address or the token cannot be used.
    """
    require_name(name)
    path = str(certificates(authorities)) if authorities else ""
    kept.keep(name, kept.Kept(address(url, insecure=insecure), secret(token), insecure, path))
    return connection(name)


def require_name(name: str) -> None:
    """Refuse a name that nothing can be kept under.

    Raises
    ------
    InputError
        Says why.
    """
    if name in (EMBEDDED, CONFIGURED):
        raise InputError(f"'{name}' is the name of another REANA", hint="choose another", code="bad_name")
    kept.require_name(name)


def forget(name: str) -> None:
    """Forget a server and its token.

    Raises
    ------
    InputError
        When none is kept under this name.
    """
    if connection(name).kind != "kept":
        raise InputError(
            f"the REANA '{name}' is not kept by Freezeout",
            hint="it comes from the settings or the environment" if name == CONFIGURED else "",
            code="not_kept",
        )
    kept.forget(name)


def expiry(token: str) -> str | None:
    """When a token stops being accepted, if it is one that says so (a JWT); ISO 8601, UTC.

    Examples
    --------
    >>> expiry("e30.eyJleHAiOjE4MDAwMDAwMDB9.x"), expiry("sesame")
    ('2027-01-15T08:00:00Z', None)
    """
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        said = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        return datetime.fromtimestamp(int(said["exp"]), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, TypeError, KeyError, OverflowError, OSError, binascii.Error):
        return None


def _embedded() -> Connection:
    here = place()
    return Connection(EMBEDDED, "embedded", here.url, here.token)


def _configured() -> Connection | None:
    url, token = os.environ.get("REANA_SERVER_URL", ""), os.environ.get("REANA_ACCESS_TOKEN", "")
    known = settings()
    kept_url, file = known["reana_url"].value, known["reana_token_file"].value
    try:
        if not url and not kept_url:
            return None
        if not token:
            # never the token of one server to another
            elsewhere = url and kept_url and address(kept_url) != address(url)
            token = _read("" if elsewhere else file)
        url = url or kept_url
        if url.rstrip("/") == place().url and token.strip() == place().token:
            # what 'freezeout reana env' prints
            return None
        path = known["reana_authorities"].value
        authorities = certificates(Path(path)) if path else None
        return Connection(CONFIGURED, "configured", address(url), secret(token), authorities=authorities)
    except InputError as error:
        return Connection(CONFIGURED, "configured", "", fault=str(error))


def _read(path: str) -> str:
    if not path:
        raise InputError(
            "there is no token for it", hint="set REANA_ACCESS_TOKEN, or reana_token_file", code="bad_reana"
        )
    try:
        return user_path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"its token cannot be read: {error}", code="bad_reana") from error


def _kept() -> list[Connection]:
    found = []
    for name in kept.names():
        try:
            one = kept.read(name)
            authorities = Path(one.authorities) if one.authorities else None
            found.append(Connection(name, "kept", one.url, one.token, not one.insecure, authorities))
        except InputError as error:
            found.append(Connection(name, "kept", "", fault=str(error)))
    return found
