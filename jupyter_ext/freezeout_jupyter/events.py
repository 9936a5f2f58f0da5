"""The stream of events: every change of a job, to whoever listens, resumable."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable

from jupyter_server.auth.decorator import authorized
from tornado import web
from tornado.iostream import StreamClosedError

from freezeout_jupyter.base import Api, whole_number
from freezeout_jupyter.feed import Change, Feed, Listener

HEARTBEAT = 15.0
_RETRY_MS = 2000


class Events(Api):
    """``GET /freezeout/api/events``."""

    # a page that stands open is no activity that keeps a server from being culled
    _track_activity = False
    _listener: Listener | None = None

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Send every change of a job until the client goes or the server stops."""
        since = self._since()
        with contextlib.suppress(StreamClosedError):
            async with self._feed().listen(since) as self._listener:
                self.set_header("Content-Type", "text/event-stream")
                self.set_header("Cache-Control", "no-cache, no-transform")
                self.set_header("X-Accel-Buffering", "no")
                await self._stream(self._listener)
        self.finish(set_content_type="text/event-stream")

    def on_connection_close(self) -> None:
        """Let go of a client that has gone."""
        if self._listener:
            self._listener.close()

    async def _stream(self, listener: Listener) -> None:
        self.write(f"retry: {_RETRY_MS}\n\n")
        self.write(written(await listener.take(0)))
        # an event of nothing but an id: who loses the line now misses nothing later
        self.write(f"id: {listener.head}\n\n")
        await self.flush()
        while not listener.closed:
            changes = await listener.take(HEARTBEAT)
            if not listener.closed:
                self.write(written(changes) or ": nothing new\n\n")
                await self.flush()

    def _since(self) -> int | None:
        header = self.request.headers.get("Last-Event-ID")
        return self.number("since") if header is None else whole_number("Last-Event-ID", header)

    def _feed(self) -> Feed:
        """The one feed of this server."""
        server = self.settings["serverapp"]
        feed = self.settings.setdefault("freezeout_feed", Feed(lambda: bool(server._stopping), self.log))
        assert isinstance(feed, Feed)
        return feed


def written(changes: Iterable[Change]) -> str:
    """Changes as server-sent events."""
    return "".join(f"id: {change.revision}\nevent: job\ndata: {change.data}\n\n" for change in changes)
