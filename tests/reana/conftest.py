"""A server that behaves as badly as proxies, broken clusters and thieves do; the client is the real one."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from freezeout.reana.client.client import Client
from freezeout.reana.client.worker import worker
from freezeout.reana.sites.connection import Connection

from ..conftest import link_environment

TOKEN = "sesame-of-this-test-0123456789"
Behaviour = Callable[["Question"], None]


class Question(BaseHTTPRequestHandler):
    """One request; a behaviour answers it."""

    protocol_version = "HTTP/1.1"
    server: _Server

    def do(self) -> None:
        """Note the request, and have it answered."""
        parts = urlsplit(self.path)
        self.place, self.query = unquote(parts.path), parse_qs(parts.query)
        self.server.asked.append((self.command, self.place))
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.behaviour(self)

    do_GET = do_POST = do_PUT = do_DELETE = do

    def answer(self, status: int, body: object, kind: str = "application/json", **headers: str) -> None:
        """Send a whole answer."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(data)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)

    def break_off(self, body: bytes, said: int) -> None:
        """Promise so many bytes, send fewer, and go."""
        self.send_response(200)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Length", str(said))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is printed."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    behaviour: Behaviour

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Question)
        self.asked: list[tuple[str, str]] = []

    def handle_error(self, request: object, client_address: object) -> None:
        """Who asked has gone."""


@dataclass
class Peer:
    """The server, and a client of it."""

    server: _Server
    released: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    @property
    def asked(self) -> list[tuple[str, str]]:
        """Methods and paths of all requests so far."""
        return self.server.asked

    @property
    def connection(self) -> Connection:
        """How it is reached."""
        return Connection("peer", "kept", self.url, TOKEN)

    def client(self, behaviour: Behaviour) -> Client:
        """A client, when the server behaves like this."""
        self.server.behaviour = behaviour
        return Client(self.connection)


@pytest.fixture
def built_client(reana_client: Path, freezeout_home: Path) -> Path:
    """The test's home, with the environment of REANA's client."""
    link_environment(reana_client, freezeout_home, "reana")
    return freezeout_home


@pytest.fixture
def other() -> Iterator[Peer]:
    """Another server, which nobody should ask."""
    yield from _running()


@pytest.fixture
def peer(built_client: Path) -> Iterator[Peer]:
    """The server that behaves badly."""
    yield from _running()


def _running() -> Iterator[Peer]:
    with _Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        found = Peer(server)
        yield found
        found.released.set()
        worker(found.connection).close()
        server.shutdown()
        thread.join()


@pytest.fixture
def listing() -> Callable[..., Behaviour]:
    """Makes a server that lists files (their sizes by path) and sends them as told."""

    def make(files: dict[str, int], send: Callable[[Question, str], Any]) -> Behaviour:
        def behave(question: Question) -> None:
            _, _, path = question.place.partition("/workspace")
            if path.strip("/"):
                send(question, path.strip("/"))
                return
            items = [
                {"name": name, "size": {"raw": size}, "last-modified": "2026-01-02T03:04:05"}
                for name, size in files.items()
            ]
            question.answer(200, {"items": items, "total": len(items), "has_next": False, "page": 1})

        return behave

    return make
