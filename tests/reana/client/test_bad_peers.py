"""What answers in REANA's place is told as what it is; the token stays where it belongs."""

from __future__ import annotations

import http.server
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from freezeout.errors import FreezeoutError
from freezeout.reana.client.client import Client
from freezeout.reana.sites.connection import Connection

HTML = b"<html><h1>Bad gateway</h1></html>"
WORKFLOW = {"id": "1", "name": "w.1", "status": "finished", "progress": {}}


@pytest.mark.parametrize(
    ("status", "body", "kind", "code"),
    [
        (401, {"message": "User not signed in"}, "application/json", "reana_sign_in"),
        (403, {"message": "Token not valid"}, "application/json", "reana_sign_in"),
        (403, {"message": "You are not its owner"}, "application/json", "reana_denied"),
        (404, {"message": "Workflow w does not exist"}, "application/json", "unknown_workflow"),
        (409, {"message": "Workflow w.1 is running"}, "application/json", "reana_refused"),
        (500, {"message": "Something went wrong"}, "application/json", "reana_failed"),
        (500, HTML, "text/html", "reana_failed"),
        (502, HTML, "text/html", "reana_busy"),
        (200, HTML, "text/html", "reana_answer"),
        (200, b"no JSON", "application/json", "reana_answer"),
        (200, [1, 2], "application/json", "reana_answer"),
        (500, ["no message"], "application/json", "reana_failed"),
    ],
)
def test_an_answer_that_is_none_has_a_code_and_no_traceback(
    peer: Any, status: int, body: object, kind: str, code: str
) -> None:
    client = peer.client(lambda question: question.answer(status, body, kind))
    with pytest.raises(FreezeoutError) as error:
        client.status("w")
    assert error.value.code == code
    assert "Traceback" not in str(error.value) and "sesame" not in str(error.value)


def test_the_token_does_not_follow_a_redirection(peer: Any, other: Any) -> None:
    def behave(question: Any) -> None:
        question.answer(302, b"", Location=f"{other.url}{question.path}")

    other.server.behaviour = lambda question: question.answer(200, WORKFLOW)
    client = peer.client(behave)
    for ask in (
        lambda: client.status("w"),
        lambda: client.read("w", "a"),
        lambda: client.upload("w", {"a": Path(__file__)}),
        lambda: client.stop("w"),
    ):
        with pytest.raises(FreezeoutError) as error:
            ask()
        assert error.value.code == "reana_redirects"
    assert other.asked == []


def test_what_is_cut_off_hangs_or_is_not_there_is_told(peer: Any) -> None:
    client = peer.client(lambda question: question.break_off(b'{"id":', 100))
    with pytest.raises(FreezeoutError, match="broke off") as error:
        client.status("w")
    assert error.value.code == "reana_unreachable"

    client = peer.client(lambda question: peer.released.wait(60))
    with pytest.raises(FreezeoutError) as error:
        client.ask("status", workflow="w", seconds=1)
    assert error.value.code == "reana_timeout"

    with http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as closed:
        url = f"http://127.0.0.1:{closed.server_address[1]}"
    with pytest.raises(FreezeoutError, match="cannot be reached") as error:
        Client(Connection("gone", "kept", url, "x" * 20)).server()
    assert error.value.code == "reana_unreachable"


def test_https_of_what_speaks_http_is_told(peer: Any) -> None:
    peer.server.behaviour = lambda question: question.answer(200, {})
    with pytest.raises(FreezeoutError) as error:
        Client(Connection("x", "kept", peer.url.replace("http:", "https:"), "x" * 20)).server()
    assert error.value.code == "reana_unreachable" and "https" in error.value.message


def test_several_calls_are_under_way_at_once(peer: Any) -> None:
    together = threading.Barrier(6)

    def behave(question: Any) -> None:
        together.wait(60)
        question.answer(200, WORKFLOW)

    client = peer.client(behave)
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(client.status, ["w"] * 6))
    assert [one.full_name for one in found] == ["w.1"] * 6


def test_the_token_that_a_server_sends_back_goes_no_further(peer: Any) -> None:
    def behave(question: Any) -> None:
        (token,) = question.query["access_token"]
        question.answer(200, {"email": f"ada+{token}@example.org", "reana_token": {"value": token}})

    client = peer.client(behave)
    assert "sesame" not in repr(client.server())
    assert "sesame" not in repr(client.ask("ping"))


Listing = Callable[..., Any]


