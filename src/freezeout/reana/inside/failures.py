"""What went wrong, in a form that goes over a pipe: a kind, the server's status, and what it said."""

from __future__ import annotations

import json
import re
from typing import Any

import requests

from .session import NotReana, Redirected, last

_LONGEST = 500


class Cancelled(Exception):
    """Whoever asked does not want it any more."""


class Refused(Exception):
    """Said by us, for the user: a kind of its own and a message."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def told(error: BaseException) -> dict[str, Any]:
    """The failure of a call that was made by this thread."""
    answer = getattr(last, "answer", None)
    status = 0 if answer is None else int(answer.status_code)
    return {"kind": _kind(error, status), "status": status, "message": _message(error, answer)}


def _kind(error: BaseException, status: int) -> str:
    if isinstance(error, Refused):
        return error.kind
    if isinstance(error, Cancelled):
        return "cancelled"
    if isinstance(error, Redirected):
        return "redirected"
    if isinstance(error, NotReana):
        return "not_reana"
    for one in _chain(error):
        if isinstance(one, requests.exceptions.SSLError):
            said = " ".join(map(str, _chain(error))).upper()
            return "certificate" if "CERTIFICATE" in said else "not_https"
        if isinstance(one, requests.exceptions.Timeout):
            return "timeout"
        if isinstance(one, requests.exceptions.ProxyError | requests.exceptions.InvalidURL):
            return "no_way"
        if isinstance(one, requests.exceptions.ChunkedEncodingError):
            return "broken_off"
        if isinstance(one, requests.exceptions.ConnectionError):
            if "timed out" in str(one):
                return "timeout"
            broken = re.search("aborted|IncompleteRead|reset by peer|Remote end closed", str(one))
            return "broken_off" if broken else "unreachable"
    if status >= 400:
        return "http"
    if isinstance(error, OSError) and not isinstance(error, requests.exceptions.RequestException):
        return "disk"
    return "not_reana" if status else "bug"


def _chain(error: BaseException | None) -> list[BaseException]:
    """An error and those that it came from; the client raises others in their place."""
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found


def _message(error: BaseException, answer: requests.Response | None) -> str:
    """What a person reads: the server's own words, when it is REANA that speaks."""
    if isinstance(error, Refused):
        return str(error)
    if answer is not None and answer.status_code >= 400:
        return _said(answer)
    if isinstance(error, OSError) and not isinstance(error, requests.exceptions.RequestException):
        return f"{error.filename or ''}: {error.strerror or error}".lstrip(": ")
    kinds = (requests.exceptions.RequestException, NotReana, Redirected, Cancelled)
    if any(isinstance(one, kinds) for one in _chain(error)):
        # it quotes the address, which holds the token
        return ""
    return _short(f"{type(error).__name__}: {error}")


def _said(answer: requests.Response) -> str:
    try:
        said = json.loads(answer.content)
        message = said.get("message", "") if isinstance(said, dict) else ""
    except (ValueError, requests.exceptions.RequestException, RuntimeError):
        return ""
    return _short(message if isinstance(message, str) else json.dumps(message))


def _short(text: str) -> str:
    text = " ".join(re.split(r"Traceback \(most recent", text)[0].split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
