"""Parts of a connection that somebody wrote: checked, or a fault that says what is wrong."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

from freezeout.errors import InputError
from freezeout.lake.sites.connection import AUTHS, Auth

_SIGNS = re.compile(r"[\x21-\x7e]{1,255}")
_LOCAL = ("127.0.0.1", "localhost", "::1")
_LONGEST_SECRET = 4096


def address(text: str, what: str = "address") -> str:
    """A URL of a server, without a slash at its end.

    Raises
    ------
    InputError
        When it is none, or would show a password or secrets to everybody on the way.
    """
    try:
        parts = urlsplit(text)
        sound = (
            parts.scheme in ("http", "https") and parts.hostname and (parts.port is None or parts.port > 0)
        )
    except ValueError:
        sound = False
    if not sound or not _SIGNS.fullmatch(text) or parts.query or parts.fragment:
        raise _bad(f"the {what} '{text[:100]}' is none", "write it like https://rucio.example.org")
    if parts.username or parts.password:
        raise _bad(f"the {what} has a user name or a password in it", "give them by themselves")
    return text.rstrip("/")


def auth(text: str) -> Auth:
    """A way to sign in.

    Raises
    ------
    InputError
        When it is none that is known.
    """
    for one in AUTHS:
        if text == one:
            return one
    raise _bad(f"'{text[:40]}' is no way to sign in that is known here", f"ways: {', '.join(AUTHS)}")


def word(text: str, what: str) -> str:
    """Text that goes into a header: an account, a user name, a VO.

    Raises
    ------
    InputError
        When it has signs that cannot be sent.
    """
    if text and not _SIGNS.fullmatch(text):
        raise _bad(f"the {what} {text[:40]!r} has blanks or signs that cannot be sent", "ASCII signs can")
    return text


def count(text: str) -> int:
    """A number of parts of a path.

    Raises
    ------
    InputError
        When it is none.
    """
    if not re.fullmatch(r"\d{1,3}", text or "0"):
        raise _bad(f"begins-at is {text[:40]!r}", "a number of parts of a path: 0, 1, 2 …")
    return int(text or "0")


def secret(path: Path) -> str:
    """The password in a file, without the end of its line.

    Raises
    ------
    InputError
        When the file cannot be read, is empty or holds more than one line.
    """
    try:
        with open(path, encoding="utf-8") as stream:
            text = stream.read(_LONGEST_SECRET + 1).rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise _bad(
            f"the password cannot be read from {path}: {reason}", "name a file that holds it"
        ) from error
    if not text or len(text) > _LONGEST_SECRET or not text.isprintable():
        raise _bad(f"{path} holds no password", "it must hold the password and nothing else")
    return text


def is_open(url: str) -> bool:
    """Whether what goes to an address leaves this machine and can be read on its way."""
    return urlsplit(url).scheme == "http" and urlsplit(url).hostname not in _LOCAL


def _bad(message: str, hint: str) -> InputError:
    return InputError(message, hint=hint, code="bad_lake")
