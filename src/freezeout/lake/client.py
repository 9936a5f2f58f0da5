"""Rucio's REST interface, without blocking: connections kept, time-outs, retries, cancellation.

One client serves one connection and may be shared by many tasks of one event loop.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import httpx

from freezeout.errors import FreezeoutError, InputError
from freezeout.lake.connection import Connection

_TRIES = 4
_FIRST_PAUSE = 0.2
_BUSY = (429, 500, 502, 503, 504)
_IDEMPOTENT = ("GET", "HEAD", "PUT", "DELETE")


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
        self.connection = connection
        self._http = httpx.AsyncClient(
            timeout=httpx.Timeout(seconds, connect=5.0),
            limits=httpx.Limits(max_connections=8, max_keepalive_connections=8, keepalive_expiry=30),
            trust_env=True,
            follow_redirects=False,
        )
        self._token = ""
        self._expires = 0.0
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
    def expires(self) -> float:
        """When the token ends, in seconds since 1970; 0 before the first request."""
        return self._expires

    async def get(self, path: str, **params: Any) -> Any:
        """Ask for one JSON value."""
        return (await self.request("GET", path, params=params)).json()

    async def rows(
        self, method: str, path: str, *, params: Mapping[str, Any] | None = None, body: object = None
    ) -> AsyncIterator[Any]:
        """Values of an answer that has one JSON value in every line, as they come."""
        request = await self._request(method, path, params, body, "application/x-json-stream")
        response = await self._send(request, stream=True, again=True)
        try:
            await _refuse(response)
            async for line in response.aiter_lines():
                if line:
                    yield json.loads(line)
        except httpx.HTTPError as error:
            raise _unreachable(self.connection, error) from error
        finally:
            await response.aclose()

    async def request(
        self, method: str, path: str, *, params: Mapping[str, Any] | None = None, body: object = None
    ) -> httpx.Response:
        """Send a request and return the answer.

        Raises
        ------
        FreezeoutError
            What Rucio says in our words; its own traces are not handed on.
        """
        request = await self._request(method, path, params, body, "application/json")
        response = await self._send(request, stream=False, again=method in _IDEMPOTENT)
        if response.status_code == 401:
            self._token = ""
            request = await self._request(method, path, params, body, "application/json")
            response = await self._send(request, stream=False, again=method in _IDEMPOTENT)
        await _refuse(response)
        return response

    async def token(self) -> str:
        """A token that is valid for a minute at least."""
        async with self._signing_in:
            if not self._token or self._expires - datetime.now(UTC).timestamp() < 60:
                self._token, self._expires = await self._sign_in()
            return self._token

    async def _sign_in(self) -> tuple[str, float]:
        c = self.connection
        headers = {
            "X-Rucio-Account": c.account,
            "X-Rucio-Username": c.username,
            "X-Rucio-Password": c.password,
        }
        request = self._http.build_request("GET", f"{c.auth_url}/auth/userpass", headers=headers)
        response = await self._send(request, stream=False, again=True)
        if response.status_code != 200:
            raise InputError(
                f"the lake '{c.name}' refuses the account '{c.account}' with this password",
                code="lake_sign_in",
            )
        expires = datetime.strptime(
            response.headers["X-Rucio-Auth-Token-Expires"], "%a, %d %b %Y %H:%M:%S UTC"
        )
        return response.headers["X-Rucio-Auth-Token"], expires.replace(tzinfo=UTC).timestamp()

    async def _request(
        self, method: str, path: str, params: Mapping[str, Any] | None, body: object, accept: str
    ) -> httpx.Request:
        return self._http.build_request(
            method, f"{self.connection.url}/{path}", params=params,
            content=None if body is None else json.dumps(body),
            headers={
                "X-Rucio-Auth-Token": await self.token(), "Accept": accept,
                "Content-Type": "application/json",
            },
        )  # fmt: skip

    async def _send(self, request: httpx.Request, *, stream: bool, again: bool) -> httpx.Response:
        for number in range(1, _TRIES + 1):
            last = number == _TRIES or not again
            try:
                response = await self._http.send(request, stream=stream)
            except httpx.ConnectError as error:
                if number == _TRIES:
                    raise _unreachable(self.connection, error) from error
            except httpx.HTTPError as error:
                if last:
                    raise _unreachable(self.connection, error) from error
            else:
                if response.status_code not in _BUSY or last:
                    return response
                await response.aclose()
            await asyncio.sleep(_FIRST_PAUSE * 2**number * (0.5 + random.random()))
        raise AssertionError("not reached")


async def _refuse(response: httpx.Response) -> None:
    if response.status_code < 400:
        return
    await response.aread()
    try:
        said = response.json()
    except ValueError:
        said = {}
    kind = response.headers.get("ExceptionClass") or said.get("ExceptionClass", "")
    message = str(response.headers.get("ExceptionMessage") or said.get("ExceptionMessage", "")).split(
        "\nTraceback"
    )[0]
    raise FreezeoutError(
        f"the lake answers {response.status_code} {kind}: {message[:500]}", code="lake_refused"
    )


def _unreachable(connection: Connection, error: httpx.HTTPError) -> FreezeoutError:
    if isinstance(error, httpx.TimeoutException):
        return FreezeoutError(
            f"the lake '{connection.name}' at {connection.url} does not answer in time",
            hint="try again later", code="lake_timeout",
        )  # fmt: skip
    hint = "freezeout up" if connection.kind == "embedded" else "check the address and the network"
    return FreezeoutError(
        f"the lake '{connection.name}' at {connection.url} cannot be reached",
        hint=hint,
        code="lake_unreachable",
    )
