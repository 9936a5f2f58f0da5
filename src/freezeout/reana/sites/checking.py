"""What a user gives for a connection: the address and the token, checked before anything is sent."""

from __future__ import annotations

from pathlib import Path
from stat import S_ISREG
from urllib.parse import urlsplit

from freezeout.errors import InputError
from freezeout.settings import user_path

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def address(text: str, *, insecure: bool = False) -> str:
    """The address of a server, as it is asked.

    Raises
    ------
    InputError
        When it is none, or would send the token where others can read it.

    Examples
    --------
    >>> address(" https://reana.example.org/ ")
    'https://reana.example.org'
    """
    text = text.strip().rstrip("/")
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        parts, host = urlsplit(""), None
    odd = any(sign.isspace() or not sign.isprintable() for sign in text)
    if parts.scheme not in ("http", "https") or not host or odd:
        raise InputError(
            f"'{text[:200]}' is no address of a REANA", hint="such as https://reana.cern.ch", code="bad_url"
        )
    if "@" in parts.netloc or parts.query or parts.fragment:
        # not quoted: what stands before the @ is a secret
        raise InputError(
            f"the address of a REANA at {host} has more in it than a place",
            hint="give it without a name, a password, '?' and '#'",
            code="bad_url",
        )
    if parts.scheme == "http" and host not in _LOOPBACK and not insecure:
        raise InputError(
            f"{text} would send the token where others can read it",
            hint="give the address with https, or say --insecure if the way there is safe",
            code="bad_url",
        )
    # the client's own protocol begins with /api
    return text.removesuffix("/api")


def certificates(path: Path) -> Path:
    """A file of certificates.

    Raises
    ------
    InputError
        When it cannot be read, or holds none.
    """
    file = user_path(path)
    try:
        # what is no file may be read for ever
        text = file.read_text("utf-8", errors="replace") if S_ISREG(file.stat().st_mode) else ""
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise InputError(f"cannot read {str(file)[:200]!r}: {why}", code="bad_certificates") from error
    if "-----BEGIN CERTIFICATE-----" not in text and "-----BEGIN TRUSTED CERTIFICATE-----" not in text:
        raise InputError(f"{file} holds no certificate", hint="as PEM", code="bad_certificates")
    return file


def secret(token: str) -> str:
    """A token as it is sent; what is wrong with it is said without it."""
    token = token.strip()
    if not token:
        raise InputError("the token is empty", hint="REANA shows it in your profile", code="bad_token")
    if len(token) > 20_000 or not (token.isascii() and token.isprintable()) or " " in token:
        raise InputError(
            "that is no token: it has spaces, several lines or signs that a token has not",
            hint="REANA shows it in your profile",
            code="bad_token",
        )
    return token
