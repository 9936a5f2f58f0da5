"""Who may ask, what is asked, and how errors are told."""

from __future__ import annotations

import asyncio
import hmac
import http.client
import json
import logging
import traceback
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from tornado.web import HTTPError, RequestHandler, stream_request_body

from freezeout.reana.server.refusal import Refusal

if TYPE_CHECKING:
    from freezeout.reana.server.app import Server

_LOG = logging.getLogger(__name__)
_LARGEST_BODY = 8 << 20
_DEEPEST = 100
_LARGEST_NUMBER = 1_000_000_000
_ADVICE = "Give it as access_token, or in a header Authorization: Bearer."
T = TypeVar("T")


@stream_request_body
class Handler(RequestHandler):
    """A handler of one user's server: every request needs the token, every error is JSON."""

    public = False

    def initialize(self, server: Server) -> None:
        """Receive what the server is made of."""
        self.server = server
        self._received: list[bytes] = []
        self._length = 0

    def set_default_headers(self) -> None:
        """Nothing here is for a browser's cache or for another site."""
        self.set_header("Cache-Control", "no-store")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Server", "freezeout")

    def prepare(self) -> None:
        """Let in who has the token; who has not is told so when all has been said.

        An answer before the end of a body would cut the client off, which then knows no reason.
        """
        try:
            if not self.public:
                self._authenticate()
            if any("\0" in part for part in self.path_args):
                raise Refusal(400, "The address has a character that no name can have.")
            self.admit()
        except Refusal as refusal:
            self._refusal = refusal
            setattr(self, str(self.request.method).lower(), self._refuse)

    def admit(self) -> None:
        """Refuse what can be refused before a body has come."""

    def _refuse(self, *_path: str) -> None:
        raise self._refusal

    def given_token(self) -> bytes:
        """The token of the request; empty when it has none."""
        given = b"".join(self.request.query_arguments.get("access_token", [])[-1:])
        scheme, _, word = self.request.headers.get("Authorization", "").partition(" ")
        if not given and scheme.lower() == "bearer":
            given = word.strip().encode("utf-8", "replace")
        return given

    def _authenticate(self) -> None:
        given = self.given_token()
        if not given:
            raise Refusal(401, f"No access token was given. {_ADVICE}")
        if not hmac.compare_digest(given, self.server.token):
            raise Refusal(403, "The access token is not the one of this server.")

    def data_received(self, chunk: bytes) -> None:
        """Keep a body that is small; what nobody wants any more is let pass."""
        self._length += len(chunk)
        if self._length > _LARGEST_BODY:
            self._received.clear()
        else:
            self._received.append(chunk)

    @staticmethod
    def _too_large() -> Refusal:
        return Refusal(413, f"The body of the request is larger than {_LARGEST_BODY >> 20} MiB.")

    def decode_argument(self, value: bytes, name: str | None = None) -> str:
        """A part of the path as the operating system would read it."""
        return value.decode("utf-8", "surrogateescape")

    def text(self, name: str, default: str = "") -> str:
        """A value of the query; the last when there are several."""
        given = self.request.query_arguments.get(name)
        if not given:
            return default
        try:
            value = given[-1].decode("utf-8")
        except UnicodeDecodeError:
            raise Refusal(400, f"The value of {name} is not UTF-8.") from None
        if "\0" in value:
            raise Refusal(400, f"The value of {name} has a character that it cannot have.")
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        """A yes or no of the query."""
        given = self.text(name).strip().lower()
        if given in ("true", "1", "yes", "on"):
            return True
        if given in ("false", "0", "no", "off"):
            return False
        if given:
            raise Refusal(400, f"{name} is {given!r}: give true or false.")
        return default

    def number(self, name: str) -> int | None:
        """A number of the query that counts something, from 1 on."""
        given = self.text(name).strip()
        if not given:
            return None
        if not (
            given.isascii() and given.isdigit() and len(given) < 12 and 0 < int(given) <= _LARGEST_NUMBER
        ):
            raise Refusal(400, f"{name} is {given[:40]!r}: give a whole number from 1 on.")
        return int(given)

    def page(self) -> tuple[int, int | None]:
        """Which page is asked for, and its size; None for all."""
        return self.number("page") or 1, self.number("size")

    def json(self) -> Any:
        """The body; None when there is none."""
        if self._length > _LARGEST_BODY:
            raise self._too_large()
        body = b"".join(self._received)
        if not body.strip():
            return None
        return parsed(body)

    def mapping(self) -> dict[str, Any]:
        """The body, which is an object; an empty one when there is none."""
        body = self.json()
        if body is None:
            return {}
        if not isinstance(body, dict):
            raise Refusal(400, "The body of the request is not a JSON object.")
        return body

    async def aside(self, function: Callable[[], T]) -> T:
        """Call what takes its time in a thread."""
        return await asyncio.get_running_loop().run_in_executor(None, function)

    def answer(self, content: Any, status: int = 200) -> None:
        """Finish with a JSON document."""
        self.set_status(status)
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps(content))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Tell an error as REANA's clients read it: ``{"message": …}``."""
        error = (kwargs.get("exc_info") or (None, None, None))[1]
        if isinstance(error, Refusal):
            message = error.message
        elif status_code == 404:
            message = "The server does not know this address."
        elif status_code >= 500:
            message = f"The server failed: {type(error).__name__}. Its log says more."
        else:
            message = http.client.responses.get(status_code, "The request cannot be answered.")
        self.answer({"message": message}, status_code)

    def log_exception(
        self,
        typ: type[BaseException] | None,
        value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Log what is our own fault, without the address: it holds the token."""
        if value is not None and not isinstance(value, HTTPError):
            lines = "".join(traceback.format_exception(typ, value, tb))
            _LOG.error("%s %s failed\n%s", self.request.method, self.request.path, lines)


class Nowhere(Handler):
    """An address that there is not."""

    public = True

    def admit(self) -> None:
        """Say so."""
        raise Refusal(404, "The server does not know this address.")


def parsed(body: bytes) -> Any:
    """A JSON document as it is defined: no NaN, no infinite numbers.

    Raises
    ------
    Refusal
        400, when it is none.
    """
    try:
        found = json.loads(body, parse_constant=_no_constant, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise Refusal(400, f"The request holds no valid JSON: {str(error)[:200]}") from None
    if _deeper(found, _DEEPEST):
        raise Refusal(400, f"The JSON of the request is nested deeper than {_DEEPEST} times.")
    return found


def _deeper(value: Any, than: int) -> bool:
    if not isinstance(value, (dict, list)):
        return False
    inside = value.values() if isinstance(value, dict) else value
    return than == 0 or any(_deeper(one, than - 1) for one in inside)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def _finite(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"{text[:40]} is too large")
    return value