def test_a_file_that_is_not_sent_whole_is_no_file(peer: Any, listing: Listing, tmp_path: Path) -> None:
    def send(question: Any, path: str) -> None:
        if path == "good":
            question.answer(200, b"12345", "application/octet-stream")
        elif path == "lost":
            question.answer(404, {"message": "lost does not exist"})
        elif path == "html":
            question.answer(503, HTML, "text/html")
        else:
            question.break_off(b"12", 5)

    client = peer.client(listing({"good": 5, "lost": 5, "html": 5, "cut": 5}, send))
    with pytest.raises(FreezeoutError, match="3 of 4 files") as error:
        client.download("w", None, tmp_path / "out")
    assert all(name in error.value.message for name in ("lost", "html", "cut"))
    assert sorted(one.name for one in (tmp_path / "out").iterdir()) == ["good"]
    with pytest.raises(FreezeoutError) as error:
        client.download("w", ["lost"], tmp_path / "out")
    assert error.value.code == "unknown_file"
    # what is there is not fetched again
    before = peer.asked.count(("GET", "/api/workflows/w/workspace/good"))
    assert client.download("w", ["good"], tmp_path / "out") == [tmp_path / "out" / "good"]
    assert peer.asked.count(("GET", "/api/workflows/w/workspace/good")) == before


@pytest.mark.parametrize("name", ["../evil", "/../../evil", "a/../../evil", "link/evil"])
def test_no_file_is_written_outside_of_the_folder(
    peer: Any, listing: Listing, tmp_path: Path, name: str
) -> None:
    folder, outside = tmp_path / "out", tmp_path / "outside"
    folder.mkdir()
    outside.mkdir()
    (folder / "link").symlink_to(outside)
    send = lambda question, path: question.answer(200, b"evil", "application/octet-stream")  # noqa: E731
    client = peer.client(listing({"good": 4, name: 4}, send))
    with pytest.raises(FreezeoutError) as error:
        client.download("w", None, folder)
    assert error.value.code == "bad_path"
    assert not list(tmp_path.rglob("evil")) and not list(folder.glob("good"))


def test_an_archive_in_place_of_a_file_is_refused(peer: Any, listing: Listing, tmp_path: Path) -> None:
    def send(question: Any, path: str) -> None:
        disposition = 'attachment; filename="download_w.1_a_2026.zip"'
        question.answer(200, b"PK", "application/zip", Content_Disposition=disposition)

    client = peer.client(listing({"a": 2}, send))
    with pytest.raises(FreezeoutError, match="no single file"):
        client.download("w", None, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_what_is_stopped_leaves_no_half_file(peer: Any, listing: Listing, tmp_path: Path) -> None:
    def send(question: Any, path: str) -> None:
        question.send_response(200)
        question.send_header("Content-Type", "application/octet-stream")
        question.send_header("Content-Length", str(100_000_000))
        question.end_headers()
        while not peer.released.is_set():
            question.wfile.write(bytes(100_000))
            time.sleep(0.02)

    class Stop(Exception):
        pass

    class Watch:
        def progress(self, fraction: float | None, message: str) -> None:
            if fraction:
                assert list((tmp_path / "out").glob(".reana-*.partial/*"))
                raise Stop

    client = peer.client(listing({"big": 100_000_000}, send))
    with pytest.raises(Stop):
        client.download("w", None, tmp_path / "out", Watch())
    assert list((tmp_path / "out").iterdir()) == []


def test_a_file_of_an_odd_name_is_asked_for_by_that_name(peer: Any, listing: Listing, tmp_path: Path) -> None:
    names = {"a b#c%41.txt": 1, "ü/é?.txt": 1, "x&y=z+.txt": 1}
    send = lambda question, path: question.answer(200, b"1", "application/octet-stream")  # noqa: E731
    client = peer.client(listing(names, send))
    client.download("w", None, tmp_path)
    assert {path for _, path in peer.asked} >= {
        "/api/workflows/w/workspace/a b#c%41.txt",
        "/api/workflows/w/workspace/ü/é[?].txt",
        "/api/workflows/w/workspace/x&y=z+.txt",
    }
    assert all((tmp_path / name).read_text() == "1" for name in names)


def test_a_disk_without_room_is_told_before_anything_is_fetched(
    peer: Any, listing: Listing, tmp_path: Path
) -> None:
    client = peer.client(listing({"huge": 10**18}, lambda *_: None))
    with pytest.raises(FreezeoutError) as error:
        client.download("w", None, tmp_path)
    assert error.value.code == "disk_full"
    assert len(peer.asked) == 1
