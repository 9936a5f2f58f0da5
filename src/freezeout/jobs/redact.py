"""Passwords that stand in addresses are not written down: not in a log, an error or the table."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from urllib.parse import unquote

_IN_ADDRESS = re.compile(r"(?<=://)[^/\s@'\"]+@")
_IN_QUERY = re.compile(
    r"([?&](?:[\w-]*token|password|passwd|secret|signature|api[_-]?key|x-amz-[\w-]+)=)[^&\s'\"]+", re.I
)
_NAMES = re.compile(r"^(UV_|PIP_|CONDA_|MAMBA_)|_PROXY$", re.I)
_SECRET = re.compile(r"PASSWORD|TOKEN|SECRET", re.I)
_HIDDEN = "***"


def redact(text: str) -> str:
    """The text without what is secret in it.

    Examples
    --------
    >>> redact("cannot reach https://ada:lovelace@example.org/simple?token=1 now")
    'cannot reach https://***@example.org/simple?token=*** now'
    """
    return redactor()(text)


def redactor(environ: Mapping[str, str] | None = None) -> Callable[[str], str]:
    """`redact` for many lines, which knows the passwords in the settings of a program.

    Parameters
    ----------
    environ : mapping, optional
        The program's environment variables; default: this process's.
    """
    secrets = _secrets(os.environ if environ is None else environ)

    def hide(text: str) -> str:
        if "://" in text:
            text = _IN_ADDRESS.sub(f"{_HIDDEN}@", text)
            text = _IN_QUERY.sub(rf"\1{_HIDDEN}", text)
        for secret in secrets:
            text = text.replace(secret, _HIDDEN)
        return text

    return hide


def _secrets(environ: Mapping[str, str]) -> list[str]:
    """Passwords in settings: a program may quote them without the address they belong to."""
    found: set[str] = set()
    for name, value in environ.items():
        if not _NAMES.search(name):
            continue
        if _SECRET.search(name):
            found.add(value)
        for given in re.findall(r"://[^/\s@:]*:([^/\s@]+)@", value):
            found |= {given, unquote(given)}
    # a short one would make holes in words that have nothing to do with it
    return sorted((one for one in found if len(one) >= 4), key=len, reverse=True)
