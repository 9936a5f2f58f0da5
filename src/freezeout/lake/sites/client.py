"""Rucio's REST interface, without blocking: connections kept, time-outs, retries, cancellation.

One client serves one connection and may be shared by many tasks of one event loop.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from types import TracebackType
from typing import Any
from urllib.parse import quote, unquote

import httpx

from freezeout.errors import InputError
from freezeout.lake.did import DID
from freezeout.lake.sites.connection import Connection
from freezeout.lake.sites.errors import kind_and_message, not_rucio, refusal, unreachable
from freezeout.lake.sites.signing import Signed, sign_in, transport

_TRIES = 4
_FIRST_PAUSE = 0.2
_BUSY = (429, 502, 503, 504)
_IDEMPOTENT = ("GET", "HEAD", "PUT", "DELETE")
_LONGEST_LINE = 64 << 20


class LakeClient:
    """A client of one Rucio server.

    Parameters
    ----------
    connection : Connection
        Where and as whom.
    seconds : float
        How long one answer, or the next part of a long one, may take.
    """

    def __init__(self, connection: Connection, seconds: float = 30.0) -> None:
        connection.require_sound()
        self.connection = connection
        self._http = httpx.AsyncClient(
            timeout=httpx.Timeout(seconds, connect=min(5.0, seconds)),
            limits=httpx.Limits(max_connections=8, max_keepalive_connections=8, keepalive_expiry=30),
            follow_redirects=False,
            **transport(connection),
        )
        self._signed: Signed | None = None
        self._refused = ""
        self._signing_in = asyncio.Lock()

    async def __aenter__(self) -> LakeClient:
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the kept connections."""
        await self._http.aclose()

    @property
    def account(self) -> str:
        """Who asks; a token may know it alone, and then it is empty before the first request."""
        return self.connection.account or (self._signed.account if self._signed else "")

    @property
    def expires(self) -> float:
        """When the token ends, in seconds since 1970; 0 before the first request or when nobody knows."""
        return self._signed.expires if self._signed else 0.0

    async def get(self, path: str, **params: Any) -> Any:
        """Ask for one JSON value."""
        return self.value(await self.request("GET", path, params=params))

    def value(self, response: httpx.Response) -> Any:
        """The JSON of an answer.

        Raises
        ------
        FreezeoutError
            When it is none.
        """
        try:
            return response.json()
        except (ValueError, RecursionError) as error:
            raise not_rucio(self.connection) from error

    async def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        body: object = None,
        again: bool | None = None,
    ) -> httpx.Response:
        """Send a request and return the answer.

        Parameters
        ----------
        again : bool, optional
            Whether it may be sent anew when the server does not answer; unless told, when the method
            says that doing it twice is doing it once.

        Raises
        ------
        FreezeoutError
            What Rucio says in our words.
        """
        again = method in _IDEMPOTENT if again is None else again
        return await self._ask(method, path, params, body, "application/json", again, stream=False)

    async def batches(
        self, method: str, path: str, *, params: Mapping[str, Any] | None = None, body: object = None
    ) -> AsyncGenerator[list[Any], None]:
        """Values of an answer that has one JSON value in every line, as they come, many at a time.

        The request must be one that changes nothing, whatever its method. Close what is not read to the
        end: ``async with contextlib.aclosing(client.batches(…)) as batches``.
        """
        response = await self._ask(method, path, params, body, "application/x-json-stream", True, stream=True)
        try:
            rest = b""
            async for part in response.aiter_bytes():
                lines = (rest + part).split(b"\n")
                rest = lines.pop()
                if len(rest) > _LONGEST_LINE:
                    raise httpx.DecodingError("a line without an end")
                if values := [json.loads(line) for line in lines if line.strip()]:
                    yield values
            if rest.strip():
                yield [json.loads(rest)]
        except httpx.HTTPError as error:
            raise unreachable(self.connection, error) from error
        except (ValueError, RecursionError) as error:
            raise not_rucio(self.connection) from error
        finally:
            await response.aclose()

    async def rows(
        self, method: str, path: str, *, params: Mapping[str, Any] | None = None, body: object = None
    ) -> AsyncGenerator[Any, None]:
        """As `batches`, one value at a time."""
        async with aclosing(self.batches(method, path, params=params, body=body)) as batches:
            async for batch in batches:
                for value in batch:
                    yield value

    async def token(self) -> str:
        """A token that is valid for a minute at least, as far as is known."""
        async with self._signing_in:
            if self._signed is None or self._signed.is_old():
                self._signed = await sign_in(self.connection, self._send, self._refused)
            return self._signed.token

    async def _ask(
        self,
        method: str,
        path: str,
        params: Mapping[str, Any] | None,
        body: object,
        accept: str,
        again: bool,
        *,
        stream: bool,
    ) -> httpx.Response:
        for last in (False, True):
            token = await self.token()
            request = self._http.build_request(
                method, f"{self.connection.url}/{path}", params=params or None,
                content=None if body is None else json.dumps(body),
                headers={
                    "X-Rucio-Auth-Token": token, "Accept": f"{accept}, application/json;q=0.5, */*;q=0.1",
                    "Content-Type": "application/json",
                },
            )  # fmt: skip
            response = await self._send(request, stream=stream, again=again)
            if response.is_success:
                return response
            try:
                await response.aread()
            except httpx.HTTPError as error:
                raise unreachable(self.connection, error) from error
            finally:
                await response.aclose()
            if last or not _is_signed_out(response):
                break
            self._refused = token
            if self._signed is not None and self._signed.token == token:
                self._signed = None
        if response.status_code == 500 and not (unquote(path) + str(body)).isascii():
            # Rucio cannot say in a header what it says of such a name, and breaks down over it
            raise InputError(
                f"the lake '{self.connection.name}' fails at signs that are not ASCII",
                hint="names in Rucio are of letters, digits and . _ - /",
                code="bad_did",
            )
        raise refusal(self.connection, response)

    async def _send(self, request: httpx.Request, *, stream: bool, again: bool) -> httpx.Response:
        for number in range(1, _TRIES + 1):
            last = number == _TRIES or not again
            try:
                response = await self._http.send(request, stream=stream)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                # it has not come to anything: whatever it was may be sent again
                if number == _TRIES:
                    raise unreachable(self.connection, error) from error
            except httpx.HTTPError as error:
                if last or isinstance(error, httpx.TimeoutException):
                    raise unreachable(self.connection, error) from error
            else:
                if response.status_code not in _BUSY or last:
                    return response
                await response.aclose()
            await asyncio.sleep(_FIRST_PAUSE * 2**number * (0.5 + random.random()))
        raise AssertionError("not reached")


def path_of(did: DID) -> str:
    """A DID as part of the path of a request."""
    # a lone dot would be taken for a step in the path
    scope, name = (
        part.replace(".", "%2E") if not part.strip(".") else quote(part, safe="")
        for part in (did.scope, did.name)
    )
    return f"{scope}/{name}"


def _is_signed_out(response: httpx.Response) -> bool:
    # Rucio answers 401 also to those whom it knows well and who may not
    return response.status_code == 401 and kind_and_message(response)[0] in ("CannotAuthenticate", "")
