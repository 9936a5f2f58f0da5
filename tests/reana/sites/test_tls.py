"""Certificates are verified, which REANA's own client does not do."""

from __future__ import annotations

import ssl
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from freezeout.errors import FreezeoutError, InputError
from freezeout.reana.client.client import Client
from freezeout.reana.sites.connection import connection, keep

WORKFLOW = {"id": "1", "name": "w.1", "status": "finished", "progress": {}}


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of 127.0.0.1 that nobody vouches for, and its key in the same file."""
    file = tmp_path / "own.pem"
    shown = tmp_path / "shown.pem"
    words = [
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
        "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", file, "-out", shown,
    ]  # fmt: skip
    subprocess.run(words, check=True, capture_output=True, timeout=60)
    file.write_text(file.read_text() + shown.read_text())
    return file


def test_a_certificate_counts_when_it_is_trusted_or_nobody_cares(peer: Any, certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    peer.server.socket = context.wrap_socket(peer.server.socket, server_side=True)
    peer.server.behaviour = lambda question: question.answer(200, WORKFLOW)
    url = peer.url.replace("http:", "https:")

    strict = replace(peer.connection, url=url)
    for ask in (lambda: Client(strict).status("w"), lambda: Client(strict).read("w", "a")):
        with pytest.raises(FreezeoutError, match="not trusted") as error:
            ask()
        assert error.value.code == "reana_certificate"
    assert peer.asked == [], "nobody got the token"
    assert Client(keep("trusted", url, "x" * 20, authorities=certificate)).status("w").id == "1"
    assert Client(keep("careless", url, "x" * 20, insecure=True)).status("w").id == "1"
    assert connection("trusted").authorities == certificate


def test_authorities_that_are_none_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.pem").write_text("nothing")
    for name in ("a.pem", "b.pem"):
        with pytest.raises(InputError) as error:
            keep("cern", "https://reana.cern.ch", "x" * 20, authorities=tmp_path / name)
        assert error.value.code == "bad_certificates"
