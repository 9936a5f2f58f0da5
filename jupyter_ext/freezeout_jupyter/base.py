"""How every route answers: JSON, work off the event loop, errors as ``{code, message, hint}``."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Collection, Mapping
from http import HTTPStatus
from pathlib import Path
from types import UnionType
from typing import TYPE_CHECKING, Any, TypeVar

from jupyter_server.base.handlers import APIHandler, JupyterHandler
from tornado import web

from freezeout.errors import FreezeoutError, InputError

if TYPE_CHECKING:
    from freezeout.jobs.job import Job

T = TypeVar("T")

_STATUS = {
    "unknown_experiment": 404,
    "unknown_dashboard": 404,
    "unknown_environment": 404,
    "unknown_job": 404,
    "no_lock": 404,
    "unknown_lake": 404,
    "no_lake": 404,
    "did_not_found": 404,
    "scope_not_found": 404,
    "rule_not_found": 404,
    "replica_not_found": 404,
    "account_not_found": 404,
    "unknown_reana": 404,
    "no_reana": 404,
    "unknown_workflow": 404,
    "unknown_step": 404,
    "unknown_file": 404,
    "unknown_secret": 404,
    "unknown_session": 404,
    "path_not_found": 404,
    "lake_denied": 403,
    "reana_denied": 403,
    # what was asked is well put, and how things stand forbids it
    "path_unusable": 409,
    "did_exists": 409,
    "did_attached": 409,
    "exists_already": 409,
    "checksum_mismatch": 409,
    "rule_exists": 409,
    "rse_not_writable": 409,
    "not_possible": 409,
    "quota_exceeded": 409,
    # not 401, which is about this server and not about the lake
    "lake_sign_in": 409,
    "lake_certificate": 409,
    "reana_sign_in": 409,
    "reana_refused": 409,
    "reana_certificate": 409,
    "bad_reana": 409,
    "not_kept": 409,
    "folder_exists": 409,
    "reana_client_missing": 409,
    "environment_busy": 409,
    "environment_in_use": 409,
    "environment_missing": 409,
    "environment_broken": 409,
    "environment_damaged": 409,
    "environment_is_gateway": 409,
    "environment_newer": 409,
    "environment_unavailable": 409,
    "environment_left_over": 409,
    "job_busy": 409,
    "jobs_newer": 409,
    "kernel_name_taken": 409,
    "lock_missing": 409,
    "name_taken": 409,
    "body_too_large": 413,
    "reana_too_large": 413,
    "too_many_files": 413,
    "reana_failed": 502,
    "reana_answer": 502,
    "reana_redirects": 502,
    "reana_worker": 502,
    "lake_failed": 502,
    "lake_answer": 502,
    "lake_redirects": 502,
    "reana_busy": 503,
    "reana_unreachable": 503,
    "lake_busy": 503,
    "lake_unreachable": 503,
    "missing_package": 503,
    "too_many_listeners": 503,
    "voila_missing": 503,
    "reana_timeout": 504,
    "lake_timeout": 504,
    "storage_full": 507,
    "disk_full": 507,
}
Kind = type | UnionType

_KINDS: dict[Kind, str] = {
    str: "text",
    str | None: "text or null",
    bool: "true or false",
    int: "a whole number",
    int | None: "a whole number or null",
    list: "a list of texts",
    list | None: "a list of texts or null",
    dict: "an object",
    object: "any value",
}
_LARGEST_BODY = 10_000
_LONGEST_WORDS = 2000
# what may be a secret comes back in no message and in no log
_NOT_REPEATED = ("token", "value")
_HTTP_CODES = {400: "bad_request", 403: "forbidden", 404: "not_found", 405: "method_not_allowed"}
_HTTP_HINTS = {
    403: "log in, or send the header 'Authorization: token …' with the token of this server",
    404: "jupyter_ext/openapi.yaml names all addresses",
}


def status_of(error: FreezeoutError) -> int:
    """The HTTP status of an error: 400 for bad input, 500 for a failure, unless its code says more."""
    return _STATUS.get(error.code, 400 if isinstance(error, InputError) else 500)


def describe(error: BaseException | None, status: int) -> dict[str, str]:
    """What a client is told about an error; of an unexpected one nothing but where to look."""
    if isinstance(error, FreezeoutError):
        return {"code": error.code, "message": _short(error.message), "hint": _short(error.hint)}
    if isinstance(error, web.HTTPError):
        message = error.log_message or error.reason or HTTPStatus(status).phrase
        code, hint = _HTTP_CODES.get(status, f"http_{status}"), _HTTP_HINTS.get(status, "")
        return {"code": code, "message": message, "hint": hint}
    return {
        "code": "unexpected",
        "message": "something failed that Freezeout did not foresee",
        "hint": "the server's log says what; please report it",
    }


def _short(text: str) -> str:
    """What was given may be repeated in a message, and may be of any length."""
    return text if len(text) <= _LONGEST_WORDS else f"{text[:_LONGEST_WORDS]}…"


def read_body(
    data: bytes, allowed: Mapping[str, Kind], required: Collection[str] = (), largest: int = _LARGEST_BODY
) -> dict[str, Any]:
    """A JSON object with no key but those allowed, each of its kind."""
    keys = ", ".join(f"{name} ({_KINDS[kind]})" for name, kind in allowed.items()) or "none"
    if len(data) > largest:
        # it would be parsed while others wait, and come back in a message and in the log
        raise InputError(
            f"the body has {len(data)} bytes",
            hint=f"{largest} are allowed; keys: {keys}",
            code="body_too_large",
        )
    try:
        found = json.loads(data) if data.strip() else {}
    except (ValueError, RecursionError) as error:
        raise InputError(f"the body is no JSON: {error}", hint=f"keys: {keys}", code="bad_body") from error
    if not isinstance(found, dict):
        raise InputError("the body is no JSON object", hint=f"keys: {keys}", code="bad_body")
    for name, value in found.items():
        if name not in allowed:
            raise InputError(f"the body has the unknown key '{name}'", hint=f"keys: {keys}", code="bad_body")
        if not _is(value, allowed[name]):
            given = json.dumps(value)
            shown = given if len(given) <= 40 else f"{given[:40]}…"
            if name in _NOT_REPEATED:
                shown = "of another kind"
            raise InputError(
                f"'{name}' is {shown}", hint=f"{name} is {_KINDS[allowed[name]]}", code="bad_body"
            )
    for name in required:
        if name not in found:
            raise InputError(f"the body lacks '{name}'", hint=f"keys: {keys}", code="bad_body")
    return found


def _is(value: object, kind: Kind) -> bool:
    if isinstance(value, bool):  # which Python takes for a number
        return kind in (bool, object)
    if isinstance(value, list) and kind in (list, list | None):
        return all(isinstance(one, str) for one in value)
    return isinstance(value, kind)


def whole_number(name: str, text: str) -> int:
    """A number from 0 on, of at most 15 digits."""
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise InputError(f"{name} is '{text}'", hint="give a whole number from 0 on", code="bad_query")
    return int(text)


class _Shared(JupyterHandler):
    """What routes of both kinds share."""

    auth_resource = "freezeout"

    @property
    def root(self) -> Path:
        """The folder that the file browser shows."""
        found = getattr(self.contents_manager, "root_dir", "") or self.settings["server_root_dir"]
        return Path(found).expanduser().absolute()

    @property
    def shows_hidden(self) -> bool:
        """Whether the file browser shows hidden files."""
        return bool(getattr(self.contents_manager, "allow_hidden", False))

    def query(self, name: str, default: str = "") -> str:
        """A text of the query."""
        return str(self.get_query_argument(name, default, strip=False))

    def needed(self, name: str) -> str:
        """A text of the query that must be there.

        Raises
        ------
        InputError
            When it is not.
        """
        text = self.query(name)
        if not text:
            raise InputError(f"{name} is not said", hint=f"add {name}=…", code="bad_query")
        return text

    async def in_thread(self, work: Callable[[], T]) -> T:
        """Do blocking work in a thread, so that the server goes on answering others."""
        return await asyncio.get_running_loop().run_in_executor(None, work)

    def log_exception(self, *exc_info: Any) -> None:
        """Log a foreseen error in one line, an unforeseen one with its traceback."""
        if isinstance(exc_info[1], FreezeoutError):
            self.log.warning("freezeout: %s", _short(str(exc_info[1])))
        else:
            super().log_exception(*exc_info)


class Api(_Shared, APIHandler):
    """A route for programs."""

    def body(
        self, allowed: Mapping[str, Kind], required: Collection[str] = (), largest: int = _LARGEST_BODY
    ) -> dict[str, Any]:
        """The request's JSON, checked; an empty body has no keys.

        Raises
        ------
        InputError
            When it is no JSON object, or a key is unknown, missing or of the wrong kind.
        """
        return read_body(self.request.body, allowed, required, largest)

    def number(self, name: str) -> int | None:
        """A whole number of the query that is not negative, or None when it is not there.

        Raises
        ------
        InputError
            When it is something else.
        """
        text = self.get_query_argument(name, None)
        return None if text is None else whole_number(name, text)

    def flag(self, name: str) -> bool:
        """A yes or no of the query; no when it is not there.

        Raises
        ------
        InputError
            When it is something else.
        """
        text = self.get_query_argument(name, "0")
        if text not in ("0", "1", "false", "true"):
            raise InputError(f"{name} is '{text}'", hint=f"{name}=1 or {name}=0", code="bad_query")
        return text in ("1", "true")

    async def begin(self, start: Callable[[], Job], then: Callable[[], object] = lambda: None) -> None:
        """Start a job in a thread, and answer it; before that, do what is to be done then."""
        job = await self.in_thread(start)
        then()
        self.set_status(202)
        self.finish(job.to_dict())

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer an error as JSON with its HTTP status and never with a traceback."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        if isinstance(error, FreezeoutError):
            status_code = status_of(error)
            self.set_status(status_code)
        said = describe(error, status_code)
        if status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            methods = ", ".join(self._methods())
            self.set_header("Allow", methods)
            said["hint"] = f"this address takes {methods}"
        self.finish(said)

    def _methods(self) -> list[str]:
        """The methods that this route has."""
        return [
            method
            for method in self.SUPPORTED_METHODS
            if getattr(type(self), method.lower()) is not getattr(web.RequestHandler, method.lower())
        ]


class NoRoute(Api):
    """What is below ``/freezeout/api`` and is no route: programs are told so in the same shape."""

    async def prepare(self) -> None:  # type: ignore[override]
        """Refuse whatever is asked."""
        await super().prepare()
        raise web.HTTPError(404, f"there is nothing at {self.request.path[:80]}")


class Page(_Shared):
    """A route for people: errors are Jupyter's own page, with our words in it."""

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Show what was wrong and what to do."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        if not isinstance(error, FreezeoutError):
            super().write_error(status_code, **kwargs)
            return
        status = HTTPStatus(status_of(error))
        self.set_status(status)
        self.finish(
            self.render_template(  # type: ignore[no-untyped-call]
                "error.html",
                status_code=int(status),
                status_message=status.phrase,
                message=str(error),
                exception=error,
            )
        )
