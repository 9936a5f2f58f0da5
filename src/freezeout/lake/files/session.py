"""The lake for code that waits for its answers: commands, jobs, notebooks."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from freezeout.errors import FreezeoutError
from freezeout.jobs.reporter import Reporter
from freezeout.lake.did import DID
from freezeout.lake.sites.client import LakeClient, path_of
from freezeout.lake.sites.connection import Connection

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")

_PATIENCE = 120.0
_AWAY = ("lake_unreachable", "lake_timeout", "lake_busy")


class Session:
    """One client whose event loop lives in a thread, so that it works inside a notebook's loop too.

    Parameters
    ----------
    connection : Connection
        Where and as whom.
    reporter : Reporter, optional
        Told when the lake is waited for.
    seconds : float
        How long one answer may take.
    """

    def __init__(
        self, connection: Connection, reporter: Reporter | None = None, seconds: float = 120.0
    ) -> None:
        self.connection = connection
        self._reporter = reporter or Reporter()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="lake", daemon=True)
        self._thread.start()
        self.client = LakeClient(connection, seconds)

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections and end the thread."""
        try:
            self.run(self.client.close())
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Wait for what a coroutine of the client gives; a stop of the waiting stops it too."""
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def get(self, path: str, **params: Any) -> Any:
        """One JSON value."""
        return self.run(self.client.get(path, **params))

    def request(self, method: str, path: str, body: object = None, **params: Any) -> httpx.Response:
        """Send a request."""
        return self.run(self.client.request(method, path, params=params or None, body=body))

    def rows(self, method: str, path: str, body: object = None, **params: Any) -> list[Any]:
        """All values of an answer that has one in every line."""
        return self.run(self._collect(method, path, body, params))

    async def _collect(self, method: str, path: str, body: object, params: Mapping[str, Any]) -> list[Any]:
        rows = self.client.rows(method, path, params=params or None, body=body)
        return [row async for row in rows]

    def insist(self, step: Callable[[], T]) -> T:
        """Do a step that may be done twice; while the lake is away, wait for it and do it again.

        Raises
        ------
        FreezeoutError
            What else the step raises, or that the lake stayed away for two minutes.
        """
        until = time.monotonic() + _PATIENCE
        while True:
            try:
                return step()
            except FreezeoutError as error:
                if error.code not in _AWAY or time.monotonic() > until:
                    raise
                self._reporter.progress(None, f"waiting for the lake: {error.message}")
                time.sleep(0.5)


def address(did: DID, *rest: str) -> str:
    """The path of a data identifier in Rucio's interface.

    Examples
    --------
    >>> address(DID("user.me", "calib/a.csv"), "files")
    'dids/user.me/calib%2Fa.csv/files'
    """
    return "/".join(["dids", path_of(did), *rest])
