"""The connection of REANA's client to one server, with what it lacks.

REANA's own client does not verify certificates, waits for ever, follows a redirection with the token,
and forgets what the server's status was.
"""

from __future__ import annotations

import os
import threading
import warnings
from typing import Any
from urllib.parse import urlsplit

import requests

CONNECT_SECONDS = 15.0
READ_SECONDS = 60.0
_AT_ONCE = 64
_LOOPBACK = ("127.0.0.1", "localhost", "::1")

last = threading.local()
"""``last.answer``: what the server answered to this thread, and ``None`` when it did not."""


class Redirected(Exception):
    """The server sends to another place, where the token does not go."""


class NotReana(Exception):
    """What answers is no REANA."""


class Session(requests.Session):
    """All requests to the server."""

    def __init__(self, url: str, verify: bool | str) -> None:
        super().__init__()
        self.verify = verify
        # what is on this machine is not asked through a proxy
        self.trust_env = urlsplit(url).hostname not in _LOOPBACK
        adapter = requests.adapters.HTTPAdapter(pool_connections=4, pool_maxsize=_AT_ONCE)
        self.mount("http://", adapter)
        self.mount("https://", adapter)

    def send(self, request: requests.PreparedRequest, **settings: Any) -> requests.Response:
        """Send a request, and remember the answer for this thread."""
        last.answer = None
        settings["allow_redirects"] = False
        settings["timeout"] = settings.get("timeout") or (CONNECT_SECONDS, READ_SECONDS)
        try:
            answer = super().send(request, **settings)
        except requests.exceptions.ConnectionError as error:
            # the server may just have closed a connection that was kept
            if request.method != "GET" or "Connection aborted" not in str(error):
                raise
            answer = super().send(request, **settings)
        last.answer = answer
        if 300 <= answer.status_code < 400:
            answer.close()
            raise Redirected
        json = "json" in answer.headers.get("Content-Type", "")
        if answer.status_code < 300 and not json and not settings.get("stream"):
            raise NotReana
        return answer


def connect(url: str, verify: bool | str) -> Session:
    """Have REANA's client talk to this server from now on, through a session of ours."""
    os.environ["REANA_SERVER_URL"] = url
    with warnings.catch_warnings():
        # pkg_resources will go; it is still what the client asks
        warnings.simplefilter("ignore")
        from bravado.requests_client import RequestsClient
        from reana_client.api import client
        from reana_commons.api_client import BaseAPIClient

    http = RequestsClient(ssl_verify=verify)
    http.session = session = Session(url, verify)
    BaseAPIClient("reana-server", http_client=http)
    # all of its operations are made now, not by several threads at once
    assert client.current_rs_api_client.api
    return session
