"""How every route answers: JSON, work off the event loop, errors as ``{code, message, hint}``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeVar

from jupyter_server.base.handlers import APIHandler, JupyterHandler
from tornado import web

from freezeout.errors import FreezeoutError, InputError

T = TypeVar("T")

_STATUS = {
    "unknown_experiment": 404,
    "unknown_dashboard": 404,
    "path_unusable": 409,
    "voila_missing": 503,
    "disk_full": 507,
}
_HTTP_CODES = {400: "bad_request", 403: "forbidden", 404: "not_found", 405: "method_not_allowed"}


def status_of(error: FreezeoutError) -> int:
    """The HTTP status of an error: 400 for bad input, 500 for a failure, unless its code says more."""
    return _STATUS.get(error.code, 400 if isinstance(error, InputError) else 500)


def describe(error: BaseException | None, status: int) -> dict[str, str]:
    """What a client is told about an error; of an unexpected one nothing but where to look."""
    if isinstance(error, FreezeoutError):
        return {"code": error.code, "message": error.message, "hint": error.hint}
    if isinstance(error, web.HTTPError):
        message = error.log_message or error.reason or HTTPStatus(status).phrase
        return {"code": _HTTP_CODES.get(status, f"http_{status}"), "message": message, "hint": ""}
    return {
        "code": "unexpected",
        "message": "something failed that Freezeout did not foresee",
        "hint": "the server's log says what; please report it",
    }


class _Shared(JupyterHandler):
    """What routes of both kinds share."""

    auth_resource = "freezeout"

    @property
    def root(self) -> Path:
        """The folder that the file browser shows."""
        found = getattr(self.contents_manager, "root_dir", "") or self.settings["server_root_dir"]
        return Path(found).expanduser().absolute()

    async def in_thread(self, work: Callable[[], T]) -> T:
        """Do blocking work in a thread, so that the server goes on answering others."""
        return await asyncio.get_running_loop().run_in_executor(None, work)

    def log_exception(self, *exc_info: Any) -> None:
        """Log a foreseen error in one line, an unforeseen one with its traceback."""
        if isinstance(exc_info[1], FreezeoutError):
            self.log.warning("freezeout: %s", exc_info[1])
        else:
            super().log_exception(*exc_info)


class Api(_Shared, APIHandler):
    """A route for programs."""

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer an error as JSON with its HTTP status and never with a traceback."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        if isinstance(error, FreezeoutError):
            status_code = status_of(error)
            self.set_status(status_code)
        self.finish(describe(error, status_code))


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
