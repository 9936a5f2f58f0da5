"""Who has the token comes in, and nobody else."""

from typing import Any

import pytest
from tornado.web import RequestHandler

from freezeout.reana.server.app import UUID, routes

EXAMPLES = {f"({UUID})": "00000000-0000-4000-8000-000000000000", "([^/]+)": "x", "(.+)": "x", "/?": ""}


def _example(path: str) -> str:
    for expression, example in EXAMPLES.items():
        path = path.replace(expression, example)
    return path


ROUTES = [
    (method, _example(path), handler)
    for path, handler in routes()
    for method in RequestHandler.SUPPORTED_METHODS
    if getattr(handler, method.lower()) is not getattr(RequestHandler, method.lower())
]


def test_the_table_of_routes_is_not_empty() -> None:
    assert len(ROUTES) > 25


@pytest.mark.parametrize(("method", "path", "handler"), ROUTES, ids=[f"{one[0]} {one[1]}" for one in ROUTES])
def test_every_route_but_the_ping_wants_the_token(server: Any, method: str, path: str, handler: Any) -> None:
    def ask(**more: Any) -> int:
        answer = server.http.request(method, path, **more)
        assert answer.headers["content-type"] == "application/json"
        answer.json()
        return int(answer.status_code)

    if path == "/api/ping":
        assert ask() == 200
        return
    body = {"content": b"{}"} if method in ("POST", "PUT") else {}
    assert ask(**body) == 401
    assert ask(params={"access_token": ""}, **body) == 401
    assert ask(params={"access_token": "another"}, **body) == 403
    assert ask(headers={"Authorization": "Bearer another"}, **body) == 403
    assert ask(headers={"Authorization": f"Bearer {server.token}"}, **body) not in (401, 403)
    assert ask(params={"access_token": server.token}, **body) not in (401, 403)


def test_an_address_that_there_is_not_and_a_method_that_is_not_are_told_as_json(server: Any) -> None:
    assert server.call("GET", "nothing").status_code == 404
    assert server.call("PATCH", "workflows").status_code == 405
    assert server.call("GET", "nothing").json()["message"]


def test_no_token_is_in_the_log(server: Any) -> None:
    server.call("GET", "workflows/%00/status")
    server.call("GET", "you", headers={"Authorization": f"Bearer {server.token}"})
    server.http.get("/api/you?access_token=wrong-but-near")
    with server.connect() as raw:  # what tornado itself complains of
        raw.sendall(f"GET /api/you?access_token={server.token} HTTP/9\r\n\r\n".encode())
        raw.settimeout(5)
        raw.recv(1000)
    said = (server.folder / "log").read_text()
    assert "serves on port" in said
    assert server.token not in said
    assert "wrong-but-near" not in said


def test_the_server_keeps_its_files_to_itself(server: Any) -> None:
    server.create("true")
    found = {
        path.name: path.stat().st_mode & 0o077 for path in server.folder.rglob("*") if path.name != "log"
    }
    assert {"server.sqlite", "workspaces", "scratch", "token"} <= set(found)
    open_to_others = {name for name, mode in found.items() if mode}
    assert open_to_others <= {"token"}  # this test wrote that one


@pytest.mark.parametrize(
    "body", [b"{", b"[1e999]", b'{"a": NaN}', b"\xff\xfe", b"[" * 100_000, b"9" * 9000, b'"\\ud800"', b"null"]
)
def test_what_is_no_specification_is_refused(server: Any, body: bytes) -> None:
    answer = server.call("POST", "workflows", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["message"]


def test_a_body_that_is_too_large_is_refused_and_not_kept(server: Any) -> None:
    answer = server.call("POST", "workflows", content=b" " * (9 << 20))
    assert answer.status_code == 413
    pieces = (b" " * (1 << 20) for _ in range(9))  # without a length
    assert server.call("POST", "workflows", content=pieces).status_code == 413


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("workflows?page=0", 400),
        ("workflows?page=x", 400),
        ("workflows?size=99999999999999999999", 400),
        ("workflows?page=999999999&size=999999999", 200),
        ("workflows?verbose=perhaps", 400),
        ("workflows?search=x", 400),
        ('workflows?search={"name":["\\ud800"]}', 200),
        ("workflows?status=x", 400),
        ("workflows?search=%ff", 400),
        ("workflows?search=%00", 400),
        ("workflows/%ff%fe/status", 404),
        ("workflows/%00/status", 400),
        ("workflows/x.1.1.1/status", 404),
        ("workflows/x.99999999999/status", 404),
        ("workflows/x./status", 404),
        ("workflows?workflow_id_or_name=a.b.c.d", 200),
    ],
)
def test_odd_questions_have_plain_answers(server: Any, path: str, status: int) -> None:
    joined = "&" if "?" in path else "?"
    answer = server.http.get(f"/api/{path}{joined}access_token={server.token}")
    assert answer.status_code == status
    answer.json()
