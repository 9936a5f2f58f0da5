"""What went wrong with a REANA, in our words: a code, what was wrong and what to do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from freezeout.errors import FreezeoutError, InputError

if TYPE_CHECKING:
    from freezeout.reana.sites.connection import Connection

_Kind = tuple[type[FreezeoutError], str, str, str]
_CLUSTER = "check the address and the network"
_OWN = "freezeout up"
_KINDS: dict[str, _Kind] = {
    "timeout": (FreezeoutError, "reana_timeout", "does not answer in time", "try again later"),
    "broken_off": (FreezeoutError, "reana_unreachable", "broke off its answer", "try again"),
    "certificate": (
        InputError, "reana_certificate", "shows a certificate that is not trusted",
        "name the file of its authorities: freezeout reana connections add … --authorities FILE, or the "
        "setting reana_authorities",
    ),
    "not_https": (
        InputError, "reana_unreachable", "does not answer as https",
        "is it an address of http, or the wrong port?",
    ),
    "no_way": (
        InputError, "reana_unreachable", "cannot be reached this way", "check the address and the proxy",
    ),
    "redirected": (
        InputError, "reana_redirects", "sends requests to another place, where no token goes",
        "give the address where it sends to, if that is the right one",
    ),
    "not_reana": (
        FreezeoutError, "reana_answer", "does not answer as REANA does",
        "is it REANA's address? A proxy may have answered in its place",
    ),
    "cancelled": (FreezeoutError, "cancelled", "was not asked to the end", ""),
    "bug": (FreezeoutError, "reana_worker", "could not be asked", "the log of REANA's client says more"),
}  # fmt: skip
_NO_FILE = re.compile(r"symlink|symbolic link|no regular file", re.I)
_SAID = {"exists": "exists_already", "unknown_file": "unknown_file", "unknown_secret": "unknown_secret"}


def error_of(connection: Connection, said: Mapping[str, Any], values: Mapping[str, Any]) -> FreezeoutError:
    """The error for what the worker tells.

    Parameters
    ----------
    said : mapping
        Its ``kind``, the server's ``status``, a ``message`` and the ``path`` of a file.
    values : mapping
        What was asked for, so that it can be named.
    """
    kind, status, message = str(said["kind"]), int(said["status"]), str(said["message"])
    path = str(said.get("path", ""))
    where = f"the REANA '{connection.name}'"
    of_file = f" ('{path}')" if path and path not in message else ""
    if kind == "disk":
        return InputError(f"a file cannot be read or written: {message}{of_file}", code="path_unusable")
    if kind in _SAID:
        return InputError(f"{where} says: {message}", code=_SAID[kind])
    if kind == "http":
        return _refusal(where, status, message, of_file, values)
    if kind == "unreachable":
        hint = _OWN if connection.kind == "embedded" else _CLUSTER
        return FreezeoutError(
            f"{where} at {connection.url} cannot be reached", hint=hint, code="reana_unreachable"
        )
    made, code, what, hint = _KINDS.get(kind, _KINDS["bug"])
    if kind == "broken_off" and message:
        what = f"{what}: {message}"
    elif kind == "bug" and message:
        what = f"{what} ({message})"
    return made(f"{where} at {connection.url} {what}{of_file}", hint=hint, code=code)


def _refusal(
    where: str, status: int, message: str, of_file: str, values: Mapping[str, Any]
) -> FreezeoutError:
    says = f"{where} says: {message}{of_file}" if message else ""
    workflow = str(values.get("workflow") or values.get("a") or "")
    if status == 401 or (status == 403 and _is_about_token(message)):
        return InputError(
            f"{where} does not accept the token{f' ({message})' if message else ''}",
            hint="get a new one from its profile page, and keep it: freezeout reana connections add",
            code="reana_sign_in",
        )
    if status == 403:
        return InputError(
            says or f"{where} does not allow that{of_file}", hint="only its owner may", code="reana_denied"
        )
    if status in (404, 405, 501) and not message:
        # REANA says why, always
        return FreezeoutError(
            f"{where} does not know what it was asked for ({status}){of_file}",
            hint="is it REANA's address, and of a version that can do it?",
            code="reana_answer",
        )
    if is_no_file(message):
        return InputError(says, hint="a link or a pipe cannot be downloaded", code="unknown_file")
    if status == 404:
        if of_file or _is_about_file(message):
            return InputError(says, hint="freezeout reana ls shows them", code="unknown_file")
        if workflow and ("workflow" in message.lower() or workflow in message):
            return InputError(says, hint="freezeout reana list shows them", code="unknown_workflow")
        return FreezeoutError(says, hint="is it of a version that can do it?", code="reana_answer")
    if status == 409:
        return InputError(says or f"{where} refuses that now", code="reana_refused")
    if status == 413:
        return InputError(says or f"{where} finds it too large{of_file}", code="reana_too_large")
    if status == 429 or status in (502, 503, 504):
        return FreezeoutError(
            says or f"{where} is too busy, or down ({status})", hint="try again later", code="reana_busy"
        )
    if status == 501:
        return InputError(says, code="not_possible")
    if 400 <= status < 500:
        return InputError(says or f"{where} does not take that ({status}){of_file}", code="reana_bad_request")
    return FreezeoutError(
        says or f"{where} failed ({status}){of_file}", hint="its own log says more", code="reana_failed"
    )


def is_no_file(message: str) -> bool:
    """Whether a server refuses what it lists as a file, and what is none that anybody could give."""
    return _NO_FILE.search(message) is not None


def _is_about_token(message: str) -> bool:
    said = message.lower()
    return not said or "token" in said or "not signed in" in said or "unauthorized" in said


def _is_about_file(message: str) -> bool:
    said = message.lower()
    return "reana_workon" not in said and "workflow" not in said and "does not exist" in said
